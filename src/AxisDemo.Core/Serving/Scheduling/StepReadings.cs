using AxisDemo.Compute;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>
/// What a step's results say of a request's rows: projections, which layers a cap lifted, captured rows. Unit u of a sequence's reported
/// row lies at its base + u * reported + row.
/// </summary>
internal static class StepReadings
{
    /// <summary>A token's event with what was read at its own row.</summary>
    public static TokenEvent Of(RunningRequest entry, TokenEvent token, ITensorOps ops, int row, int reported, out bool finite)
    {
        finite = true;
        var results = ops.Results[entry.Main.Results..];
        var watches = entry.Request.Watch;
        var projections = watches.Count == 0 ? [] : new TokenProjection[watches.Count];
        for (var w = 0; w < projections.Length; w++)
        {
            var watch = watches[w];
            var slots = entry.Main.Hooks.Watches[w];
            projections[w] = new TokenProjection(watch.Axis, watch.Layer, results[slots.Pre * reported + row] - watch.Offset, results[slots.Post * reported + row] - watch.Offset, Touched(entry.Main, watch.Layer, results, reported, row));
            if (entry.Reader is { } reader)
                projections[w] = projections[w] with { Read = ops.Results[reader.Results + reader.Hooks.Watches[w].Post * reported + row] - watch.Offset };
            finite &= float.IsFinite(projections[w].Pre) && float.IsFinite(projections[w].Post) && float.IsFinite(projections[w].Read ?? 0);
        }

        return token with { Projections = projections, LiftedLayers = entry.Main.Hooks.Caps.Count == 0 ? null : Lifted(entry.Main, results, reported, row) };
    }

    /// <summary>Keeps the watches of the prompt's rows; false where one is no number.</summary>
    public static bool KeepPrompt(RunningRequest entry, ITensorOps ops, int count)
    {
        var results = ops.Results[entry.Main.Results..];
        for (var w = 0; w < entry.PromptProjections!.Length; w++)
        {
            var (watch, slots, kept) = (entry.Request.Watch[w], entry.Main.Hooks.Watches[w], entry.PromptProjections[w]);
            for (var i = 0; i < count && entry.Main.Computed + i < kept.Pre.Length; i++)
            {
                var position = entry.Main.Computed + i;
                kept.Pre[position] = results[slots.Pre * count + i] - watch.Offset;
                kept.Post[position] = results[slots.Post * count + i] - watch.Offset;
                kept.Touched[position] = Touched(entry.Main, watch.Layer, results, count, i);
                if (!float.IsFinite(kept.Pre[position]) || !float.IsFinite(kept.Post[position])) return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Gives the captures some of the rows that the step brought; false where one is no number. To be called before the rows count as
    /// computed.
    /// </summary>
    /// <param name="entry">The request.</param>
    /// <param name="ops">The engine.</param>
    /// <param name="hooks">The step's hooks.</param>
    /// <param name="from">Position of the first row of the step.</param>
    /// <param name="count">Rows of the step.</param>
    /// <param name="reported">How many of them are reported.</param>
    /// <param name="first">Index of the first row to take.</param>
    /// <param name="end">Index after the last.</param>
    public static bool Capture(RunningRequest entry, ITensorOps ops, HookPlan hooks, int from, int count, int reported, int first, int end)
    {
        var finite = true;
        for (var c = 0; c < entry.Captures.Count; c++)
        {
            var plan = entry.Main.Hooks.Captures[c];
            if (plan.Wanted(from + first, end - first) == 0) continue;
            var step = hooks.Captured(plan, entry.Main.Results, from, count, reported, ops.Results);
            var (wanted, index) = (plan.Wanted(from, count), plan.Wanted(from, first));
            for (var i = first; i < end; i++)
                if (plan.Wants(from + i)) finite &= entry.Captures[c].Take(step, wanted, index++, from + i);
        }

        return finite;
    }

    private static bool Touched(Sequence sequence, int layer, ReadOnlySpan<float> results, int reported, int row)
    {
        foreach (var cap in sequence.Hooks.Caps)
            if (cap.Layer == layer && results[cap.Unit * reported + row] != 0) return true;
        return false;
    }

    private static int Lifted(Sequence sequence, ReadOnlySpan<float> results, int reported, int row)
    {
        var layers = 0;
        foreach (var cap in sequence.Hooks.Caps)
            if (results[cap.Unit * reported + row] != 0) layers++;
        return layers;
    }
}
