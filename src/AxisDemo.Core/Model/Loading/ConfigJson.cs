using System.Globalization;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Model.Loading;

/// <summary>
/// One JSON object of a model's folder, read with the checks that a stranger's file needs: bounded, typed, every fault with its key.
/// Which keys are asked for is remembered, so that the others can be told of: see <see cref="Unread"/>.
/// </summary>
internal sealed class ConfigJson
{
    private const long Longest = 16 << 20;
    private readonly JsonElement element;
    private readonly string prefix;
    private readonly HashSet<string> asked;

    private ConfigJson(string path, JsonElement element, string prefix, HashSet<string> asked) => (Path, this.element, this.prefix, this.asked) = (path, element, prefix, asked);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Reads a file whose root is an object.</summary>
    public static ConfigJson Open(string path)
    {
        using var file = MappedFile.Open(path);
        if (file.Length > Longest) throw new InputException(path, "", $"it has {file.Length:N0} bytes; {Longest:N0} are the most such a file has.");
        try
        {
            using var document = JsonInput.Parse(file.Span(0, (int)file.Length), path);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InputException(path, "", "it is no JSON object.", InputFaults.CopyAgain);
            return new ConfigJson(path, document.RootElement.Clone(), "", new HashSet<string>(StringComparer.Ordinal));
        }
        catch (JsonException e)
        {
            throw new InputException(path, "", $"it is not JSON: {e.Message}", InputFaults.CopyAgain, e);
        }
    }

    /// <summary>Whether the key is there and not null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether the key is there, be it null: that is a statement too.</summary>
    public bool States(string key)
    {
        asked.Add(Name(key));
        return element.TryGetProperty(key, out _);
    }

    /// <summary>The keys, inside too, that say something and that nobody has asked for.</summary>
    /// <param name="irrelevant">Keys that change nothing here.</param>
    public IEnumerable<string> Unread(IReadOnlySet<string> irrelevant)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (NameOf(property) is not { } key) continue; // no text, and so no key that anybody could ask for
            if (!asked.Contains(Name(key)))
            {
                if (!irrelevant.Contains(key) && !SaysNothing(key, property.Value)) yield return Name(key);
            }
            else if (property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var inner in Object(key)?.Unread(irrelevant) ?? []) yield return inner;
            }
        }
    }

    /// <summary>An object inside; null when it is not there.</summary>
    public ConfigJson? Object(string key)
    {
        if (Find(key) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Object ? new ConfigJson(Path, value, Name(key) + ".", asked) : throw Fault(key, "is no object.");
    }

    /// <summary>A text; null when it is not there.</summary>
    public string? Text(string key) => Find(key) is { } value ? Text(key, value) : null;

    /// <summary>A list of texts; null when it is not there.</summary>
    public string[]? Texts(string key)
    {
        if (Find(key) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) throw Fault(key, "is no list.");
        return [.. value.EnumerateArray().Select(item => Text(key, item))];
    }

    /// <summary>A whole number; null when it is not there.</summary>
    public long? Whole(string key) => Find(key) is { } value ? Whole(key, value) : null;

    /// <summary>A whole number or a list of them; empty when it is not there.</summary>
    public long[] Wholes(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(item => Whole(key, item))],
        { } value => [Whole(key, value)],
    };

    /// <summary>A number; null when it is not there.</summary>
    public float? Real(string key)
    {
        if (Find(key) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !float.IsFinite((float)number)) throw Fault(key, "is no number that a float32 holds.");
        return (float)number;
    }

    /// <summary>True or false; null when it is not there.</summary>
    public bool? Flag(string key) => Find(key)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault(key, "is neither true nor false."),
    };

    /// <summary>A wrong value of a key.</summary>
    public InputException Fault(string key, string fault, string remedy = "Download the model again, or use another one.") => new(Path, Name(key), fault, remedy);

    /// <summary>The key with the objects it lies in.</summary>
    public string Name(string key) => prefix + key;

    private JsonElement? Find(string key) => States(key) && element.GetProperty(key) is { ValueKind: not JsonValueKind.Null } value ? value : null;

    // A switch that is off, a factor of 1, nothing at all; but 0 and 1 are tokens too.
    private static bool SaysNothing(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number is 0 or 1 && !key.EndsWith("_token_id", StringComparison.Ordinal),
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
        _ => false,
    };

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException) // half of a surrogate pair
        {
            return null;
        }
    }

    private long Whole(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)) return number;
        throw Fault(key, string.Create(CultureInfo.InvariantCulture, $"is {Printable.Text(value.GetRawText()[..Math.Min(40, value.GetRawText().Length)])}; a whole number is needed."));
    }

    private string Text(string key, JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault(key, "is no text.");
        }
        catch (InvalidOperationException e) // half of a surrogate pair: valid JSON, no text
        {
            throw new InputException(Path, Name(key), "is no valid text.", InputFaults.CopyAgain, e);
        }
    }
}
