using System.Globalization;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Tokenizers;

namespace AxisDemo.Interp;

/// <summary>
/// An axis of a model's residual stream with all that is needed to use it: the vectors of every layer, the percentiles that floors
/// are named by, the roles it is labelled with, and where it comes from. Immutable. Source: arXiv 2601.10387.
/// </summary>
public sealed class AxisFile
{
    /// <summary>Percentiles 0, 1, … 100 are stored.</summary>
    public const int Percentiles = 101;

    private readonly Direction?[] directions;
    private readonly AxisParts parts;

    /// <summary>An axis from its parts.</summary>
    /// <exception cref="InputException">A part has another shape than the axis, or holds values that are not finite.</exception>
    public AxisFile(AxisParts parts, string path = "axis")
    {
        parts.Check(path);
        this.parts = parts;
        Path = path;
        HasPercentiles = Array.Exists(parts.PercentileTable, floor => !float.IsNaN(floor));
        var name = parts.Provenance.Name;
        directions = new Direction?[parts.Layers];
        for (var l = 0; l < directions.Length; l++)
            if (parts.HasVector(l)) directions[l] = new Direction(name, parts.Axis.AsSpan(l * parts.Width, parts.Width));
        Roles = parts.RoleNames.Count == 0 ? [] : [.. parts.RoleNames.Select((role, i) => new ReferenceRole(role, Shown(parts.RoleVectors.AsSpan(i * parts.Width, parts.Width))))];
        Default = parts.DefaultVector.Length == 0 ? null : new ReferenceRole(PromptSet.DefaultRole, Shown(parts.DefaultVector));
    }

    /// <summary>The file it was read from, or "axis".</summary>
    public string Path { get; }

    /// <summary>Blocks L of the model.</summary>
    public int Layers => parts.Layers;

    /// <summary>Width d of the model.</summary>
    public int Width => parts.Width;

    /// <summary>The layer to show.</summary>
    public int DisplayLayer => parts.Provenance.DisplayLayer;

    /// <summary>Its name in events and on pages.</summary>
    public string Name => parts.Provenance.Name;

    /// <summary>Where it comes from.</summary>
    public AxisProvenance Provenance => parts.Provenance;

    /// <summary>The content as it is stored.</summary>
    public AxisParts Parts => parts;

    /// <summary>The roles it is labelled with, with their places at the display layer; the default is not among them. Empty in an imported axis.</summary>
    public IReadOnlyList<ReferenceRole> Roles { get; }

    /// <summary>The model as itself; null in an imported axis.</summary>
    public ReferenceRole? Default { get; }

    /// <summary>The cap that calibration chose or that was published with the axis; null where there is neither.</summary>
    public CalibrationRow? Recommended => parts.Recommended;

    /// <summary>What calibration measured; null before.</summary>
    public CalibrationTable? Calibration => parts.Calibration;

    /// <summary>Whether floors can be named by percentiles: by some of them, in some layers at least (<see cref="KnownPercentiles"/>).</summary>
    public bool HasPercentiles { get; }

    /// <summary>Reads and checks an axis file.</summary>
    /// <exception cref="InputException">It is no axis file, or a part of it is wrong; the message names the part.</exception>
    public static AxisFile Open(string path) => AxisStorage.Read(path);

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="InputException">The place cannot be written.</exception>
    public void Write(string path) => AxisStorage.Write(parts, path);

    /// <summary>Whether it has a vector for a layer. Imported control vectors leave out block 0, and may leave out others.</summary>
    public bool HasLayer(int layer) => layer >= 0 && layer < Layers && directions[layer] is not null;

    /// <summary>The axis at a layer: values as stored (not of unit length), unit vector, norm.</summary>
    /// <exception cref="InputException">There is no such layer, or the file has no vector for it.</exception>
    public Direction At(int layer) => directions[Checked(layer)]
        ?? throw new InputException(Path, "axis", $"it has no vector for layer {layer}.", $"It has one for: {string.Join(", ", Enumerable.Range(0, Layers).Where(HasLayer).Take(64))}.");

    /// <summary>Unit vector at a layer, [d].</summary>
    public ReadOnlySpan<float> Unit(int layer) => At(layer).Unit;

    /// <summary>Projection of an activation [d] at a layer, h · axis / |axis|. The offset is not subtracted: floors are in these units.</summary>
    public float Project(int layer, ReadOnlySpan<float> activation) => At(layer).Project(activation);

    /// <summary>What is subtracted from projections when they are shown; 0 unless the file holds an offset.</summary>
    public float Offset(int layer) => parts.Offset.Length == 0 ? 0 : parts.Offset[Checked(layer)];

    /// <summary>Mean token norm of the residual stream at a layer, position 0 left out: what steering strengths are measured in.</summary>
    /// <exception cref="InputException">The file holds none (an imported axis).</exception>
    public float MeanNorm(int layer) => parts.MeanNorm.Length > 0 ? parts.MeanNorm[Checked(layer)]
        : throw new InputException(Path, "mean_norm", "it is not in this axis file.", "Give the strength as a coefficient.");

    /// <summary>The percentiles that are known at a layer, rising: all of 0..100 in an axis that was built here, a few or none in an imported one.</summary>
    /// <exception cref="InputException">There is no such layer.</exception>
    public IReadOnlyList<int> KnownPercentiles(int layer)
    {
        Checked(layer);
        return parts.PercentileTable.Length == 0 ? [] : [.. Enumerable.Range(0, Percentiles).Where(p => !float.IsNaN(parts.PercentileTable[layer * Percentiles + p]))];
    }

