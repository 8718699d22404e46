namespace AxisDemo.Formats;

/// <summary>
/// One file of a <see cref="GgufFile"/>, version 2 or 3, little-endian, mapped into memory: its own metadata and tensors.
/// Everything the header says is checked against the file's length before it is used.
/// Source: the GGUF specification (ggml, docs/gguf.md).
/// </summary>
internal sealed class GgufPart : IDisposable
{
    // A key decides where the data begins, so a wild value must not pass for one. Files in use have 32.
    private const uint LargestAlignment = 1 << 20;

    private readonly MappedFile _file;

    private GgufPart(MappedFile file)
    {
        _file = file;
        var cursor = new GgufCursor(file);
        Version = ReadVersion(cursor);
        cursor.Field = "counts (tensor_count, kv_count)";
        var tensorCount = cursor.Read<ulong>("tensor_count");
        var keyCount = cursor.Read<ulong>("kv_count");
        CheckCount(cursor, "kv_count", keyCount, file.Length);
        CheckCount(cursor, "tensor_count", tensorCount, file.Length);
        Metadata = new GgufMetadata(file.Path, ReadKeys(cursor, keyCount));
        Tensors = GgufTensors.Read(cursor, file, (int)tensorCount, keyCount, Alignment());
    }

    /// <summary>The format's version: 2 or 3 (the same layout).</summary>
    public uint Version { get; }

    /// <summary>The key-value pairs.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>Its tensors, in its order; no name occurs twice.</summary>
    public IReadOnlyList<TensorView> Tensors { get; }

    /// <summary>Maps the file and reads its header.</summary>
    /// <exception cref="InputException">The file is missing, cut off or breaks the format; the message names the field.</exception>
    public static GgufPart Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new GgufPart(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static uint ReadVersion(GgufCursor cursor)
    {
        if (!cursor.Take(4, "the magic").SequenceEqual("GGUF"u8))
            throw cursor.Fault("the file does not begin with 'GGUF'.", "Give a .gguf model file.");
        cursor.Field = "version";
        var version = cursor.Read<uint>("the version");
        if (version is 2 or 3) return version;
        throw (version & 0xFFFF) == 0 && version != 0
            ? cursor.Fault($"byte order: the version reads as 0x{version:X8}, so the file is big-endian.", "Convert the model for a little-endian machine.")
            : cursor.Fault($"is {version}; 2 and 3 are read.", "Convert the model again with a current tool.");
    }

    // Only the impossible is refused here: of a file that is merely cut off, the user learns where it ends.
    private static void CheckCount(GgufCursor cursor, string field, ulong count, long fileLength)
    {
        if (count <= (ulong)Math.Min(fileLength, int.MaxValue)) return;
        cursor.Field = field;
        throw cursor.Fault($"is {count}, more than a file of {fileLength} bytes can hold.", InputFaults.CopyAgain);
    }

    private static Dictionary<string, object> ReadKeys(GgufCursor cursor, ulong count)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        for (ulong i = 0; i < count; i++)
        {
            cursor.Field = $"key {i} of kv_count {count}";
            var key = cursor.String("the key");
            if (key.Length == 0) throw cursor.Fault("the key is empty.", InputFaults.CopyAgain);
            cursor.Field = Printable.Text(key);
            if (!values.TryAdd(key, GgufValues.Read(cursor)))
                throw cursor.Fault("the key occurs twice.", "Convert the model again, or remove one of the two.");
        }
        return values;
    }

    private uint Alignment()
    {
        const string Key = "general.alignment";
        if (!Metadata.TryUInt32(Key, out var alignment)) return 32;
        if (alignment is < 8 or > LargestAlignment || !System.Numerics.BitOperations.IsPow2(alignment))
            throw new InputException(Path, Key, $"is {alignment}; a power of two from 8 to {LargestAlignment} is needed.", "Convert the model again.");
        return alignment;
    }
}
