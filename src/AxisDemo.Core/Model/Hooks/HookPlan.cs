using AxisDemo.Kernels;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// The hooks of one step: which sequence's actions act on which rows. Filled anew for every step, its lists reused; a step in which
/// nothing is wanted costs nothing. Captures of whole sites (inspection) are one more kind of entry.
/// </summary>
public sealed class HookPlan
{
    private readonly List<Entry> entries = [];
    private readonly List<SiteCapture> captures = [];

    /// <summary>Floats of results the step needs.</summary>
    public int Results { get; private set; }

    /// <summary>Where attention patterns go, by layer, when they are wanted.</summary>
    public Dictionary<int, AttentionPattern> Patterns { get; } = [];

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        entries.Clear();
        captures.Clear();
        Patterns.Clear();
        Results = 0;
    }

    /// <summary>
    /// Adds a segment's rows. Results of unit u of observed row i lie at the returned base + u * observed + i
    /// (captured rows: + u * observed + i * width).
    /// </summary>
    /// <param name="hooks">The sequence's actions.</param>
    /// <param name="from">First row in the step.</param>
    /// <param name="count">Rows.</param>
    /// <param name="start">Position of the first row.</param>
    /// <param name="observed">The last so many rows are reported; 0: none.</param>
    /// <param name="special">For each position whether the token is the template's own; needed for <see cref="Positions.NoSpecial"/>.</param>
    public int Add(SequenceHooks hooks, int from, int count, int start, int observed, IReadOnlyList<bool> special)
    {
        var first = Results;
        if (!hooks.IsEmpty) entries.Add(new Entry(hooks, from, count, start, observed, first, special));
        Results = checked(Results + hooks.Units * observed);
        return first;
    }

    /// <summary>Captures a site for all rows of the step; the result begins at the returned slot, [rows, width].</summary>
    public int Capture(HookPoint point, int rows, int width)
    {
        var slot = Results;
        captures.Add(new SiteCapture(point, rows, slot));
        Results = checked(Results + rows * width);
        return slot;
    }

    /// <summary>Whether a site is captured.</summary>
    public bool Wants(Site site)
    {
        foreach (var capture in captures)
            if (capture.Point.Site == site) return true;
        return false;
    }

    /// <summary>The hook line of the block's code: does what the step's sequences want at this place.</summary>
    public void At(ITensorOps ops, Site site, int layer, IBuffer x)
    {
        if (site == Site.ResidPost)
            foreach (var entry in entries)
                Apply(ops, entry, layer, x);
        foreach (var capture in captures)
            if (capture.Point.Site == site && capture.Point.Layer == layer)
                ops.Capture(x, 0, capture.Rows, capture.Slot);
    }

    private static void Apply(ITensorOps ops, in Entry entry, int layer, IBuffer x)
    {
        foreach (var action in entry.Hooks.At(layer))
        {
            var observedFrom = entry.From + entry.Count - entry.Observed;
            var slot = entry.Base + action.Unit * entry.Observed;
            if (action.Kind == LayerActionKind.Project)
            {
                if (entry.Observed > 0) ops.Project(x, action.Vector!, observedFrom, entry.Observed, slot);
            }
            else if (action.Kind == LayerActionKind.Capture)
            {
                if (entry.Observed > 0) ops.Capture(x, observedFrom, entry.Observed, slot);
            }
            else
            {
                Intervene(ops, entry, action, x, observedFrom, slot);
            }
        }
    }

    private static void Intervene(ITensorOps ops, in Entry entry, in LayerAction action, IBuffer x, int observedFrom, int slot)
    {
        for (var i = 0; i < entry.Count;)
        {
            if (!ActsOn(entry, action.Positions, i))
            {
                i++;
                continue;
            }

            var run = i + 1;
            while (run < entry.Count && run != observedFrom - entry.From && ActsOn(entry, action.Positions, run)) run++;
            var (from, count) = (entry.From + i, run - i);
            switch (action.Kind)
            {
                case LayerActionKind.Floor:
                    ops.Floor(x, action.Vector!, action.Amount, from, count, from >= observedFrom ? slot + from - observedFrom : -1);
                    break;
                case LayerActionKind.Add:
                    ops.AddVector(x, action.Vector!, action.Amount, from, count);
                    break;
                default:
                    ops.Ablate(x, action.Vector!, action.Addend, action.Amount, from, count);
                    break;
            }

            i = run;
        }
    }

    private static bool ActsOn(in Entry entry, Positions positions, int row) => positions switch
    {
        Positions.All => true,
        Positions.NoSpecial => !entry.Special[entry.Start + row],
        _ => entry.Start + row >= entry.Hooks.LastFrom,
    };

    private readonly record struct Entry(SequenceHooks Hooks, int From, int Count, int Start, int Observed, int Base, IReadOnlyList<bool> Special);

    private readonly record struct SiteCapture(HookPoint Point, int Rows, int Slot);
}
