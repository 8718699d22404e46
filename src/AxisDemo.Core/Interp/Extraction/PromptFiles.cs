using System.Text;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>A role: its name and the system prompts that ask for it.</summary>
/// <param name="Role">Its name; <see cref="PromptSet.DefaultRole"/> is the model as itself.</param>
/// <param name="Description">What it is, for people; may be empty.</param>
/// <param name="Prompts">System prompts; an empty one means no system turn. <c>{model_name}</c> stands for the model's name.</param>
public sealed record RolePrompts(string Role, string Description, IReadOnlyList<string> Prompts);

/// <summary>Reads one file of roles or questions, in this project's layout or in the published one (safety-research/assistant-axis).</summary>
internal static class PromptFiles
{
    private const long LargestFile = 4 << 20;
    private const int MostItems = 10_000;
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>
    /// A role: <c>{"role","description","prompts":[…]}</c>, or the published <c>{"instruction":[{"pos"}…]}</c> whose role is the
    /// file's name.
    /// </summary>
    public static RolePrompts Role(string path) => Unicode(path, ReadRole);

    /// <summary>Questions: <c>{"questions":[…]}</c>, or JSON lines of <c>{"question"}</c>.</summary>
    public static IReadOnlyList<string> Questions(string path) => Unicode(path, ReadQuestions);

    private static T Unicode<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (InvalidOperationException e) // an escaped half of a surrogate pair: valid JSON, no text
        {
            throw new InputException(path, "", "a text in it is no Unicode (half of a surrogate pair).", "Write the character itself.", e);
        }
    }

    private static RolePrompts ReadRole(string path)
    {
        using var json = Parse(path, ReadText(path));
        var name = Path.GetFileNameWithoutExtension(path);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new InputException(path, "", "it is no JSON object.", "A role has \"role\" and \"prompts\".");
        if (root.TryGetProperty("prompts", out var prompts))
            return new RolePrompts(Text(path, root, "role") ?? name, Text(path, root, "description") ?? "", Strings(path, "prompts", prompts, null));
        if (root.TryGetProperty("instruction", out var instruction))
            return new RolePrompts(name, "", Strings(path, "instruction", instruction, "pos"));
        throw new InputException(path, "prompts", "it is missing.", "A role has \"role\" and \"prompts\" (a list of system prompts).");
    }

    private static IReadOnlyList<string> ReadQuestions(string path)
    {
        var text = ReadText(path);
        if (!path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase))
        {
            using var json = Parse(path, text);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("questions", out var list))
                throw new InputException(path, "questions", "it is missing.", "Give {\"questions\": [\"…\"]} or a .jsonl file of {\"question\": \"…\"}.");
            return NoneEmpty(path, Strings(path, "questions", list, null));
        }

        var questions = new List<string>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.AsSpan().Trim('\uFEFF').Trim().IsEmpty) continue;
            // A file that was put together of others has their marks inside.
            using var json = Parse($"{path} (line {number})", line.TrimStart('\uFEFF'));
            if (json.RootElement.ValueKind != JsonValueKind.Object || Text(path, json.RootElement, "question") is not { } question)
                throw new InputException(path, $"line {number}", "it has no \"question\".");
            questions.Add(question);
        }

        return NoneEmpty(path, questions);
    }

    private static List<string> NoneEmpty(string path, List<string> questions)
    {
        if (questions.Count == 0) throw new InputException(path, "questions", "there is none.");
        if (questions.Exists(string.IsNullOrWhiteSpace)) throw new InputException(path, "questions", "one of them is empty.");
        return questions;
    }

    private static string ReadText(string path)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(JsonInput.Utf8(JsonInput.ReadFile(path, LargestFile), path));
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException(path, "", $"it cannot be read: {e.Message}", inner: e);
        }
    }

    private static JsonDocument Parse(string path, string text)
    {
        try
        {
            return JsonInput.Parse(Encoding.UTF8.GetBytes(text), path, Lenient);
        }
        catch (JsonException e)
        {
            throw new InputException(path, "", $"it is not JSON: {e.Message}", inner: e);
        }
    }

    private static string? Text(string path, JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new InputException(path, name, "it is no text.");
    }

    private static List<string> Strings(string path, string field, JsonElement list, string? member)
    {
        if (list.ValueKind != JsonValueKind.Array) throw new InputException(path, field, "it is no list.");
        if (list.GetArrayLength() is 0 or > MostItems) throw new InputException(path, field, $"it has {list.GetArrayLength()} entries; from 1 to {MostItems} are possible.");
        var strings = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            var value = item;
            if (member is not null && (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(member, out value)))
                throw new InputException(path, $"{field}[{strings.Count}]", $"it has no \"{member}\".");
            if (value.ValueKind != JsonValueKind.String) throw new InputException(path, $"{field}[{strings.Count}]", "it is no text.");
            strings.Add(value.GetString()!);
        }

        return strings;
    }
}
