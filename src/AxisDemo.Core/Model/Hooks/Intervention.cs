using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>What is done to a row h of a site; u is a unit vector.</summary>
public enum InterventionKind
{
    /// <summary>h - min(h·u - floor, 0) u: activation capping, as a floor on the projection.</summary>
    Cap,
    /// <summary>h + coefficient * vector.</summary>
    Add,
    /// <summary>h - (h·u) u, then + coefficient * addend where one is given.</summary>
    Ablate,
    /// <summary>h - (h·u) u + mean.</summary>
    MeanAblate,
    /// <summary>A head's z becomes zero, or its mean over other text.</summary>
    MaskHead,
    /// <summary>A row, or some of its heads, becomes that of another run.</summary>
    Patch,
    /// <summary>Attention patterns become those of another run: what a head looks at is given, what it finds there is not.</summary>
    Freeze,
}

/// <summary>A cap, an addition or an ablation in one block.</summary>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Vector">The direction; its unit vector for cap and ablation, its values for an addition.</param>
/// <param name="Amount">Cap: the floor on h·u. Otherwise the coefficient.</param>
/// <param name="Addend">Ablation: what is added back (times <paramref name="Amount"/>); else null.</param>
public readonly record struct LayerIntervention(int Layer, Direction Vector, float Amount, Direction? Addend = null);

/// <summary>A masked head.</summary>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Head">Query head, from 0.</param>
/// <param name="Mean">What its z becomes, [headDim]; empty: zero.</param>
public readonly record struct MaskedHead(int Layer, int Head, ReadOnlyMemory<float> Mean = default);

/// <summary>What a block is given of another run.</summary>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Values">The other run's rows of the site (patch), or its patterns, [heads * keys] a row (freeze).</param>
public readonly record struct LayerValues(int Layer, Activations Values);

/// <summary>
/// A change to a forward pass, site + kind + positions + values: an immutable value on a request. Interventions act in the order of
/// the request's list. Formulas: the Assistant Axis (arXiv 2601.10387), persona vectors (arXiv 2507.21509), persona activation
/// patching (arXiv 2507.20936).
/// </summary>
public sealed class Intervention
{
    private Intervention(InterventionKind kind, Site site, Positions? positions) => (Kind, Site, Positions) = (kind, site, positions ?? Positions.All);

    /// <summary>What it does.</summary>
    public InterventionKind Kind { get; }

    /// <summary>Where in a block it acts.</summary>
    public Site Site { get; }

    /// <summary>Where in the sequence it acts.</summary>
    public Positions Positions { get; }

    /// <summary>Cap, addition, ablation: what happens in each block, in the order given. Empty for other kinds.</summary>
    public IReadOnlyList<LayerIntervention> Layers { get; private init; } = [];

    /// <summary>Masked heads; empty for other kinds.</summary>
    public IReadOnlyList<MaskedHead> Masked { get; private init; } = [];

    /// <summary>Patch, freeze: what each block is given. Empty for other kinds.</summary>
    public IReadOnlyList<LayerValues> Given { get; private init; } = [];

    /// <summary>Patch, freeze: the heads that are given, ascending (of k and v: key/value heads); null: all, that is whole rows.</summary>
    public IReadOnlyList<int>? Heads { get; private init; }

    /// <summary>Identifies what it does where it acts, positions left out: two with one key change a position in the same way.</summary>
    public string Key { get; private init; } = "";

    /// <summary>The blocks it acts in; -1 is the embedding.</summary>
    public IEnumerable<int> Blocks => Kind switch
    {
        InterventionKind.Cap or InterventionKind.Add or InterventionKind.Ablate or InterventionKind.MeanAblate => Layers.Select(l => l.Layer),
        InterventionKind.MaskHead => Masked.Select(m => m.Layer),
        InterventionKind.Patch or InterventionKind.Freeze => Given.Select(g => g.Layer),
    };