    /// <summary>
    /// The floor that a percentile of all rollouts' mean projections names at a layer, between two neighbouring ones that are known by
    /// linear interpolation. Higher caps harder.
    /// </summary>
    /// <exception cref="InputException">The percentile is not in 0..100, or not known at the layer; the message says which are.</exception>
    public float Threshold(int layer, double percentile)
    {
        if (!HasPercentiles) throw new InputException(Path, "percentiles", "they are not in this axis file.", "Give the threshold as a number, or import the axis with its capping configuration: axis import … --caps.");
        if (!(percentile is >= 0 and <= 100)) throw new InputException("request", "threshold", $"p{percentile} is no percentile.", "Give p0 to p100.");
        var row = parts.PercentileTable.AsSpan(Checked(layer) * Percentiles, Percentiles);
        var below = (int)percentile;
        // The neighbour above counts only where it is needed: it may not be known.
        var above = row[percentile > below ? below + 1 : below];
        var floor = below == 100 ? row[100] : (float)(row[below] + (percentile - below) * ((double)above - row[below]));
        return float.IsNaN(floor) ? throw Unknown(layer, percentile) : floor;
    }

    /// <summary>The percentile that a projection has at a layer: the inverse of <see cref="Threshold"/>, 0 below and 100 above all.</summary>
    /// <exception cref="InputException">The file does not hold every percentile of the layer.</exception>
    public double PercentileOf(int layer, float projection)
    {
        if (HasPercentiles && KnownPercentiles(layer).Count < Percentiles)
            throw new InputException(Path, "percentiles", $"they are not all there at layer {layer}, so a projection has no place among them.", "Make the axis with: axis extract, axis build.");
        double low = 0, high = 100;
        if (projection <= Threshold(layer, 0)) return 0;
        if (projection >= Threshold(layer, 100)) return 100;
        while (high - low > 1e-3)
        {
            var middle = (low + high) / 2;
            if (Threshold(layer, middle) < projection) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>The cap over blocks from..to-1 at a percentile.</summary>
    /// <exception cref="InputException">The band or the percentile is not possible.</exception>
    public Intervention Cap(int from, int to, double percentile, Positions? positions = null)
    {
        if (from < 0 || to > Layers || from >= to) throw new InputException("request", "layers", $"{from}:{to} is no band of {Layers} layers.", "Give a:b, half open.");
        return Intervention.Cap(Enumerable.Range(from, to - from).Select(l => (l, At(l), Threshold(l, percentile))), positions);
    }

    /// <summary>Steering along the axis: adds strength * mean token norm * unit vector; strength 0 does nothing, about -2..2 is useful.</summary>
    /// <exception cref="InputException">The file holds no mean norms, or the layer is not possible.</exception>
    public Intervention Steer(int layer, double strength, Positions? positions = null) =>
        Intervention.Push(layer, At(layer), strength, MeanNorm(layer), positions);

    /// <summary>A watch of this axis at a layer (the display layer unless told), with the file's offset.</summary>
    public Watch Watch(int? layer = null)
    {
        var at = layer ?? DisplayLayer;
        return new Watch(Name, at, At(at), Offset(at));
    }

    /// <summary>Refuses a model that the axis does not belong to. An axis that does not name its model is checked by its shape alone.</summary>
    /// <exception cref="InputException">Another model or another shape; both are named.</exception>
    public void EnsureMatches(string modelName, string modelSha256, int layers, int width)
    {
        const string Remedy = "Load the model it was made for, or make an axis for this one with: axis extract, axis build.";
        var made = Provenance.ModelName.Length > 0 ? Provenance.ModelName : "a model that is not named";
        if (layers != Layers || width != Width)
            throw new InputException(Path, "axis", $"it was made for {made} ({Layers} layers, width {Width}); {modelName} has {layers} layers, width {width}.", Remedy);
        if (Provenance.ModelSha256.Length > 0 && !string.Equals(Provenance.ModelSha256, modelSha256, StringComparison.OrdinalIgnoreCase))
            throw new InputException(Path, "model", $"it was made for {made} (sha256 {Short(Provenance.ModelSha256)}); the loaded model is {modelName} (sha256 {Short(modelSha256)}).", Remedy);
    }

    /// <summary>
    /// Whether the axis was made with another chat template than this: its projections then mean less. False where it does not say.
    /// </summary>
    public bool WasRenderedOtherwise(ChatTemplate template) =>
        Provenance.Rendering.Contains("chat template sha256 ", StringComparison.Ordinal)
        && !Provenance.Rendering.Contains(template.Sha256, StringComparison.OrdinalIgnoreCase);

    private InputException Unknown(int layer, double percentile)
    {
        var known = KnownPercentiles(layer);
        var here = known.Count > 0 ? $"it has {string.Join(", ", known.Select(p => $"p{p}"))} at layer {layer}"
            : $"it has none at layer {layer}, but at layer {string.Join(", ", Enumerable.Range(0, Layers).Where(l => KnownPercentiles(l).Count > 0).Take(64))}";
        return new InputException(Path, "percentiles", string.Create(CultureInfo.InvariantCulture, $"there is no p{percentile} at layer {layer}: {here}."), "Give one of those, or the threshold as a number.");
    }

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] + "…" : hash;

    private float Shown(ReadOnlySpan<float> vector) => Project(DisplayLayer, vector) - Offset(DisplayLayer);

    private int Checked(int layer) => layer >= 0 && layer < Layers ? layer
        : throw new InputException("request", "layer", $"{layer} is no layer of {Name}: it has 0 to {Layers - 1}.");
}
