using AxisDemo.Compute;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// What a sequence wants at each site of each block, compiled once per request: projections before, interventions in order, projections
/// after, and the rows that captures want. Results are numbered in floats per reported row, see <see cref="Units"/>; those of captures
/// lie behind them, see <see cref="CapturePlan"/>.
/// </summary>
public sealed class SequenceHooks
{
    private static readonly int Sites = Enum.GetValues<Site>().Length;
    private readonly List<HookAction>?[] actions;
    private readonly List<FrozenLayer> frozen = [];
    private readonly IReadOnlyList<Intervention> interventions;

    /// <summary>Compiles a request's hooks.</summary>
    /// <param name="shape">The model's sizes.</param>
    /// <param name="vectors">The engine's copies of vectors.</param>
    /// <param name="interventions">In order.</param>
    /// <param name="watches">Reported before and after.</param>
    /// <param name="captures">Rows that are returned.</param>
    /// <param name="prompt">Tokens of the prompt: <see cref="Positions.Last"/> acts from its last one on, the answer begins behind it.</param>
    /// <param name="keys">Positions of the whole sequence at most: what a captured pattern's row reaches over.</param>
    public SequenceHooks(ModelShape shape, VectorCache vectors, IReadOnlyList<Intervention> interventions, IReadOnlyList<Watch> watches, IReadOnlyList<Capture> captures, int prompt, int keys)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        this.interventions = interventions;
        actions = new List<HookAction>?[(shape.Layers + 1) * Sites];
        Watches = new WatchSlots[watches.Count];
        LastFrom = prompt - 1;
        for (var w = 0; w < watches.Count; w++)
        {
            Watches[w].Pre = Units++;
            On(Site.ResidPost, watches[w].Layer, new ProjectAction(vectors.Unit(watches[w].Vector), Watches[w].Pre));
        }

        foreach (var intervention in interventions)
        {
            foreach (var (layer, action) in Actions(intervention, shape, vectors)) On(intervention.Site, layer, action);
            if (intervention.Kind == InterventionKind.Freeze) Freeze(intervention, shape);
        }

        for (var w = 0; w < watches.Count; w++)
        {
            Watches[w].Post = Units++;
            On(Site.ResidPost, watches[w].Layer, new ProjectAction(vectors.Unit(watches[w].Vector), Watches[w].Post));
        }

        foreach (var capture in captures)
        {
            var plan = new CapturePlan(capture, shape, prompt, keys) { Units = Units, Before = Captures.Count > 0 ? Captures[^1] : null };
            Captures.Add(plan);
            Used |= 1 << (int)capture.Site;
            if (capture.Site == Site.Pattern) continue;
            for (var l = 0; l < capture.Layers.Count; l++) On(capture.Site, capture.Layers[l], new CaptureAction(plan, l));
        }
    }

    /// <summary>Floats of results per reported row, captures left out.</summary>
    public int Units { get; private set; }

    /// <summary>First position on which <see cref="Positions.Last"/> acts.</summary>
    public int LastFrom { get; }

    /// <summary>Units of each watch, in the request's order.</summary>
    public WatchSlots[] Watches { get; }

    /// <summary>Units of each capped layer: 1 where the token was lifted.</summary>
    public List<CapSlot> Caps { get; } = [];

    /// <summary>Whether nothing is wanted at all.</summary>
    public bool IsEmpty => Used == 0;

    /// <summary>The sites at which anything is wanted, one bit each.</summary>
    internal int Used { get; private set; }

    internal List<CapturePlan> Captures { get; } = [];

    /// <summary>What acts.</summary>
    internal IReadOnlyList<Intervention> Interventions => interventions;

    internal IReadOnlyList<FrozenLayer> Frozen => frozen;

    internal List<HookAction>? At(Site site, int layer) => actions[(layer + 1) * Sites + (int)site];

    /// <summary>The first block in which a row of the prompt is changed or captured; what lies below is as in the plain run.</summary>
    internal int FirstBlock()
    {
        var first = int.MaxValue;
        foreach (var intervention in interventions)
            foreach (var block in intervention.Blocks) first = Math.Min(first, block);
        foreach (var capture in Captures)
            if (capture.OfPrompt) first = Math.Min(first, capture.Capture.Layers.Min());
        return first;
    }

    private IEnumerable<(int Layer, HookAction Action)> Actions(Intervention i, ModelShape shape, VectorCache vectors) => i.Kind switch
    {
        InterventionKind.Cap or InterventionKind.Add or InterventionKind.Ablate or InterventionKind.MeanAblate => i.Layers.Select(item => (item.Layer, Along(i, item, vectors))),
        InterventionKind.MaskHead => i.Masked.Select(m => (m.Layer, (HookAction)new FillAction(i.Positions, vectors.Raw(m.Mean.IsEmpty ? new float[shape.HeadDim] : m.Mean.Span), m.Head * shape.HeadDim))),
        InterventionKind.Patch => i.Given.Select(g => (g.Layer, (HookAction)new PatchAction(i.Positions, g.Values, i.Heads, shape.HeadDim))),
        // What attention is given, it takes itself: there is nothing to do to rows.
        InterventionKind.Freeze => [],
    };

    private HookAction Along(Intervention i, in LayerIntervention item, VectorCache vectors) => i.Kind switch
    {
        InterventionKind.Cap => new FloorAction(i.Positions, vectors.Unit(item.Vector), item.Amount, Cap(item.Layer)),
        InterventionKind.Add => new AddAction(i.Positions, vectors.Values(item.Vector), item.Amount),
        InterventionKind.Ablate or InterventionKind.MeanAblate => new AblateAction(i.Positions, vectors.Unit(item.Vector), item.Addend is null ? null : vectors.Values(item.Addend), item.Amount),
        InterventionKind.MaskHead or InterventionKind.Patch or InterventionKind.Freeze => throw new NotSupportedException($"{i.Kind} has no vector."),
    };

    private void Freeze(Intervention i, ModelShape shape)
    {
        Used |= 1 << (int)Site.Pattern;
        foreach (var (layer, values) in i.Given) frozen.Add(new FrozenLayer(layer, i.Positions, values, values.Width / shape.Heads, Chosen(i.Heads, shape.Heads)));
    }

    private int Cap(int layer)
    {
        Caps.Add(new CapSlot(layer, Units));
        return Units++;
    }

    private void On(Site site, int layer, HookAction action)
    {
        Used |= 1 << (int)site;
        (actions[(layer + 1) * Sites + (int)site] ??= []).Add(action);
    }

    private static bool[]? Chosen(IReadOnlyList<int>? heads, int count)
    {
        if (heads is null) return null;
        var chosen = new bool[count];
        foreach (var head in heads) chosen[head] = true;
        return chosen;
    }
}

/// <summary>Units of a watch's two projections.</summary>
public record struct WatchSlots(int Pre, int Post);

/// <summary>The unit that says whether a cap lifted the token.</summary>
/// <param name="Layer">Capped block.</param>
/// <param name="Unit">Where it is written.</param>
public readonly record struct CapSlot(int Layer, int Unit);

/// <summary>Patterns that a block is given.</summary>
internal sealed record FrozenLayer(int Layer, Positions Positions, Activations Values, int Keys, bool[]? Heads);
