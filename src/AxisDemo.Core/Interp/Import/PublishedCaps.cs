using System.Globalization;
using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using AxisDemo.Formats;

namespace AxisDemo.Interp.Import;

/// <summary>
/// The floors of a published capping configuration as percentiles of an axis file. An experiment "layers_46:54-p0.25" holds the 25th
/// percentile of the projections on role - default as ceilings of blocks 46 to 53; negated they are the 75th percentile on the axis, a
/// floor. Source: safety-research/assistant-axis.
/// </summary>
public static partial class PublishedCaps
{
    // Rounding to bfloat16 moves each value by at most 2^-9 of itself, so it leaves a cosine of 0.999998. This is wider, for files whose
    // means were summed and rounded separately, and narrow enough that a floor means the same on both: no other layer's or role's
    // direction comes near it.
    private const double LeastCosine = 0.999;

    // What the paper caps with, by the number of blocks: Qwen3-32B, Llama-3.3-70B.
    private static readonly Dictionary<int, string> Chosen = new() { [64] = "layers_46:54-p0.25", [80] = "layers_56:72-p0.25" };

    /// <summary>Puts the floors of a capping configuration into an axis that was imported.</summary>
    /// <param name="import">The axis.</param>
    /// <param name="path">The configuration.</param>
    /// <param name="experiment">The experiment that is recommended; null: the published choice, else the first at p0.25, else the first.</param>
    /// <exception cref="InputException">It is no capping configuration, belongs to another axis, contradicts itself, or has no experiment of that name.</exception>
    public static ImportedAxis AddTo(ImportedAxis import, string path, string? experiment)
    {
        ArgumentNullException.ThrowIfNull(import);
        var axis = import.Parts;
        if (PublishedFile.Read(path) is not PublishedCapping published)
            throw new InputException(path, "--caps", "the file is no capping configuration.", "Give the capping_config.pt that was published with the axis.");
        foreach (var vector in published.Vectors.Values)
            if (vector.Layer >= axis.Layers || vector.Vector.Length != axis.Width)
                throw new InputException(path, "vectors", $"it was made for another model: it has a vector of layer {vector.Layer} and width {vector.Vector.Length}; the axis has {axis.Layers} layers, width {axis.Width}.", "Give the capping_config.pt that was published with the axis.");

        var stored = new List<StoredCap>();
        var left = new List<LeftOutCap>();
        var cells = new Dictionary<(int Layer, int Percentile), (float Floor, string Experiment)>();
        var along = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in published.Experiments)
        {
            var name = Printable.Text(item.Id);
            var (cap, why) = Fit(item, name, published);
            if (cap is null)
            {
                left.Add(new LeftOutCap(name, why));
                continue;
            }

            stored.Add(cap);
            foreach (var (vector, ceiling) in item.Caps)
            {
                var layer = published.Vectors[vector].Layer;
                if (along.Add(vector)) EnsureAlong(axis, path, layer, published.Vectors[vector].Vector);
                var floor = (float)(0 - ceiling); // never -0
                if (!float.IsFinite(floor)) throw new InputException(path, name, $"its cap of layer {layer} is beyond float32.", "Give a published capping configuration.");
                if (!cells.TryAdd((layer, cap.Percentile), (floor, name)) && cells[(layer, cap.Percentile)] is var other && other.Floor != floor)
                    throw Contradiction(path, $"'{other.Experiment}' and '{name}' give layer {layer} different floors at p{cap.Percentile}: {Text(other.Floor)} and {Text(floor)}.");
            }
        }

