using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>Reads the fields of a tokenizer's JSON file with the checks that a stranger's file needs: bounded, typed, every fault with its name.</summary>
/// <param name="path">The file.</param>
internal sealed class JsonFields(string path)
{
    private const long MaxFile = 256L << 20;

    /// <summary>A file's bytes without a byte order mark.</summary>
    public static byte[] ReadBytes(string path)
    {
        // What a link leads to may be a pipe or a device, which never end.
        if (DiskFile.Find(path) is { Bytes: 0 }) throw new InputException(path, "", "it is empty, or no ordinary file.", InputFaults.CopyAgain);
        return JsonInput.Utf8(JsonInput.ReadFile(path, MaxFile), path).ToArray();
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Gets the root; what it returns must not hold on to it.</param>
    public static T Read<T>(string path, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(ReadBytes(path));
            return read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InputException(path, "", $"this is not JSON: {e.Message}", inner: e);
        }
        catch (InvalidOperationException e) // an escaped half of a surrogate pair in a name: valid JSON, no text
        {
            throw new InputException(path, "", "a name in it is no Unicode (half of a surrogate pair).", inner: e);
        }
    }

    /// <summary>A value; null when the name is missing or says null.</summary>
    public static JsonElement? Optional(JsonElement node, string name) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement Member(JsonElement node, string name, JsonValueKind kind) =>
        Optional(node, name) is { } value && value.ValueKind == kind ? value : throw Fault(name, $"missing, or not of the kind {kind}.");

    public List<JsonElement> Items(JsonElement node, string name, string field) =>
        Optional(node, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : throw Fault(field, $"the list '{name}' is missing.");

    /// <summary>The <c>type</c> of a step.</summary>
    public string Kind(JsonElement node, string field) => Text(Member(node, "type", JsonValueKind.String), field + ".type");

    public bool Flag(JsonElement node, string name, bool missing = false) => Optional(node, name)?.ValueKind switch
    {
        null => missing,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault(name, "neither true nor false."),
    };

    public string Text(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.String ? Guarded(field, () => value.GetString()!) : throw Fault(field, $"'{value.GetRawText()}' is no text.");

    /// <summary>A token: its text, or an object with its text as <c>content</c>.</summary>
    public string Token(JsonElement value, string field) =>
        Text(value.ValueKind == JsonValueKind.Object ? Member(value, "content", JsonValueKind.String) : value, field);

    // A JSON text may hold half a surrogate pair or bytes that are no UTF-8, which only shows when it is read.
    public string Guarded(string field, Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw new InputException(path, field, "a text that is not valid Unicode.", inner: e);
        }
    }

    public InputException Fault(string field, string fault, string remedy = "") => new(path, field, fault, remedy);
}
