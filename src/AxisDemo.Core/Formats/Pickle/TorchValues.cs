using System.Diagnostics.CodeAnalysis;

namespace AxisDemo.Formats;

/// <summary>The element types of PyTorch storages that are read.</summary>
public enum TorchDType
{
    /// <summary>IEEE double.</summary>
    Float64,
    /// <summary>IEEE single.</summary>
    Float32,
    /// <summary>IEEE half.</summary>
    Float16,
    /// <summary>The upper half of an IEEE single.</summary>
    BFloat16,
    /// <summary>Signed 64-bit integer.</summary>
    Int64,
    /// <summary>Signed 32-bit integer.</summary>
    Int32,
    /// <summary>Signed 16-bit integer.</summary>
    Int16,
    /// <summary>Signed 8-bit integer.</summary>
    Int8,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,
    /// <summary>A byte that is 0 or not.</summary>
    Bool,
}

/// <summary>
/// A Python list or tuple. Items, here and in dictionaries, are <see cref="TorchTensor"/>, <see cref="TorchList"/>,
/// <see cref="TorchDictionary"/>, string, long, <see cref="System.Numerics.BigInteger"/> (beyond 64 bits), double, bool or null.
/// A file may refer to the same object twice, and a list may hold itself: whoever walks the tree bounds the walk.
/// </summary>
public sealed class TorchList
{
    internal TorchList(bool isTuple, List<object?> items) => (IsTuple, Storage) = (isTuple, items);

    /// <summary>Whether it was a tuple.</summary>
    public bool IsTuple { get; }

    /// <summary>The items in order.</summary>
    public IReadOnlyList<object?> Items => Storage;

    internal List<object?> Storage { get; }
}

/// <summary>A Python dict or OrderedDict, in insertion order. Keys are strings or integers (long).</summary>
public sealed class TorchDictionary
{
    private readonly List<KeyValuePair<object, object?>> _entries = [];
    private Dictionary<object, int>? _index;

    internal TorchDictionary(bool isOrdered) => IsOrdered = isOrdered;

    /// <summary>Whether it was an OrderedDict.</summary>
    public bool IsOrdered { get; }

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<KeyValuePair<object, object?>> Entries => _entries;

    /// <summary>Finds a value by its key.</summary>
    public bool TryGet(object key, [MaybeNullWhen(false)] out object? value)
    {
        var found = _index is not null && _index.TryGetValue(key, out var at);
        value = found ? _entries[_index![key]].Value : null;
        return found;
    }

    // As in Python, a key that is set again keeps its place and takes the new value.
    internal void Set(object key, object? value)
    {
        _index ??= [];
        if (_index.TryGetValue(key, out var at)) _entries[at] = new(key, value);
        else
        {
            _index.Add(key, _entries.Count);
            _entries.Add(new(key, value));
        }
    }
}
