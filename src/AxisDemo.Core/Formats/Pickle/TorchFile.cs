using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace AxisDemo.Formats;

/// <summary>
/// A PyTorch <c>.pt</c> file (<c>torch.save</c>), zip or legacy, mapped and read without Python and without running anything it asks for:
/// tensors and plain containers are read, everything else is refused by name. Source: PyTorch, torch/serialization.py.
/// </summary>
public sealed class TorchFile : IDisposable
{
    private const string Convert = "The file was not used. Save it again with a current PyTorch on a little-endian machine, or as safetensors.";

    private static readonly BigInteger s_legacyMagic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly MappedFile _file;

    private TorchFile(MappedFile file)
    {
        _file = file;
        var head = file.Span(0, (int)Math.Min(4, file.Length));
        if (head.SequenceEqual("PK\u0003\u0004"u8)) Root = ReadZip();
        else if (head[0] == 0x80) Root = ReadLegacy();
        else throw new InputException(file.Path, "file", head.SequenceEqual("GGUF"u8) ? "is a GGUF file, no PyTorch file." : "is no PyTorch file: neither a zip archive nor a pickle.", "Give a .pt file.");
    }

    /// <summary>The path it was opened from.</summary>
    public string Path => _file.Path;

    /// <summary>What was saved: see <see cref="TorchList"/> for the kinds of values.</summary>
    public object? Root { get; }

    /// <summary>Maps the file and reads its object.</summary>
    /// <exception cref="InputException">The file is broken, or asks for something that is not on the allow-list; the message names it.</exception>
    public static TorchFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new TorchFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Ends the validity of the tensors.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>How a message calls a value of <see cref="Root"/>'s kinds, in a few words.</summary>
    public static string Describe(object? value) => PickleMachine.Describe(value);

    private unsafe object? ReadZip()
    {
        const string Pickle = "/data.pkl";
        var zip = new ZipRecords(_file);
        var pickles = zip.Names.Where(n => n.EndsWith(Pickle, StringComparison.Ordinal)).ToList();
        if (pickles.Count != 1) throw new InputException(Path, "data.pkl", $"is there {pickles.Count} times; a PyTorch archive has it once.", Convert);
        var prefix = pickles[0][..^Pickle.Length];
        if (zip.Names.Any(n => n == $"{prefix}/constants.pkl" || n.StartsWith($"{prefix}/code/", StringComparison.Ordinal)))
            throw new InputException(Path, prefix, "is a TorchScript archive (a program), no saved tensors.", Convert);
        if (zip.TryGet($"{prefix}/byteorder", out var at, out var length) && !_file.Span(at, (int)Math.Min(length, 16)).SequenceEqual("little"u8))
            throw new InputException(Path, $"{prefix}/byteorder", "the byte order is not little-endian.", Convert);

        zip.TryGet(pickles[0], out at, out length);
        if (length > int.MaxValue) throw new InputException(Path, pickles[0], $"has {length} bytes, too many for a description of tensors.", Convert);
        var builder = new TorchBuilder(Path, pickles[0]);
        var root = PickleMachine.Read(Path, pickles[0], _file.Span(at, (int)length), builder, out var used);
        if (used != length) throw new InputException(Path, pickles[0], $"has {length - used} bytes after its end.", Convert);

        foreach (var storage in builder.Storages.Values)
        {
            var name = $"{prefix}/data/{storage.Key}";
            if (!zip.TryGet(name, out at, out length)) throw new InputException(Path, name, "the record with the tensors' data is missing.", Convert);
            var needed = storage.Count * TorchStorage.BytesOf(storage.Type);
            if (length < needed) throw new InputException(Path, name, $"has {length} bytes where {storage.Type} x {storage.Count} needs {needed}.", Convert);
            storage.Data = (nint)(_file.Start + at);
        }
        return root;
    }

    // Five pickles (magic, version, system, object, storage keys), then an element count and the bytes of each storage.
    private unsafe object? ReadLegacy()
    {
        long position = 0;
        object? Next(string field, TorchBuilder? builder = null)
        {
            var value = PickleMachine.Read(Path, field, _file.Span(position, (int)Math.Min(_file.Length - position, int.MaxValue)), builder, out var used);
            position += used;
            return value;
        }

        if (Next("magic number") is not BigInteger magic || magic != s_legacyMagic) throw new InputException(Path, "magic number", "is not PyTorch's: a pickle, but not written by torch.save.", Convert);
        if (Next("protocol version") is var version and not 1001L) throw new InputException(Path, "protocol version", $"is {Describe(version)}; 1001 is read.", Convert);
        if (Next("system info") is not TorchDictionary system || !system.TryGet("little_endian", out var little) || little is not true)
            throw new InputException(Path, "system info", "the byte order is not little-endian.", Convert);
        var builder = new TorchBuilder(Path, "object");
        var root = Next("object", builder);
        if (Next("storage keys") is not TorchList keys) throw new InputException(Path, "storage keys", "are no list.", Convert);

        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in keys.Items)
        {
            if (item is not string key || !builder.Storages.TryGetValue(key, out var storage) || !found.Add(key))
                throw new InputException(Path, "storage keys", $"hold {Describe(item)}, which the object does not use, or hold it twice.", Convert);
            var left = _file.Length - position - sizeof(long);
            var count = left < 0 ? -1 : BinaryPrimitives.ReadInt64LittleEndian(_file.Span(position, sizeof(long)));
            var bytes = storage.Count * TorchStorage.BytesOf(storage.Type);
            if (count != storage.Count || bytes > left)
                throw new InputException(Path, $"storage {key}", $"has {count} elements and {Math.Max(left, 0)} bytes are left; {storage.Type} x {storage.Count} is declared.", InputFaults.CopyAgain);
            storage.Data = (nint)(_file.Start + position + sizeof(long));
            position += sizeof(long) + bytes;
        }
        if (builder.Storages.Keys.FirstOrDefault(k => !found.Contains(k)) is { } missing) throw new InputException(Path, $"storage {missing}", "is used and not in the file.", InputFaults.CopyAgain);
        return root;
    }
}