    /// <summary>Capping: a floor on the projection in each block.</summary>
    public static Intervention Cap(IEnumerable<(int Layer, Direction Axis, float Floor)> floors, Positions? positions = null, Site site = Site.ResidPost) =>
        Along(InterventionKind.Cap, site, positions, floors.Select(f => new LayerIntervention(f.Layer, f.Axis, f.Floor)));

    /// <summary>Steering: h + coefficient * vector in each block.</summary>
    public static Intervention Add(IEnumerable<(int Layer, Direction Vector, float Coefficient)> additions, Positions? positions = null, Site site = Site.ResidPost) =>
        Along(InterventionKind.Add, site, positions, additions.Select(a => new LayerIntervention(a.Layer, a.Vector, a.Coefficient)));

    /// <summary>A push of a size that means the same in every block and model: <paramref name="strength"/> times the block's mean token norm, along a direction.</summary>
    public static Intervention Push(int layer, Direction direction, double strength, double meanNorm, Positions? positions = null)
    {
        ArgumentNullException.ThrowIfNull(direction);
        return Add([(layer, direction, (float)(strength * meanNorm / direction.Norm))], positions);
    }

    /// <summary>Ablation: the component along the vector is removed; where <c>Back</c> is given, Coefficient * Back is added.</summary>
    public static Intervention Ablate(IEnumerable<(int Layer, Direction Vector, float Coefficient, Direction? Back)> removals, Positions? positions = null, Site site = Site.ResidPost) =>
        Along(InterventionKind.Ablate, site, positions, removals.Select(r => new LayerIntervention(r.Layer, r.Vector, r.Coefficient, r.Back)));

    /// <summary>Ablation that puts a stored mean, the whole of it, in the place of what it removes.</summary>
    public static Intervention MeanAblate(IEnumerable<(int Layer, Direction Vector, Direction Mean)> removals, Positions? positions = null, Site site = Site.ResidPost) =>
        Along(InterventionKind.MeanAblate, site, positions, removals.Select(r => new LayerIntervention(r.Layer, r.Vector, 1, r.Mean)));

    /// <summary>Masks heads. None at all is possible, and changes nothing.</summary>
    public static Intervention MaskHeads(IEnumerable<MaskedHead> heads, Positions? positions = null)
    {
        MaskedHead[] masked = [.. heads];
        var named = new HashSet<(int, int)>();
        foreach (var head in masked)
            if (!named.Add((head.Layer, head.Head))) throw Fault("heads", $"[{head.Layer}, {head.Head}] is named twice.", "Name each head once.");
        foreach (var head in masked)
            foreach (var value in head.Mean.Span)
                if (!float.IsFinite(value)) throw Fault("mean", $"the mean of head {head.Head} in block {head.Layer} holds a value that is not a number.", "Give a mean of finite numbers.");
        return new Intervention(InterventionKind.MaskHead, Site.Z, positions)
        {
            Masked = masked,
            Key = string.Join(';', masked.Select(m => $"{InterventionKind.MaskHead}/{m.Layer}/{m.Head}/{Hash(m.Mean.Span)}")),
        };
    }

    /// <summary>Rows of a site become those of another run, at the positions that the values have and <paramref name="positions"/> names.</summary>
    /// <param name="site">A place whose rows can be replaced; patterns are frozen instead.</param>
    /// <param name="values">For each block the other run's rows.</param>
    /// <param name="positions">A list, or all: every position that the values have.</param>
    /// <param name="heads">The heads that are replaced; null: whole rows. Only of q, k, v and z.</param>
    public static Intervention Patch(Site site, IEnumerable<LayerValues> values, Positions? positions = null, IEnumerable<int>? heads = null)
    {
        if (!site.CanBeChanged()) throw Fault("site", $"{site.Name()} cannot be patched.", "Attention patterns can be frozen.");
        if (heads is not null && !site.HasHeads()) throw Fault("heads", $"{site.Name()} has no heads.", "Patch q, k, v or z by head, or leave the heads out.");
        return From(InterventionKind.Patch, site, values, positions, heads);
    }