        var caps = new ImportedCaps($"{Path.GetFileName(path)}, sha256 {FileHash.Sha256(path)}", [.. stored.Distinct()], Choose(path, axis.Layers, stored, left, experiment), left);
        return import with
        {
            Caps = caps,
            Parts = axis with
            {
                PercentileTable = Table(path, axis.Layers, cells),
                Recommended = CalibrationRow.Published(caps.Recommended.From, caps.Recommended.To, caps.Recommended.Percentile),
                Provenance = axis.Provenance with { FloorsFrom = caps.Source },
            },
        };
    }

    // What an experiment's name says, where it says all that a floor needs and its interventions are no other.
    private static (StoredCap? Cap, string Why) Fit(PublishedExperiment experiment, string name, PublishedCapping published)
    {
        if (Name().Match(experiment.Id) is not { Success: true } match) return (null, "its name is no layers_A:B-pX");
        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var (from, to) = (Number("from"), Number("to"));
        // Decimal: 100 * (1 - 0.01) is 99 in it, and not in binary.
        var percentile = 100 * (1 - decimal.Parse(match.Groups["share"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
        if (percentile is < 0 or > 100 || percentile != decimal.Truncate(percentile)) return (null, "its percentile is not a whole one of 0 to 100");
        var layers = experiment.Caps.Select(c => published.Vectors[c.Vector].Layer).ToList();
        layers.Sort();
        if (from >= to || layers.Count != to - from || layers[0] != from || layers.Zip(layers.Skip(1)).Any(pair => pair.Second != pair.First + 1))
            return (null, $"its interventions are not one for each of layers {from} to {to - 1}");
        return (new StoredCap(name, from, to, (int)percentile), "");
    }

    private static void EnsureAlong(AxisParts axis, string path, int layer, float[] vector)
    {
        var own = axis.Axis.AsSpan(layer * axis.Width, axis.Width);
        if (!axis.HasVector(layer)) throw new InputException(path, $"layer {layer}", "the axis has no vector there.", "Give an axis of every layer, the assistant_axis.pt that was published with this configuration.");
        var cosine = -TensorPrimitives.CosineSimilarity<float>(own, vector);
        if (float.IsNaN(cosine)) cosine = 0; // a vector of zeros has no direction
        if (cosine >= LeastCosine) return;
        throw new InputException(path, $"layer {layer}",
            string.Create(CultureInfo.InvariantCulture, $"its vector, negated, is not along the axis there: the cosine is {cosine:0.0000}, {LeastCosine} is needed. Its floors would mean something else on this axis."),
            cosine <= -LeastCosine ? "The axis was read with the wrong sign: see --points-to." : "Give the axis that was published with this configuration, or import the configuration by itself: axis import … --out NAME.json.");
    }

    private static StoredCap Choose(string path, int layers, List<StoredCap> stored, List<LeftOutCap> left, string? experiment)
    {
        var known = stored.Count == 0 ? "" : $"It has: {string.Join(", ", stored.Take(12).Select(c => c.Experiment))}{(stored.Count > 12 ? ", …" : "")}.";
        if (experiment is not null)
            return stored.Find(c => c.Experiment == experiment) ?? throw new InputException(path, "--experiment",
                left.Find(c => c.Experiment == experiment) is { } unfit ? $"'{experiment}' has no floors for an axis file: {unfit.Why}." : $"'{experiment}' is not among its experiments.", known);
        if (stored.Count == 0)
            throw new InputException(path, "experiments", $"none of {left.Count} has floors for an axis file{(left.Count > 0 ? $"; '{left[0].Experiment}': {left[0].Why}" : "")}.", "Import the configuration by itself: axis import … --out NAME.safetensors.");
        return (Chosen.TryGetValue(layers, out var published) ? stored.Find(c => c.Experiment == published) : null) ?? stored.Find(c => c.Percentile == 75) ?? stored[0];
    }

    private static float[] Table(string path, int layers, Dictionary<(int Layer, int Percentile), (float Floor, string Experiment)> cells)
    {
        var table = new float[layers * AxisFile.Percentiles];
        Array.Fill(table, float.NaN);
        foreach (var of in cells.GroupBy(cell => cell.Key.Layer))
        {
            var (highest, by) = (float.NegativeInfinity, (Percentile: 0, Experiment: ""));
            foreach (var ((layer, percentile), (floor, name)) in of.OrderBy(cell => cell.Key.Percentile))
            {
                if (floor < highest) throw Contradiction(path, $"'{name}' gives layer {layer} a lower floor at p{percentile} ({Text(floor)}) than '{by.Experiment}' at p{by.Percentile} ({Text(highest)}).");
                (highest, by) = (floor, (percentile, name));
                table[layer * AxisFile.Percentiles + percentile] = floor;
            }
        }

        return table;
    }

    private static InputException Contradiction(string path, string fault) => new(path, "experiments", fault, "Give the capping_config.pt as it was published.");

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^layers_(?<from>\d{1,4}):(?<to>\d{1,4})-p(?<share>\d{1,3}(\.\d{1,20})?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

/// <summary>What an axis file has of a capping configuration.</summary>
/// <param name="Source">The configuration's name and sha256.</param>
/// <param name="Stored">The experiments whose floors it holds, in the configuration's order.</param>
/// <param name="Recommended">The one that is used where nothing else is asked for.</param>
/// <param name="LeftOut">Those that a table of percentiles cannot hold.</param>
public sealed record ImportedCaps(string Source, IReadOnlyList<StoredCap> Stored, StoredCap Recommended, IReadOnlyList<LeftOutCap> LeftOut);

/// <summary>An experiment whose floors stand in an axis file.</summary>
/// <param name="Experiment">Its published name.</param>
/// <param name="From">First block.</param>
/// <param name="To">First block after the band.</param>
/// <param name="Percentile">On the axis: higher caps harder.</param>
public sealed record StoredCap(string Experiment, int From, int To, int Percentile);

/// <summary>An experiment that is not in the axis file.</summary>
/// <param name="Experiment">Its published name.</param>
/// <param name="Why">What it lacks.</param>
public sealed record LeftOutCap(string Experiment, string Why);
