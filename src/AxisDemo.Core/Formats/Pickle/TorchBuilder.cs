using System.Numerics;

namespace AxisDemo.Formats;

/// <summary>
/// The only calls a PyTorch file may make: building a storage, a tensor view of it, a parameter and an empty OrderedDict.
/// They are done here, on data alone; nothing the file names is ever looked up or run.
/// </summary>
internal sealed class TorchBuilder(string path, string field)
{
    // A view may repeat elements (stride 0), so a tiny file can describe any size: beyond its storage a view stays small.
    private const long LargestExpansion = 1 << 23;
    private const int MaxDimensions = 64; // as in PyTorch

    private static readonly PickleGlobal s_tensor = new("torch._utils", "_rebuild_tensor_v2");
    private static readonly PickleGlobal s_parameter = new("torch._utils", "_rebuild_parameter");
    private static readonly PickleGlobal s_orderedDict = new("collections", "OrderedDict");

    private static readonly Dictionary<PickleGlobal, TorchDType> s_storages = new()
    {
        [new("torch", "DoubleStorage")] = TorchDType.Float64,
        [new("torch", "FloatStorage")] = TorchDType.Float32,
        [new("torch", "HalfStorage")] = TorchDType.Float16,
        [new("torch", "BFloat16Storage")] = TorchDType.BFloat16,
        [new("torch", "LongStorage")] = TorchDType.Int64,
        [new("torch", "IntStorage")] = TorchDType.Int32,
        [new("torch", "ShortStorage")] = TorchDType.Int16,
        [new("torch", "CharStorage")] = TorchDType.Int8,
        [new("torch", "ByteStorage")] = TorchDType.UInt8,
        [new("torch", "BoolStorage")] = TorchDType.Bool,
    };

    private readonly Dictionary<string, TorchStorage> _byKey = new(StringComparer.Ordinal);

    /// <summary>The storages the object refers to, by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => _byKey;

    public static bool IsAllowed(PickleGlobal global) =>
        global == s_tensor || global == s_parameter || global == s_orderedDict || s_storages.ContainsKey(global);

    /// <summary>A persistent id: ('storage', class, key, location, element count), in legacy files with a view as sixth.</summary>
    public TorchStorage Storage(object? id)
    {
        if (id is not TorchList { IsTuple: true, Items: { Count: 5 or 6 } items } || items[0] is not "storage" || items[2] is not string key || items[4] is not long count)
            throw Fault("a persistent id is not ('storage', class, key, location, count).");
        if (items[1] is not PickleGlobal global || !s_storages.TryGetValue(global, out var type)) throw Fault($"a storage has the class {PickleMachine.Describe(items[1])}.");
        if (items.Count == 6 && items[5] is not null) throw Fault($"storage '{Printable.Text(key)}' is a view of another storage, which is not read.");
        if (key.Length is 0 or > 64 || !key.All(char.IsAsciiLetterOrDigit)) throw Fault($"a storage has the key '{Printable.Text(key)}', which is no plain number.");
        if (count < 0 || count > long.MaxValue / 8) throw Fault($"storage '{key}' declares {count} elements.");
        if (!_byKey.TryGetValue(key, out var storage)) _byKey.Add(key, storage = new TorchStorage(key, type, count));
        if (storage.Type != type || storage.Count != count) throw Fault($"storage '{key}' is declared twice, as {storage.Type} x {storage.Count} and {type} x {count}.");
        return storage;
    }

    /// <summary>A call of an allowed global.</summary>
    public object Call(object? callable, object? arguments)
    {
        if (callable is not PickleGlobal global) throw Fault($"{PickleMachine.Describe(callable)} is called, which is no function.");
        if (arguments is not TorchList { IsTuple: true, Items: var args }) throw Fault($"{global} is called without a tuple of arguments.");
        if (global == s_tensor) return Tensor(args);
        if (global == s_parameter) return Parameter(args);
        if (global == s_orderedDict && args.Count == 0) return new TorchDictionary(isOrdered: true);
        throw Fault($"{global} is called with {args.Count} arguments, which is not read.");
    }

    // (storage, offset, size, stride, requires_grad, backward_hooks[, metadata])
    private TorchTensor Tensor(IReadOnlyList<object?> args)
    {
        if (args.Count is not (6 or 7)) throw Fault($"a tensor is built from {args.Count} arguments; 6 or 7 are needed.");
        if (args[0] is not TorchStorage storage) throw Fault($"a tensor is built on {PickleMachine.Describe(args[0])} where a storage is needed.");
        if (args[1] is not long offset || offset < 0) throw Fault($"a tensor has the storage offset {PickleMachine.Describe(args[1])}.");
        var shape = Numbers(args[2], "size");
        var stride = Numbers(args[3], "stride");
        if (shape.Length != stride.Length) throw Fault($"a tensor has {shape.Length} sizes and {stride.Length} strides.");

        // The largest index a view reaches is offset + sum((size - 1) stride); all in 128 bits, nothing wraps.
        BigInteger count = 1, last = offset;
        for (var d = 0; d < shape.Length; d++)
        {
            count *= shape[d];
            last += (BigInteger)Math.Max(shape[d] - 1, 0) * stride[d];
        }
        var text = $"a tensor [{string.Join(", ", shape)}] with strides [{string.Join(", ", stride)}]";
        if (count > Math.Max(storage.Count, LargestExpansion)) throw Fault($"{text} has {count} elements; its storage has {storage.Count}.");
        if (!count.IsZero && last >= storage.Count) throw Fault($"{text} at offset {offset} reaches element {last} of a storage of {storage.Count}.");
        return new TorchTensor(path, storage, offset, shape, stride, (long)count, args[4] is true, isParameter: false);
    }

    // (data, requires_grad, backward_hooks)
    private TorchTensor Parameter(IReadOnlyList<object?> args)
    {
        if (args.Count != 3 || args[0] is not TorchTensor t) throw Fault("a parameter is not built from (tensor, requires_grad, hooks).");
        return new TorchTensor(path, t.Storage, t.Offset, t.Shape, t.Stride, t.Count, args[1] is true, isParameter: true);
    }

    private long[] Numbers(object? value, string what)
    {
        if (value is not TorchList { Items: var items }) throw Fault($"a tensor's {what} is {PickleMachine.Describe(value)}, not a tuple.");
        if (items.Count > MaxDimensions) throw Fault($"a tensor has {items.Count} dimensions; {MaxDimensions} are the most.");
        return [.. items.Select(n => n is long number and >= 0 ? number : throw Fault($"a tensor's {what} holds {PickleMachine.Describe(n)}."))];
    }

    private InputException Fault(string fault) => new(path, field, fault, "The file was not used. Get it from where it was made, or convert it to safetensors there.");
}