    /// <summary>Attention patterns become those of another run, at the positions that the values have and <paramref name="positions"/> names.</summary>
    /// <param name="patterns">For each block the other run's patterns, [heads * keys] a row.</param>
    /// <param name="positions">A list, or all: every position that the values have.</param>
    /// <param name="heads">The query heads whose patterns are given; null: all.</param>
    public static Intervention Freeze(IEnumerable<LayerValues> patterns, Positions? positions = null, IEnumerable<int>? heads = null) =>
        From(InterventionKind.Freeze, Site.Pattern, patterns, positions, heads);

    private static Intervention Along(InterventionKind kind, Site site, Positions? positions, IEnumerable<LayerIntervention> items)
    {
        LayerIntervention[] layers = [.. items];
        if (layers.Length == 0) throw NoLayer();
        if (!site.CanBeChanged()) throw Fault("site", $"{site.Name()} cannot be changed along a vector.", "Attention patterns can be frozen.");
        foreach (var item in layers)
            if (!float.IsFinite(item.Amount) && !(kind == InterventionKind.Cap && float.IsNegativeInfinity(item.Amount))) // a floor that nothing lies below
                throw Fault(kind == InterventionKind.Cap ? "threshold" : "coefficient", $"at layer {item.Layer} it is {item.Amount}.", "Give a number that a float32 holds.");
        return new Intervention(kind, site, positions)
        {
            Layers = layers,
            Key = string.Join(';', layers.Select(l => string.Create(CultureInfo.InvariantCulture,
                $"{kind}/{site}/{l.Layer}/{l.Vector.Key}/{BitConverter.SingleToInt32Bits(l.Amount)}/{l.Addend?.Key}"))),
        };
    }

    private static Intervention From(InterventionKind kind, Site site, IEnumerable<LayerValues> values, Positions? positions, IEnumerable<int>? heads)
    {
        LayerValues[] given = [.. values];
        int[]? some = heads is null ? null : [.. heads.Distinct().Order()];
        if (given.Length == 0) throw NoLayer();
        // Only these positions have values; naming them keeps the others out of what the intervention is said to act on.
        var where = positions is null || positions.Kind == PositionKind.All ? Positions.At(given[0].Values.Positions) : positions;
        if (where.Kind != PositionKind.List) throw Fault("positions", $"'{where}' does not say which rows of the other run go where.", "Give a list of positions, or all.");
        foreach (var (layer, rows) in given)
            foreach (var position in where.List)
                if (!rows.Has(position)) throw Fault("positions", $"the values for block {layer} ({rows.Name}) have no row of position {position}.", "Capture it, or leave the position out.");
        return new Intervention(kind, site, where)
        {
            Given = given,
            Heads = some,
            Key = string.Join(';', given.Select(g => string.Create(CultureInfo.InvariantCulture, $"{kind}/{site}/{g.Layer}/{g.Values.Key}/{(some is null ? "" : string.Join(',', some))}"))),
        };
    }

    private static string Hash(ReadOnlySpan<float> values) => values.IsEmpty ? "zero" : Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values)).AsSpan(0, 16));

    private static InputException NoLayer() => Fault("layers", "there are none.", "Give layers as a:b (half open) or a number.");

    private static InputException Fault(string field, string fault, string remedy) => new("request", field, fault, remedy);
}

/// <summary>A direction whose projection is reported for every token, at a block's output, before and after that block's interventions.</summary>
/// <param name="Axis">Its name in events.</param>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Vector">The direction, [d].</param>
/// <param name="Offset">Subtracted from every projection; an axis file's own choice, usually 0.</param>
public sealed record Watch(string Axis, int Layer, Direction Vector, float Offset = 0);
