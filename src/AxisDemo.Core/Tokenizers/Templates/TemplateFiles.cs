using System.Text;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>
/// The chat templates that a model brings, strongest first, and the choice among them. The order is that of transformers: a file of its
/// own (<c>chat_template.jinja</c>, the processors' older <c>chat_template.json</c>) before <c>tokenizer_config.json</c>. Templates with
/// another name than "default" are for other uses (tools, documents) and never taken.
/// </summary>
internal static class TemplateFiles
{
    private const string Default = "default", Key = "chat_template", GgufKey = "tokenizer.chat_template";

    /// <summary>A template.</summary>
    /// <param name="File">Its file.</param>
    /// <param name="Field">The key in that file.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Jinja">Its text.</param>
    internal readonly record struct Candidate(string File, string Field, string Name, string Jinja);

    /// <summary>The first default template; the others are warned of where they differ.</summary>
    public static ChatTemplate? Choose(IEnumerable<Candidate> candidates, ModelWarning? warn)
    {
        var all = candidates.ToList();
        var taken = all.FindIndex(c => c.Name == Default);
        foreach (var other in all.Where((c, i) => i != taken && (taken < 0 || c.Jinja != all[taken].Jinja)))
        {
            var instead = taken < 0 ? "there is none named default, so the model has no chat template"
                : all[taken].File == other.File ? $"{all[taken].Field} is" : $"the one of {Path.GetFileName(all[taken].File)} is";
            warn?.Invoke(other.File, other.Field, $"this template is not used; {instead}.");
        }

        return taken < 0 ? null : ChatTemplate.Parse(all[taken].Jinja, all[taken].File);
    }

    /// <summary>Those of a GGUF file: <c>tokenizer.chat_template</c>, and one with a name behind it for each other use.</summary>
    public static IEnumerable<Candidate> InGguf(GgufFile file)
    {
        if (file.Metadata.TryString(GgufKey, out var jinja)) yield return new(file.Path, GgufKey, Default, jinja);
        foreach (var key in file.Metadata.Values.Keys.Where(k => k.StartsWith(GgufKey + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            if (file.Metadata.TryString(key, out jinja)) yield return new(file.Path, Printable.Text(key), key[(GgufKey.Length + 1)..], jinja);
    }

    /// <summary>Those of a folder.</summary>
    public static IEnumerable<Candidate> InFolder(string folder)
    {
        var file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file)) yield return new(file, Key, Default, Text(file));
        foreach (var candidate in (IEnumerable<Candidate>)[.. InJson(Path.Combine(folder, "chat_template.json")), .. InJson(Path.Combine(folder, "tokenizer_config.json"))])
            yield return candidate;
        var more = Path.Combine(folder, "additional_chat_templates");
        if (!Directory.Exists(more)) yield break;
        foreach (var path in Directory.EnumerateFiles(more, "*.jinja").Order(StringComparer.Ordinal))
            yield return new(path, Key, Path.GetFileNameWithoutExtension(path), Text(path));
    }

    private static string Text(string path) => Encoding.UTF8.GetString(JsonFields.ReadBytes(path));

    private static List<Candidate> InJson(string path) => File.Exists(path) ? JsonFields.Read(path, root => InJson(root, path)) : [];

    // A text, or a list of several with names.
    private static List<Candidate> InJson(JsonElement root, string path)
    {
        var json = new JsonFields(path);
        if (JsonFields.Optional(root, Key) is not { } template) return [];
        if (template.ValueKind != JsonValueKind.Array) return [new(path, Key, Default, json.Text(template, Key))];
        return [.. template.EnumerateArray().Select(entry =>
        {
            var name = json.Text(json.Member(entry, "name", JsonValueKind.String), Key);
            return new Candidate(path, $"{Key} '{Printable.Text(name)}'", name, json.Text(json.Member(entry, "template", JsonValueKind.String), Key));
        })];
    }
}
