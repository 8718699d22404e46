using System.Diagnostics.CodeAnalysis;

namespace AxisDemo.Formats;

/// <summary>
/// A safetensors file, mapped into memory. The header is checked as strictly as the format's own reader does: ranges are
/// contiguous and cover the data exactly, no name or field occurs twice. Source: huggingface/safetensors, README "Format".
/// </summary>
public sealed class SafetensorsFile : IWeightFile
{
    // The format's own limit; a longer header is no header.
    private const long LongestHeader = 100_000_000;

    private readonly MappedFile _file;
    private readonly List<TensorView> _tensors;
    private readonly Dictionary<string, TensorView> _byName;

    private unsafe SafetensorsFile(MappedFile file)
    {
        _file = file;
        var header = HeaderBytes(file);
        var start = sizeof(ulong) + header.Length;
        var parsed = SafetensorsHeader.Parse(file.Path, header, file.Length - start);
        Metadata = parsed.Metadata;
        _tensors = parsed.Tensors.ConvertAll(t => new TensorView(t.Name, t.Type, t.Shape, (nint)(file.Start + start + t.Begin), t.End - t.Begin, file.Path) { Mapped = true });
        _byName = _tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The <c>__metadata__</c> strings; empty when the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyList<TensorView> Tensors => _tensors;

    /// <summary>Maps the file and reads its header.</summary>
    /// <exception cref="InputException">The file is missing, cut off or breaks the format; the message names the tensor or field.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new SafetensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorView? tensor) => _byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static ReadOnlySpan<byte> HeaderBytes(MappedFile file)
    {
        InputException Fault(string fault, string remedy = InputFaults.CopyAgain) => new(file.Path, "header length", fault, remedy);
        if (file.Length < sizeof(ulong)) throw Fault($"is cut off: the file has {file.Length} bytes.");
        if (file.Span(0, 4).SequenceEqual("GGUF"u8)) throw Fault("is 'GGUF': this is a GGUF file.", "Rename it to .gguf, or give a .safetensors file.");
        var length = BitConverter.ToUInt64(file.Span(0, sizeof(ulong)));
        var most = Math.Min(LongestHeader, file.Length - sizeof(ulong));
        if (length < 2 || length > (ulong)most) throw Fault($"is {length}; from 2 to {most} is possible in this file.");
        return file.Span(sizeof(ulong), (int)length);
    }
}
