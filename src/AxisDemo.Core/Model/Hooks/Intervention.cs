using System.Globalization;
using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>Which positions an intervention acts on.</summary>
public enum Positions
{
    /// <summary>Every token, the prompt's included.</summary>
    All,
    /// <summary>Every token that is not the template's own (headers, end-of-turn and other control tokens are spared).</summary>
    NoSpecial,
    /// <summary>The prompt's last token and every generated one.</summary>
    Last,
}

/// <summary>What is done to a row of the residual stream, h, with a unit vector u.</summary>
public enum InterventionKind
{
    /// <summary>h - min(h·u - floor, 0) u: activation capping, as a floor on the projection.</summary>
    Cap,
    /// <summary>h + coefficient * vector.</summary>
    Add,
    /// <summary>h - (h·u) u, then + coefficient * addend where one is given.</summary>
    Ablate,
}

/// <summary>An intervention at one block's output.</summary>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Vector">The direction; its unit vector for cap and ablate, its values for add.</param>
/// <param name="Amount">Cap: the floor on h·u. Add, ablate: the coefficient.</param>
/// <param name="Addend">Ablate: what is added back (times <paramref name="Amount"/>); else null.</param>
public readonly record struct LayerIntervention(int Layer, Direction Vector, float Amount, Direction? Addend = null);

/// <summary>
/// A change to the residual stream at the block output (<c>hook_resid_post</c>): an immutable value on a request. Interventions
/// act in the order of the request's list. Formulas: the Assistant Axis (arXiv 2601.10387), persona vectors (arXiv 2507.21509).
/// </summary>
public sealed class Intervention
{
    private Intervention(InterventionKind kind, Positions positions, IEnumerable<LayerIntervention> layers)
    {
        Kind = kind;
        Positions = positions;
        Layers = [.. layers];
        if (Layers.Count == 0) throw new InputException("request", "interventions", "an intervention names no layer.", "Give layers as a:b (half open) or a number.");
        foreach (var item in Layers)
            if (!float.IsFinite(item.Amount) && !(kind == InterventionKind.Cap && float.IsNegativeInfinity(item.Amount))) // a floor that nothing lies below
                throw new InputException("request", "interventions", $"the {(kind == InterventionKind.Cap ? "threshold" : "coefficient")} at layer {item.Layer} is {item.Amount}.", "Give a number that a float32 holds.");
        Key = string.Join(';', Layers.Select(l => string.Create(CultureInfo.InvariantCulture,
            $"{kind}/{positions}/{l.Layer}/{l.Vector.Key}/{BitConverter.SingleToInt32Bits(l.Amount)}/{l.Addend?.Key}")));
    }

    /// <summary>What it does.</summary>
    public InterventionKind Kind { get; }

    /// <summary>Where in the sequence it acts.</summary>
    public Positions Positions { get; }

    /// <summary>What it does at each layer, in the order given.</summary>
    public IReadOnlyList<LayerIntervention> Layers { get; }

    /// <summary>Identifies its effect: two interventions with the same key change a model in the same way.</summary>
    public string Key { get; }

    /// <summary>Capping: a floor on the projection at each layer.</summary>
    public static Intervention Cap(IEnumerable<(int Layer, Direction Axis, float Floor)> floors, Positions positions = Positions.All) =>
        new(InterventionKind.Cap, positions, floors.Select(f => new LayerIntervention(f.Layer, f.Axis, f.Floor)));

    /// <summary>Steering: h + coefficient * vector at each layer.</summary>
    public static Intervention Add(IEnumerable<(int Layer, Direction Vector, float Coefficient)> additions, Positions positions = Positions.All) =>
        new(InterventionKind.Add, positions, additions.Select(a => new LayerIntervention(a.Layer, a.Vector, a.Coefficient)));

    /// <summary>Ablation: the component along the vector is removed; where <c>Back</c> is given, Coefficient * Back is added.</summary>
    public static Intervention Ablate(IEnumerable<(int Layer, Direction Vector, float Coefficient, Direction? Back)> removals, Positions positions = Positions.All) =>
        new(InterventionKind.Ablate, positions, removals.Select(r => new LayerIntervention(r.Layer, r.Vector, r.Coefficient, r.Back)));
}

/// <summary>A direction whose projection is reported for every token, at a block's output, before and after that block's interventions.</summary>
/// <param name="Axis">Its name in events.</param>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Vector">The direction, [d].</param>
/// <param name="Offset">Subtracted from every projection; an axis file's own choice, usually 0.</param>
public sealed record Watch(string Axis, int Layer, Direction Vector, float Offset = 0);
