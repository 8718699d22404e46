using System.Globalization;
using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Interp;

/// <summary>
/// One intervention as JSON. <c>cap</c>: axis or vector, threshold: a floor on the projection onto +vector, a number, a list with one per
/// layer, or <c>pNN</c>, a percentile stored in the axis file (higher caps harder). <c>add</c>: vector, coefficient. <c>ablate</c>: vector,
/// coefficient to add back. <c>mean_ablate</c>: vector, mean. <c>mask_head</c>: heads <c>[[layer, head], …]</c>, value zero or mean, mean.
/// <c>patch</c>: site, heads, positions, values. <c>freeze</c>: heads, positions, values (patterns). Vectors, means and values are
/// <c>FILE#NAME</c>; with <c>{layer}</c> in the name each layer takes its own tensor.
/// </summary>
internal sealed class InterventionItem
{
    private static readonly (string Name, InterventionKind Kind, string[] Fields)[] Kinds =
    [
        ("cap", InterventionKind.Cap, ["axis", "vector", "layers", "site", "positions", "threshold"]),
        ("add", InterventionKind.Add, ["axis", "vector", "layers", "site", "positions", "coefficient"]),
        ("ablate", InterventionKind.Ablate, ["axis", "vector", "layers", "site", "positions", "coefficient"]),
        ("mean_ablate", InterventionKind.MeanAblate, ["axis", "vector", "layers", "site", "positions", "mean"]),
        ("mask_head", InterventionKind.MaskHead, ["heads", "positions", "value", "mean"]),
        ("patch", InterventionKind.Patch, ["site", "layers", "heads", "positions", "values"]),
        ("freeze", InterventionKind.Freeze, ["layers", "heads", "positions", "values"]),
    ];

    private static readonly string[] Known = [.. Kinds.SelectMany(k => k.Fields).Prepend("kind").Distinct()];

    private readonly JsonElement json;
    private readonly string place;
    private readonly string source;
    private readonly VectorLibrary library;

