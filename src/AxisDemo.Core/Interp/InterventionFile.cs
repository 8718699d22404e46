using System.Globalization;
using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Interp;

/// <summary>
/// Interventions as JSON, the same for the command line, the hub and REST: a list of
/// <c>{kind: cap|add|ablate|mean_ablate, axis: FILE | vector: FILE#NAME, layers: "a:b" | n, …}</c> that acts in its order.
/// Layers a:b are half open, as in the published configurations. <c>threshold</c> is a floor on the projection onto +vector:
/// a number, a list with one per layer, or <c>pNN</c>, a percentile stored in the axis file (higher caps harder).
/// </summary>
public static class InterventionFile
{
    private const long LongestFile = 4 << 20;
    private const int MostItems = 1024;
    private static readonly string[] Fields = ["kind", "axis", "vector", "layers", "threshold", "coefficient", "mean", "positions"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is missing, no such list, or an item is wrong; the message names the item and the field.</exception>
    public static IReadOnlyList<Intervention> Read(string path, VectorLibrary library)
    {
        if (!File.Exists(path)) throw new InputException(path, "", "there is no such file.", "Give a file with a list of interventions.");
        try
        {
            using var document = JsonInput.Parse(JsonInput.ReadFile(path, LongestFile, "Give a list of interventions; vectors stay in files of their own."), path, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            return Parse(document.RootElement, library, path);
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
    /// <exception cref="InputException">As for <see cref="Read"/>.</exception>
    public static IReadOnlyList<Intervention> Parse(JsonElement list, VectorLibrary library, string source = "request", string? place = null)
    {
        if (list.ValueKind != JsonValueKind.Array) throw new InputException(source, "interventions", "it is no list.", "Write [ {\"kind\": …}, … ].");
        if (list.GetArrayLength() > MostItems) throw new InputException(source, "interventions", $"it has {list.GetArrayLength()} items; {MostItems} are possible.");
        try
        {
            return [.. list.EnumerateArray().Select((item, i) => new Item(item, place ?? $"interventions[{i}]", source, library).Build())];
        }
        catch (InvalidOperationException e) // an escaped half of a surrogate pair: valid JSON, no text
        {
            throw new InputException(source, place ?? "interventions", "a text in it is no Unicode (half of a surrogate pair).", "Write the character itself.", e);
        }
    }

    private sealed class Item
    {
        private readonly JsonElement json;
        private readonly string place;
        private readonly string source;
        private readonly VectorLibrary library;
        private readonly List<int> layers;

        public Item(JsonElement json, string place, string source, VectorLibrary library)
        {
            (this.json, this.place, this.source, this.library) = (json, place, source, library);
            if (json.ValueKind != JsonValueKind.Object) throw Fault("", "it is no object.", "Write {\"kind\": …}.");
            // A field misspelt would otherwise be a cap that silently does not act.
            foreach (var property in json.EnumerateObject())
                if (!Fields.Contains(property.Name, StringComparer.Ordinal)) throw Fault(Printable.Text(property.Name), "is not known.", $"Known: {string.Join(", ", Fields)}.");
            layers = Layers();
        }

        public Intervention Build()
        {
            var positions = Positions();
            var kind = Text("kind") ?? throw Fault("kind", "it is missing.", "Give cap, add, ablate or mean_ablate.");
            Only(kind switch
            {
                "cap" => ["threshold"],
                "add" or "ablate" => ["coefficient"],
                "mean_ablate" => ["mean"],
                _ => throw Fault("kind", $"'{Printable.Text(kind)}' is not known.", "Give cap, add, ablate or mean_ablate."),
            });
            var vector = Vector();
            return kind switch
            {
                "cap" => Intervention.Cap(layers.Zip(Floors(), (l, floor) => (l, vector.At(l), floor)), positions),
                "add" => Intervention.Add(layers.Select(l => (l, vector.At(l), Number("coefficient") ?? throw Fault("coefficient", "it is missing.", "Give the number that the vector is multiplied by."))), positions),
                "ablate" => Intervention.Ablate(layers.Select(l => (l, vector.At(l), Number("coefficient") ?? 0, Number("coefficient") is null ? null : vector.At(l))), positions),
                _ => MeanAblate(vector, positions),
            };
        }

        private Intervention MeanAblate(LayerVectors vector, Positions positions)
        {
            var mean = Named("mean", library.Vector, Text("mean") ?? throw Fault("mean", "it is missing.", "Give FILE#NAME of the mean that is added."));
            return Intervention.Ablate(layers.Select(l => (l, vector.At(l), 1f, (Direction?)mean.At(l))), positions);
        }

        private LayerVectors Vector()
        {
            var (axis, vector) = (Text("axis"), Text("vector"));
            if (axis is null == vector is null) throw Fault("vector", axis is null ? "neither axis nor vector is given." : "both axis and vector are given.", "Give one: axis: FILE, or vector: FILE#NAME.");
            return axis is null ? Named("vector", library.Vector, vector!) : Named("axis", library.Vector, axis);
        }

        // A name that stands for nothing is a fault of the field it stands in; what is wrong with a file is the file's.
        private T Named<T>(string field, Func<string, T> find, string name)
        {
            try
            {
                return find(name);
            }
            catch (InputException e) when (e.Origin == "request")
            {
                throw new InputException(source, $"{place}.{field}", e.Fault, e.Remedy, e);
            }
        }

        private float[] Floors()
        {
            if (!json.TryGetProperty("threshold", out var value)) throw Fault("threshold", "it is missing.", "Give a number, a list with one per layer, or pNN.");
            switch (value.ValueKind)
            {
                case JsonValueKind.Number:
                    return [.. layers.Select(_ => Finite("threshold", value))];
                case JsonValueKind.Array:
                    if (value.GetArrayLength() != layers.Count) throw Fault("threshold", $"the list has {value.GetArrayLength()} numbers for {layers.Count} layers.", "Give one per layer.");
                    return [.. value.EnumerateArray().Select(v => Finite("threshold", v))];
                case JsonValueKind.String when value.GetString() is ['p', .. var digits] && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percentile) && percentile <= 100:
                    if (percentile is > 0 and < 1)
                        throw Fault("threshold", $"p{digits} looks like the published notation, a fraction on the negated axis.", $"Write p{(1 - percentile) * 100:0.##}: the percentile on the axis, higher caps harder.");
                    var axis = Named("axis", library.Axis, Text("axis") ?? throw Fault("threshold", "a percentile needs an axis file.", "Give axis: FILE, or the threshold as a number."));
                    return [.. layers.Select(l => axis.Threshold(l, percentile))];
                default:
                    throw Fault("threshold", $"{Printable.Text(value.GetRawText())} is no threshold.", "Give a number, a list with one per layer, or p0 to p100.");
            }
        }

        private List<int> Layers()
        {
            if (!json.TryGetProperty("layers", out var value)) throw Fault("layers", "they are missing.", "Give \"a:b\" (half open) or a block's number.");
            var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            var ends = text.Split(':');
            if (ends.Length > 2 || !ends.All(e => int.TryParse(e, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                throw Fault("layers", $"'{Printable.Text(text)}' is no range of blocks.", "Give \"a:b\" (half open) or a block's number.");
            var from = int.Parse(ends[0], CultureInfo.InvariantCulture);
            var to = ends.Length == 2 ? int.Parse(ends[1], CultureInfo.InvariantCulture) : from + 1;
            if (from >= to || to > library.Model.Layers)
                throw Fault("layers", $"{Printable.Text(text)} are no blocks of {library.Model.Name}.", $"It has blocks 0 to {library.Model.Layers - 1}; a:b is half open.");
            return [.. Enumerable.Range(from, to - from)];
        }

        private Positions Positions() => Text("positions") switch
        {
            null or "all" => Model.Hooks.Positions.All,
            "no-special" => Model.Hooks.Positions.NoSpecial,
            "last" => Model.Hooks.Positions.Last,
            var other => throw Fault("positions", $"'{Printable.Text(other)}' is not known.", "Give all, no-special or last."),
        };

        // "coefficient" on a cap, "threshold" on an addition: the writer means something that would not happen.
        private void Only(string[] own)
        {
            foreach (var field in new[] { "threshold", "coefficient", "mean" })
                if (json.TryGetProperty(field, out _) && !own.Contains(field)) throw Fault(field, "does not belong to this kind of intervention.");
        }

        private string? Text(string field)
        {
            if (!json.TryGetProperty(field, out var value)) return null;
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Fault(field, $"{Printable.Text(value.GetRawText())} is no text.");
        }

        private float? Number(string field) => json.TryGetProperty(field, out var value) ? Finite(field, value) : null;

        private float Finite(string field, JsonElement value) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number) ? number : throw Fault(field, $"{Printable.Text(value.GetRawText())} is no number{(value.ValueKind == JsonValueKind.Number ? " that a float32 holds" : "")}.");

        private InputException Fault(string field, string fault, string remedy = "") =>
            new(source, field.Length > 0 ? $"{place}.{field}" : place, fault, remedy);
    }
}
