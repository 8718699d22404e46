using System.Text.Json;
using System.Text.Unicode;

namespace AxisDemo.Formats;

/// <summary>The JSON header of a safetensors file: names, types, shapes and ranges, and the metadata strings.</summary>
internal sealed class SafetensorsHeader
{
    internal const string MetadataKey = "__metadata__";

    private readonly string _path;
    private string _field = "header";

    private SafetensorsHeader(string path) => _path = path;

    /// <summary>One tensor's entry; the range is in bytes from the end of the header.</summary>
    internal sealed record Entry(string Name, TensorType Type, long[] Shape, long Begin, long End);

    public List<Entry> Tensors { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>The type of a dtype's name; BOOL is read as bytes.</summary>
    public static TensorType? TypeOf(string? dtype) => dtype switch
    {
        "F32" => TensorType.F32,
        "F16" => TensorType.F16,
        "BF16" => TensorType.BF16,
        "I32" => TensorType.I32,
        "I64" => TensorType.I64,
        "U8" or "BOOL" => TensorType.U8,
        _ => null,
    };

    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader(path);
        // The JSON reader would notice only inside the strings that are asked for.
        if (!Utf8.IsValid(json)) throw header.Fault("is not UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(json);
            header.ReadAll(ref reader);
        }
        catch (JsonException e)
        {
            header._field = "header";
            throw header.Fault($"is not valid JSON at byte {e.BytePositionInLine}.", e);
        }
        catch (InvalidOperationException e) // an escaped lone surrogate: valid JSON, no text
        {
            throw header.Fault("holds a string that is no text.", e);
        }
        header.CheckRanges(dataLength);
        return header;
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Fault("is no JSON object.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            _field = Printable.Text(name);
            if (!names.Add(name)) throw Fault("occurs twice.");
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw Fault($"the header has a {reader.TokenType} here where an object is needed.");
            if (name == MetadataKey) ReadMetadata(ref reader);
            else Tensors.Add(ReadEntry(ref reader, name));
        }
        _field = "header";
        while (reader.Read()) { } // anything but white space after the object is refused by the JSON reader
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) throw Fault($"'{Printable.Text(key)}' is a {reader.TokenType}; only strings are allowed.");
            if (!Metadata.TryAdd(key, reader.GetString()!)) throw Fault($"'{Printable.Text(key)}' occurs twice.");
        }
    }

    private Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? dtype = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            var twice = key switch { "dtype" => dtype is not null, "shape" => shape is not null, "data_offsets" => offsets is not null, _ => false };
            if (twice) throw Fault($"has {key} twice.");
            reader.Read();
            switch (key)
            {
                case "dtype":
                    if (reader.TokenType != JsonTokenType.String) throw Fault($"has a dtype that is a {reader.TokenType}.");
                    dtype = reader.GetString();
                    break;
                case "shape": shape = WholeNumbers(ref reader, key); break;
                case "data_offsets": offsets = WholeNumbers(ref reader, key); break;
                default: throw Fault($"has the field '{Printable.Text(key)}', which the format does not know.");
            }
        }
        if (dtype is null) throw Fault("has no dtype.");
        if (shape is null) throw Fault("has no shape.");
        if (offsets is null) throw Fault("has no data_offsets.");
        if (TypeOf(dtype) is not { } type)
            throw Fault($"is {Printable.Text(dtype)}, which this build cannot read. Supported: F32, F16, BF16, I32, I64, U8, BOOL.");
        if (offsets.Count != 2) throw Fault($"has {offsets.Count} data_offsets; a begin and an end are needed.");
        if (offsets[0] > offsets[1]) throw Fault($"has data_offsets that begin at {offsets[0]} and end at {offsets[1]}.");

        var entry = new Entry(name, type, [.. shape], offsets[0], offsets[1]);
        var bytes = TensorSize.Bytes(type, entry.Shape, fault => Fault(fault));
        if (bytes != entry.End - entry.Begin)
            throw Fault($"is {dtype} [{string.Join(", ", shape)}], {bytes} bytes, and its data_offsets hold {entry.End - entry.Begin}.");
        return entry;
    }

    private List<long> WholeNumbers(ref Utf8JsonReader reader, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Fault($"has a {key} that is a {reader.TokenType}.");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Fault($"has a {key} with something else than whole numbers from 0 to 2^63 - 1.");
            numbers.Add(number);
        }
        return numbers;
    }

    private void CheckRanges(long dataLength)
    {
        Entry? previous = null;
        long covered = 0;
        foreach (var entry in Tensors.OrderBy(t => t.Begin).ThenBy(t => t.End))
        {
            _field = Printable.Text(entry.Name);
            if (entry.Begin < covered) throw Fault($"begins at {entry.Begin}, inside '{Printable.Text(previous!.Name)}', which ends at {covered}.");
            if (entry.Begin > covered) throw Fault($"begins at {entry.Begin}; the bytes from {covered} to there belong to no tensor.");
            if (entry.End > dataLength) throw Fault($"ends at {entry.End} of the data, which has {dataLength} bytes.");
            (previous, covered) = (entry, entry.End);
        }
        _field = "file length";
        if (covered != dataLength) throw Fault($"leaves {dataLength - covered} bytes after the last tensor.");
    }

    private InputException Fault(string fault, Exception? inner = null) =>
        new(_path, _field, fault, "Download the file again, or write it again with a current tool.", inner);
}
