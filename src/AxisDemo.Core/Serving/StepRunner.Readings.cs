using System.Numerics.Tensors;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>What a step's results say of a request's rows: projections, which layers a cap lifted, sums for means.</summary>
internal sealed partial class StepRunner
{
    // Unit u of a sequence's observed row lies at its base + u * observed + row.
    private TokenEvent Observed(RunningRequest entry, TokenEvent token, int row, int observed, out bool finite)
    {
        finite = true;
        var results = model.Transformer.Ops.Results[entry.Main.Results..];
        var watches = entry.Request.Watch;
        var projections = watches.Count == 0 ? [] : new TokenProjection[watches.Count];
        for (var w = 0; w < projections.Length; w++)
        {
            var watch = watches[w];
            var slots = entry.Main.Hooks.Watches[w];
            projections[w] = new TokenProjection(watch.Axis, watch.Layer, results[slots.Pre * observed + row] - watch.Offset, results[slots.Post * observed + row] - watch.Offset, Touched(entry.Main, watch.Layer, results, observed, row));
            if (entry.Reader is { } reader)
                projections[w] = projections[w] with { Read = model.Transformer.Ops.Results[reader.Results + reader.Hooks.Watches[w].Post * observed + row] - watch.Offset };
            finite &= float.IsFinite(projections[w].Pre) && float.IsFinite(projections[w].Post) && float.IsFinite(projections[w].Read ?? 0);
        }

        return token with { Projections = projections, LiftedLayers = entry.Main.Hooks.Caps.Count == 0 ? null : Lifted(entry.Main, results, observed, row) };
    }

    private static bool Touched(Sequence sequence, int layer, ReadOnlySpan<float> results, int observed, int row)
    {
        foreach (var cap in sequence.Hooks.Caps)
            if (cap.Layer == layer && results[cap.Unit * observed + row] != 0) return true;
        return false;
    }

    private static int Lifted(Sequence sequence, ReadOnlySpan<float> results, int observed, int row)
    {
        var layers = 0;
        foreach (var cap in sequence.Hooks.Caps)
            if (results[cap.Unit * observed + row] != 0) layers++;
        return layers;
    }

    private bool AddRow(RunningRequest entry, int row, int observed)
    {
        entry.SummedRows++;
        var (width, rowsFrom) = (entry.Main.Hooks.Width, entry.Main.Hooks.RowsFrom);
        for (var l = 0; l < entry.NormSums!.Length; l++)
        {
            var output = model.Transformer.Ops.Results.Slice(entry.Main.Results + (rowsFrom + l * width) * observed + row * width, width);
            var sums = entry.Sums.AsSpan(l * width, width);
            for (var i = 0; i < width; i++) sums[i] += output[i];
            entry.NormSums[l] += TensorPrimitives.Norm(output);
        }

        return Array.TrueForAll(entry.NormSums, double.IsFinite);
    }

    private bool KeepPrompt(RunningRequest entry, int count)
    {
        var results = model.Transformer.Ops.Results[entry.Main.Results..];
        for (var w = 0; w < entry.PromptProjections!.Length; w++)
        {
            var (watch, slots, kept) = (entry.Request.Watch[w], entry.Main.Hooks.Watches[w], entry.PromptProjections[w]);
            for (var i = 0; i < count; i++)
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
}