    public InterventionItem(JsonElement json, string place, string source, VectorLibrary library)
    {
        (this.json, this.place, this.source, this.library) = (json, place, source, library);
        if (json.ValueKind != JsonValueKind.Object) throw Fault("", "it is no object.", "Write {\"kind\": …}.");
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            // A field misspelt would otherwise be a cap that silently does not act.
            if (!Known.Contains(property.Name, StringComparer.Ordinal)) throw Fault(Printable.Text(property.Name), "is not known.", $"Known: {string.Join(", ", Known)}.");
            if (!named.Add(property.Name)) throw Fault(property.Name, "is given twice.", "Give each field once.");
        }
    }

    /// <param name="runs">Whether there are files of other runs; without them nothing can be frozen.</param>
    /// <param name="prompt">Tokens of the prompt.</param>
    public Intervention Build(bool runs, int prompt)
    {
        var offered = Kinds.Where(k => runs || k.Kind != InterventionKind.Freeze).Select(k => k.Name).ToList();
        var names = string.Join(", ", offered.SkipLast(1)) + " or " + offered[^1];
        var name = Text("kind") ?? throw Fault("kind", "it is missing.", $"Give {names}.");
        if (!Array.Exists(Kinds, k => k.Name == name)) throw Fault("kind", $"'{Printable.Text(name)}' is not known.", $"Give {names}.");
        var (_, kind, own) = Array.Find(Kinds, k => k.Name == name);
        if (!offered.Contains(name)) throw Fault("kind", "attention patterns cannot be frozen here: no axis file holds those of a run.", "The command line can, with the file of another run.");
        // "coefficient" on a cap, "threshold" on an addition: the writer means something that would not happen.
        foreach (var property in json.EnumerateObject())
            if (property.Name != "kind" && !own.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null) throw Fault(property.Name, "does not belong to this kind of intervention.", $"{name} takes {string.Join(", ", own)}.");
        return Made(prompt, () => kind switch
        {
            InterventionKind.Cap => Along((site, layers, vector) => Intervention.Cap(layers.Zip(Floors(site, layers), (l, floor) => (l, vector.At(l), floor)), Positions(), site)),
            InterventionKind.Add => Along((site, layers, vector) => Intervention.Add(layers.Select(l => (l, vector.At(l), Coefficient())), Positions(), site)),
            InterventionKind.Ablate => Along((site, layers, vector) => Intervention.Ablate(layers.Select(l => (l, vector.At(l), Number("coefficient") ?? 0, Number("coefficient") is null ? null : vector.At(l))), Positions(), site)),
            InterventionKind.MeanAblate => Along((site, layers, vector) => Intervention.MeanAblate(layers.Select(l => (l, vector.At(l), Mean(site).At(l))), Positions(), site)),
            InterventionKind.MaskHead => MaskHeads(),
            InterventionKind.Patch => Patch(),
            InterventionKind.Freeze => Freeze(),
        });
    }

    // What an intervention refuses by itself, it refuses by the name of its own field.
    private Intervention Made(int prompt, Func<Intervention> make)
    {
        try
        {
            var made = make();
            InterventionCheck.Fit(made, library.Model.Shape, prompt);
            return made;
        }
        catch (InputException e) when (e.Kind == FaultKind.Request && !e.Field.StartsWith(place, StringComparison.Ordinal))
        {
            throw Fault(e.Field, e.Fault, e.Remedy);
        }
    }

    private Intervention Along(Func<Site, List<int>, LayerVectors, Intervention> make)
    {
        var site = Site(Model.Hooks.Site.ResidPost);
        var layers = Layers(site);
        return make(site, layers, Vector(site));
    }

    private float Coefficient() => Number("coefficient") ?? throw Fault("coefficient", "it is missing.", "Give the number that the vector is multiplied by.");

    private LayerVectors Mean(Site site) => Named("mean", name => library.Vector(name, Width(site)), Needed("mean", "Give FILE#NAME of the mean that is added."));

    private Intervention MaskHeads()
    {
        if (!Given("heads", out var list)) throw Fault("heads", "they are missing.", "Give [[layer, head], …].");
        if (list.ValueKind != JsonValueKind.Array) throw Fault("heads", $"{Printable.Text(list.GetRawText())} is not a list.", "Give [[layer, head], …].");
        var value = Text("value") ?? (Given("mean", out _) ? "mean" : "zero");
        if (value is not ("zero" or "mean")) throw Fault("value", $"'{Printable.Text(value)}' is not known.", "Give zero or mean.");
        if (value == "zero" && Given("mean", out _)) throw Fault("mean", "is given, and the value is zero.", "Leave one of the two out.");
        var means = value == "mean" ? Needed("mean", "Give FILE#NAME of the heads' means: [layers, heads * headDim].") : null;
        return Intervention.MaskHeads(list.EnumerateArray().Select(pair =>
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || !pair[0].TryWholeNumber(out var layer) || !pair[1].TryWholeNumber(out var head))
                throw Fault("heads", $"{Printable.Text(pair.GetRawText())} is no [layer, head].", "Give [[layer, head], …].");
            var shape = library.Model.Shape;
            if (layer >= shape.Layers || head >= shape.Heads) throw Fault("heads", $"[{layer}, {head}] is no head of {library.Model.Name}.", $"It has blocks 0 to {shape.Layers - 1} with heads 0 to {shape.Heads - 1}.");
            return new MaskedHead(layer, head, means is null ? default : Named("mean", name => library.HeadMean(name, layer, head), means));
        }), Positions());
    }

    private Intervention Patch()
    {
        var site = Site(null);
        var layers = Layers(site);
        return Intervention.Patch(site, Values(site, layers, out var positions), positions, Heads());
    }

    private Intervention Freeze() =>
        Intervention.Freeze(Values(Model.Hooks.Site.Pattern, Layers(Model.Hooks.Site.Pattern), out var positions), positions, Heads());

    // Rows of a whole run are taken by position; as many rows as positions, in their order.
    private List<LayerValues> Values(Site site, List<int> layers, out Positions positions)
    {
        var reference = Needed("values", "Give FILE#NAME of the other run's rows, [positions, width]: axis logits --hooks writes them.");
        var list = PositionList();
        positions = list is null ? Positions() : Model.Hooks.Positions.At(list);
        return [.. layers.Select((layer, i) => new LayerValues(layer, Named("values", name => library.Rows(name, site, layer, i, layers.Count, list), reference)))];
    }

    private List<int>? Heads()
    {
        if (!Given("heads", out var list)) return null;
        if (list.ValueKind != JsonValueKind.Array) throw Fault("heads", $"{Printable.Text(list.GetRawText())} is not a list.", "Give [0, 3].");
        return [.. list.EnumerateArray().Select(h => h.TryWholeNumber(out var head) ? head : throw Fault("heads", $"{Printable.Text(h.GetRawText())} is no head.", "Give whole numbers from 0."))];
    }

    private Site Site(Site? other)
    {
        if (Text("site") is not { } name) return other ?? throw Fault("site", "it is missing.", $"Give {Names()}.");
        foreach (var site in Changeable())
            if (site.ShortName() == name) return site;
        throw Fault("site", $"'{Printable.Text(name)}' is no place that can be changed.", $"Give {Names()}.");

        static IEnumerable<Site> Changeable() => Enum.GetValues<Site>().Where(s => s.CanBeChanged());

        static string Names() => string.Join(", ", Changeable().Select(s => s.ShortName()));
    }

    private int Width(Site site) => library.Model.Shape.WidthOf(site);

    private LayerVectors Vector(Site site)
    {
        var (axis, vector) = (Text("axis"), Text("vector"));
        if (axis is null == vector is null) throw Fault("vector", axis is null ? "neither axis nor vector is given." : "both axis and vector are given.", "Give one: axis: FILE, or vector: FILE#NAME.");
        var found = axis is null ? Named("vector", name => library.Vector(name, Width(site)), vector!) : Named("axis", name => library.Vector(name), axis);
        if (site == Model.Hooks.Site.Embed && found.PerLayer) throw Fault(axis is null ? "vector" : "axis", "has a direction for each block, and none for the embedding.", "Give FILE#NAME of one vector.");
        return found;
    }

    // A name that stands for nothing is a fault of the field it stands in; what is wrong with a file is the file's.
    private T Named<T>(string field, Func<string, T> find, string name)
    {
        try
        {
            return find(name);
        }
        catch (InputException e) when (e.Kind == FaultKind.Request)
        {
            throw new InputException(source, $"{place}.{(e.Field == "positions" ? e.Field : field)}", e.Fault, e.Remedy, e);
        }
    }

    private float[] Floors(Site site, List<int> layers)
    {
        if (!Given("threshold", out var value)) throw Fault("threshold", "it is missing.", "Give a number, a list with one per layer, or pNN.");
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
                if (site != Model.Hooks.Site.ResidPost) throw Fault("threshold", $"{Printable.Text(value.GetString()!)} is a percentile of projections at the block's output, and the site is {site.ShortName()}.", "Give the threshold as a number, or leave the site out.");
                var axis = Named("axis", library.Axis, Text("axis") ?? throw Fault("threshold", "a percentile needs an axis file.", "Give axis: FILE, or the threshold as a number."));
                return [.. layers.Select(l => axis.Threshold(l, percentile))];
            default:
                throw Fault("threshold", $"{Printable.Text(value.GetRawText())} is no threshold.", "Give a number, a list with one per layer, or p0 to p100.");
        }
    }

    private List<int> Layers(Site site)
    {
        if (site == Model.Hooks.Site.Embed)
            return Given("layers", out _) ? throw Fault("layers", "do not belong to the embedding, which is before the blocks.", "Leave them out.") : [-1];
        if (!Given("layers", out var value)) throw Fault("layers", "they are missing.", "Give \"a:b\" (half open) or a block's number.");
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.TryWholeNumber(out var block) ? block.ToString(CultureInfo.InvariantCulture) : value.GetRawText();
        if (!LayerRange.TryParse(text, out var range)) throw Fault("layers", $"'{Printable.Text(text)}' is not a range of blocks.", "Give \"a:b\" (half open) or a block's number.");
        if (range.Count < 1 || range.To > library.Model.Layers)
            throw Fault("layers", $"{Printable.Text(text)}: {library.Model.Name} does not have these blocks.", $"It has blocks 0 to {library.Model.Layers - 1}; a:b is half open.");
        return [.. range.Blocks];
    }

    private Positions Positions()
    {
        if (PositionList() is { } list) return Model.Hooks.Positions.At(list);
        if (Given("positions", out var value) && value.ValueKind != JsonValueKind.String) throw Fault("positions", $"{Printable.Text(value.GetRawText())} is neither a word nor a list.", "Give all, no-special, last, generated or a list of positions: [7].");
        return Text("positions") switch
        {
            null or "all" => Model.Hooks.Positions.All,
            "no-special" => Model.Hooks.Positions.NoSpecial,
            "last" => Model.Hooks.Positions.Last,
            "generated" => Model.Hooks.Positions.Generated,
            var other => throw Fault("positions", $"'{Printable.Text(other)}' is not known.", "Give all, no-special, last, generated or a list of positions."),
        };
    }

    private List<int>? PositionList()
    {
        if (!Given("positions", out var value) || value.ValueKind != JsonValueKind.Array) return null;
        return [.. value.EnumerateArray().Select(p => p.TryWholeNumber(out var position) ? position : throw Fault("positions", $"{Printable.Text(p.GetRawText())} is no position.", "Positions are whole numbers from 0."))];
    }

    private string Needed(string field, string remedy) => Text(field) ?? throw Fault(field, "it is missing.", remedy);

    private string? Text(string field)
    {
        if (!Given(field, out var value)) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Fault(field, $"{Printable.Text(value.GetRawText())} is not text.", "Put it in quotes.");
    }

    private float? Number(string field) => Given(field, out var value) ? Finite(field, value) : null;

    private float Finite(string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number) ? number : throw Fault(field, $"{Printable.Text(value.GetRawText())} is no number{(value.ValueKind == JsonValueKind.Number ? " that a float32 holds" : "")}.");

    // null is as if the field were missing.
    private bool Given(string field, out JsonElement value) => json.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    private InputException Fault(string field, string fault, string remedy = "") =>
        new(source, field.Length > 0 ? $"{place}.{field}" : place, fault, remedy);
}

file static class JsonNumbers
{
    /// <summary>A whole number from 0 on, also as 5.0 or 5e0; false for anything else, which JsonElement would answer with an exception.</summary>
    public static bool TryWholeNumber(this JsonElement value, out int number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number) return false;
        if (value.TryGetInt32(out number)) return number >= 0;
        if (!value.TryGetDouble(out var real) || real != Math.Truncate(real) || real is < 0 or > int.MaxValue) return false;
        number = (int)real;
        return true;
    }
}
