using AxisDemo.Compute;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// The hooks of one step: which sequence's actions act on which rows. Filled anew for every step, its lists reused; a step in which
/// nothing is wanted costs nothing.
/// </summary>
public sealed class HookPlan
{
    private readonly List<(SequenceHooks Hooks, HookRows Rows)> entries = [];
    private readonly Dictionary<int, AttentionRows> seen = [];
    private readonly Dictionary<int, AttentionRows> given = [];
    private readonly Dictionary<CapturePlan, float[]> patterns = [];
    private readonly Dictionary<(int Layer, int Row), (float[] Values, int Offset)> places = [];
    private readonly List<(float[] From, int At, float[] To, int Offset, int Count)> copies = [];
    private int used;

    /// <summary>Floats of results the step needs.</summary>
    public int Results { get; private set; }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        entries.Clear();
        seen.Clear();
        given.Clear();
        patterns.Clear();
        places.Clear();
        copies.Clear();
        (Results, used) = (0, 0);
    }

    /// <summary>
    /// Adds a sequence's rows. Results of unit u of reported row i lie at the returned base + u * observed + i; those of captures behind
    /// them, see <see cref="Captured"/>.
    /// </summary>
    /// <param name="hooks">The sequence's actions.</param>
    /// <param name="from">First row in the step.</param>
    /// <param name="count">Rows.</param>
    /// <param name="start">Position of the first row.</param>
    /// <param name="observed">The last so many rows are reported; 0: none.</param>
    /// <param name="marks">For each position what its token is.</param>
    public int Add(SequenceHooks hooks, int from, int count, int start, int observed, IReadOnlyList<TokenMarks> marks)
    {
        ArgumentNullException.ThrowIfNull(hooks);
        if (hooks.IsEmpty) return Results;
        var rows = new HookRows(from, count, start, observed, Results, marks, hooks.LastFrom);
        entries.Add((hooks, rows));
        used |= hooks.Used;
        Results = checked(Results + (hooks.Captures.Count > 0 ? hooks.Captures[^1].End(rows) : hooks.Units * observed));
        if ((hooks.Used >> (int)Site.Pattern & 1) != 0) AddPatterns(hooks, rows);
        return rows.Base;
    }

    /// <summary>Whether anything is wanted at a site.</summary>
    public bool Wants(Site site) => (used >> (int)site & 1) != 0;

    /// <summary>Where a block's patterns go that somebody wants to see; null: nobody does.</summary>
    public AttentionRows? Seen(int layer) => seen.GetValueOrDefault(layer);

    /// <summary>Patterns that a block is given; null: none.</summary>
    public AttentionRows? Given(int layer) => given.GetValueOrDefault(layer);

    /// <summary>The hook line of the block's code: does what the step's sequences want at this place.</summary>
    public void At(ITensorOps ops, Site site, int layer, IBuffer x)
    {
        if (!Wants(site)) return;
        foreach (var (hooks, rows) in entries)
            if (hooks.At(site, layer) is { } actions)
                foreach (var action in actions) action.Act(ops, x, rows);
    }

    /// <summary>What the step brought for a capture, [layers, rows wanted, width]; valid until the next step begins.</summary>
    internal ReadOnlySpan<float> Captured(CapturePlan capture, int results, int start, int count, int observed, ReadOnlySpan<float> all)
    {
        var rows = new HookRows(0, count, start, observed, results, [], 0);
        if (capture.Capture.Site == Site.Pattern)
        {
            foreach (var (from, at, to, offset, some) in copies) from.AsSpan(at, some).CopyTo(to.AsSpan(offset));
            copies.Clear();
            return patterns.GetValueOrDefault(capture);
        }

        return all[capture.Place(rows)..(results + capture.End(rows))];
    }

    private void AddPatterns(SequenceHooks hooks, in HookRows rows)
    {
        foreach (var capture in hooks.Captures)
        {
            if (capture.Capture.Site != Site.Pattern || capture.Wanted(rows.Start, rows.Count) is not (> 0 and var wanted)) continue;
            var values = patterns[capture] = new float[checked(wanted * capture.Width * capture.Capture.Layers.Count)];
            var taken = 0;
            for (var i = 0; i < rows.Count; i++)
            {
                if (!capture.Wants(rows.Start + i)) continue;
                for (var l = 0; l < capture.Capture.Layers.Count; l++)
                    AddPattern(capture, capture.Capture.Layers[l], rows.From + i, values, (l * wanted + taken) * capture.Width);
                taken++;
            }
        }

        foreach (var frozen in hooks.Frozen)
            for (var i = 0; i < rows.Count; i++)
                if (frozen.Positions.Contain(rows.Start + i, rows.Marks[rows.Start + i], rows.LastFrom))
                    Of(given, frozen.Layer).Add(rows.From + i, frozen.Keys, frozen.Values.Array, frozen.Values.Offset(rows.Start + i), frozen.Heads);
    }

    // A pattern is written to one place; another capture that wants it too copies it from there.
    private void AddPattern(CapturePlan capture, int layer, int row, float[] values, int offset)
    {
        if (places.TryGetValue((layer, row), out var place))
        {
            copies.Add((place.Values, place.Offset, values, offset, capture.Width));
            return;
        }

        places[(layer, row)] = (values, offset);
        Of(seen, layer).Add(row, capture.Keys, values, offset);
    }

    private static AttentionRows Of(Dictionary<int, AttentionRows> layers, int layer)
    {
        if (!layers.TryGetValue(layer, out var rows)) layers[layer] = rows = new AttentionRows();
        return rows;
    }
}
