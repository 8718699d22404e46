using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AxisDemo.Formats;

/// <summary>
/// Writes a safetensors file: names, types and shapes first, then the data of each tensor in that order, in pieces of any size,
/// so that nothing large is held. The file appears under its name only when it is complete (temporary name, flush, rename);
/// without <see cref="Complete"/> nothing is left. A destination that is no ordinary file (/dev/null, a pipe) is written directly.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private readonly long _expected;
    private readonly ReplacingFile _file;
    private long _written;

    /// <summary>Creates the temporary file and writes the header.</summary>
    /// <param name="path">The destination; an existing file is replaced at the end.</param>
    /// <param name="tensors">Name, type (F32, F16, BF16, I32, I64 or U8) and row-major shape of each tensor.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, a type is a block type, a dimension is negative.</exception>
    /// <exception cref="InputException">The destination cannot be written.</exception>
    public SafetensorsWriter(string path, IReadOnlyList<(string Name, TensorType Type, long[] Shape)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = Header(tensors, metadata, out _expected);
        _file = new ReplacingFile(path);
        try
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            _file.Write(length);
            _file.Write(header);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Writes all tensors at once. Wider types come first in the file, so that every tensor is aligned to its elements.</summary>
    /// <exception cref="ArgumentException">As the constructor, or a tensor's data has another length than its shape.</exception>
    /// <exception cref="InputException">The destination cannot be written.</exception>
    public static void Write(
        string path,
        IEnumerable<(string Name, TensorType Type, long[] Shape, ReadOnlyMemory<byte> Data)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderByDescending(t => Quants.BlockBytes(t.Type)).ToList();
        foreach (var t in ordered)
            if (Size(t.Name, t.Type, t.Shape) != t.Data.Length)
                throw new ArgumentException($"'{t.Name}' is {t.Type} [{string.Join(", ", t.Shape)}] and has {t.Data.Length} bytes.", nameof(tensors));
        using var writer = new SafetensorsWriter(path, ordered.ConvertAll(t => (t.Name, t.Type, t.Shape)), metadata);
        foreach (var t in ordered) writer.Append(t.Data.Span);
        writer.Complete();
    }

    /// <summary>Writes float32 tensors.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{ValueTuple{string, TensorType, long[], ReadOnlyMemory{byte}}}, IReadOnlyDictionary{string, string}?)"/>
    public static void Write(string path, IEnumerable<(string Name, long[] Shape, float[] Data)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var list = tensors.ToList();
        foreach (var t in list)
            if (Size(t.Name, TensorType.F32, t.Shape) != (long)t.Data.Length * sizeof(float))
                throw new ArgumentException($"'{t.Name}' is [{string.Join(", ", t.Shape)}] and has {t.Data.Length} elements.", nameof(tensors));
        using var writer = new SafetensorsWriter(path, list.ConvertAll(t => (t.Name, TensorType.F32, t.Shape)), metadata);
        foreach (var t in list) writer.Append<float>(t.Data);
        writer.Complete();
    }

    /// <summary>The next bytes of the tensors' data, in the order of their declaration.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.Length > _expected - _written)
            throw new InvalidOperationException($"The declared tensors have {_expected} bytes; {_written + data.Length} were given.");
        _file.Write(data);
        _written += data.Length;
    }

    /// <summary>The next numbers of the tensors' data, in the order of their declaration.</summary>
    public void Append<T>(ReadOnlySpan<T> data) where T : unmanaged => Append(MemoryMarshal.AsBytes(data));

    /// <summary>Ends the file and puts it in its place.</summary>
    /// <exception cref="InvalidOperationException">Data of a declared tensor is missing.</exception>
    public void Complete()
    {
        if (_written != _expected) throw new InvalidOperationException($"The declared tensors have {_expected} bytes; {_written} were given.");
        _file.Complete();
    }

    /// <summary>Removes the temporary file if <see cref="Complete"/> was not reached.</summary>
    public void Dispose() => _file.Dispose();

    private static byte[] Header(IReadOnlyList<(string Name, TensorType Type, long[] Shape)> tensors, IReadOnlyDictionary<string, string>? metadata, out long length)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            length = 0;
            foreach (var (name, type, shape) in tensors)
            {
                if (!names.Add(name)) throw new ArgumentException($"The name '{name}' is reserved or occurs twice.", nameof(tensors));
                var end = checked(length + Size(name, type, shape));
                json.WriteStartObject(name);
                json.WriteString("dtype", type.ToString());
                WriteNumbers(json, "shape", shape);
                WriteNumbers(json, "data_offsets", [length, end]);
                json.WriteEndObject();
                length = end;
            }
            json.WriteEndObject();
        }
        while (bytes.Length % sizeof(ulong) != 0) bytes.WriteByte((byte)' '); // the data begins aligned
        return bytes.ToArray();
    }

    private static long Size(string name, TensorType type, long[] shape)
    {
        if (SafetensorsHeader.TypeOf(type.ToString()) != type) throw new ArgumentException($"'{name}' is {type}, which the format does not have.", nameof(type));
        if (shape.Any(d => d < 0)) throw new ArgumentException($"'{name}' has a negative dimension: [{string.Join(", ", shape)}].", nameof(shape));
        return shape.Aggregate((long)Quants.BlockBytes(type), (bytes, d) => checked(bytes * d));
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, long[] numbers)
    {
        json.WriteStartArray(name);
        foreach (var n in numbers) json.WriteNumberValue(n);
        json.WriteEndArray();
    }
}
