using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Interp;

/// <summary>
/// Interventions as JSON, the same for the command line, the hub and REST: a list of
/// <c>{kind: cap|add|ablate|mean_ablate|mask_head|patch|freeze, layers: "a:b" | n, site: resid_post, positions: all, …}</c> that acts in
/// its order; what each kind takes besides is said in <see cref="InterventionItem"/>. Layers a:b are half open, as in the published
/// configurations.
/// </summary>
public static class InterventionFile
{
    private const long LongestFile = 4 << 20;
    private const int MostItems = 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="library">Where axes and vectors are found, and the model they act on.</param>
    /// <param name="prompt">Tokens of the prompt, where it is known.</param>
    /// <exception cref="InputException">It is missing, no such list, or an item is wrong; the message names the item and the field.</exception>
    public static IReadOnlyList<Intervention> Read(string path, VectorLibrary library, int prompt = int.MaxValue)
    {
        if (!File.Exists(path)) throw new InputException(path, "", Directory.Exists(path) ? "it is a folder." : "there is no such file.", "Give a file with a list of interventions.");
        try
        {
            var bytes = JsonInput.ReadFile(path, LongestFile, "Give a list of interventions; vectors stay in files of their own.");
            if (!bytes.AsSpan().ContainsAnyExcept(" \t\r\n"u8)) throw new InputException(path, "", "it is empty.", "Write [ {\"kind\": …}, … ].");
            using var document = JsonInput.Parse(bytes, path, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Parse(document.RootElement, library, path, prompt: prompt);
        }
        catch (JsonException e)
        {
            throw new InputException(path, "", $"it is not JSON: {e.Message}", "", e);
        }
    }

    /// <summary>Reads the list from JSON.</summary>
    /// <param name="list">The list.</param>
    /// <param name="library">Where axes and vectors are found, and the model they act on.</param>
    /// <param name="source">What messages call what the list came with.</param>
    /// <param name="place">What they call an item; null: <c>interventions[0]</c> and so on.</param>
    /// <param name="runs">Whether there are files of other runs, whose attention patterns can be frozen.</param>
    /// <param name="prompt">Tokens of the prompt, where it is known.</param>
    /// <exception cref="InputException">As for <see cref="Read"/>.</exception>
    public static IReadOnlyList<Intervention> Parse(JsonElement list, VectorLibrary library, string source = "request", string? place = null, bool runs = true, int prompt = int.MaxValue)
    {
        if (list.ValueKind != JsonValueKind.Array) throw new InputException(source, "interventions", "it is not a list.", "Write [ {\"kind\": …}, … ].");
        if (list.GetArrayLength() > MostItems) throw new InputException(source, "interventions", $"it has {list.GetArrayLength()} items; {MostItems} are possible.");
        try
        {
            return [.. list.EnumerateArray().Select((item, i) => new InterventionItem(item, place ?? $"interventions[{i}]", source, library).Build(runs, prompt))];
        }
        catch (InvalidOperationException e) // an escaped half of a surrogate pair: valid JSON, no text
        {
            throw new InputException(source, place ?? "interventions", "a text in it is no Unicode (half of a surrogate pair).", "Write the character itself.", e);
        }
    }
}
