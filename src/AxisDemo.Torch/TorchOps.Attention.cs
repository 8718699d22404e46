using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AxisDemo.Torch;

/// <summary>
/// Attention over pages: keys and values of a group of sequences are gathered from the slabs, and the query heads of one key head become
/// further queries, so that keys and values are never repeated. libtorch's fused operation does the rest; where it cannot (soft cap, and
/// patterns somebody wants to see) the same is written out in float32.
/// </summary>
public sealed partial class TorchOps
{
    private readonly Dictionary<(int PageTokens, int Window, int Device, int Rows), AttentionPlan> plans = [];

    /// <inheritdoc/>
    public void Attend(IBuffer q, IBuffer k, IBuffer v, IKvStore store, int layer, in AttentionSettings settings, IBuffer z, AttentionRows? seen = null, AttentionRows? given = null)
    {
        var (queries, keys, values, to, kv) = (Torch(q), Torch(k), Torch(v), Torch(z), (TorchKvStore)store);
        Same(queries.Width, settings.Heads * settings.HeadDim, "Width of the queries");
        Same(keys.Width, settings.KvHeads * settings.HeadDim, "Width of the keys");
        Same(values.Width, keys.Width, "Width of the values");
        Same(to.Width, queries.Width, "Width of the attention's output");
        Same(settings.Heads % settings.KvHeads, 0, "Query heads over kv heads");
        Same(kv.KvHeads, settings.KvHeads, "Kv heads of the store");
        Same(kv.HeadDim, settings.HeadDim, "Channels of the store");
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(layer, kv.Layers);
        Same(queries.Rows, step.Count, "Rows of the queries");
        Same(keys.Rows, step.Count, "Rows of the keys");
        Same(values.Rows, step.Count, "Rows of the values");
        CheckPages(kv);
        using var scope = NewDisposeScope();
        var plan = Plan(kv.PageTokens, settings, queries.Device);
        var (slabK, slabV) = (kv.Keys(layer), kv.Values(layer));
        Store(slabK, keys.Tensor, plan, settings);
        Store(slabV, values.Tensor, plan, settings);
        var outputs = new Tensor[plan.Groups.Count];
        for (var g = 0; g < outputs.Length; g++) outputs[g] = Attend(queries.Tensor.to(compute), slabK, slabV, plan.Groups[g], settings, kv, queries.Device, seen, given);
        var joined = outputs.Length == 1 ? outputs[0] : cat(outputs);
        to.Set(plan.Inverse is null ? joined : joined.index_select(0, plan.Inverse), queries.Device);
    }

    private AttentionPlan Plan(int pageTokens, in AttentionSettings settings, int device)
    {
        // Rows may enter at later blocks: their attention is planned anew.
        var key = (pageTokens, settings.Window, device, step.Count);
        if (plans.TryGetValue(key, out var plan)) return plan;
        return plans[key] = new AttentionPlan(step, pageTokens, settings.Window, settings.Heads / settings.KvHeads, compute, devices[device], numbers => Upload<long>(numbers, device));
    }

    private static void Store(Tensor slab, Tensor rows, AttentionPlan plan, in AttentionSettings s) =>
        slab.view(s.KvHeads, -1, s.HeadDim).index_copy_(1, plan.Slots, rows.to(slab.dtype).view(-1, s.KvHeads, s.HeadDim).transpose(0, 1));

    private Tensor Attend(Tensor q, Tensor slabK, Tensor slabV, AttentionGroup group, in AttentionSettings s, TorchKvStore store, int device, AttentionRows? seen, AttentionRows? given)
    {
        long sequences = group.Sequences, count = group.Queries, perKey = s.Heads / s.KvHeads, length = (long)group.PageCount * store.PageTokens;
        var rows = group.RowIndex is { } index ? q.index_select(0, index) : q.narrow(0, group.Rows[0], group.Rows.Length);
        var queries = rows.view(sequences, count, s.KvHeads, perKey, s.HeadDim).permute(0, 2, 1, 3, 4).reshape(sequences, s.KvHeads, count * perKey, s.HeadDim);
        Traffic.KeyValueBytes += 2 * sequences * length * s.KvHeads * s.HeadDim * store.ElementBytes;
        var (keys, values) = (Gather(slabK, s), Gather(slabV, s));
        Tensor mixed;
        if (s.SoftCap == 0 && !explicitAttention && !Any(seen, group) && !Any(given, group))
        {
            // The fused operation scales by 1/sqrt(headDim) itself.
            var factor = s.Scale * MathF.Sqrt(s.HeadDim);
            if (MathF.Abs(factor - 1) >= 1e-6f)
            {
                using var number = Scalars.Of(factor);
                queries = queries.mul(number);
            }

            mixed = functional.scaled_dot_product_attention(queries, keys, values, group.Mask);
        }
        else
        {
            var scores = Scaled(queries.to(ScalarType.Float32).matmul(keys.to(ScalarType.Float32).transpose(2, 3)), s.Scale);
            if (s.SoftCap > 0) Capped(scores, s.SoftCap);
            var weights = scores.add_(group.Mask, Scalars.One).softmax(-1);
            if (Any(given, group)) weights = Given(weights, group, s, length, given!, device);
            if (Any(seen, group)) Keep(weights, group, s, length, seen!);
            mixed = weights.matmul(values.to(ScalarType.Float32)).to(compute);
        }

        return mixed.view(sequences, s.KvHeads, count, perKey, s.HeadDim).permute(0, 2, 1, 3, 4).reshape(sequences * count, (long)s.Heads * s.HeadDim);

        Tensor Gather(Tensor slab, in AttentionSettings s) =>
            slab.index_select(1, group.Pages).view(s.KvHeads, sequences, length, s.HeadDim).transpose(0, 1);
    }

    private static bool Any(AttentionRows? rows, AttentionGroup group) => rows is not null && Array.Exists(group.Rows, rows.Rows.Contains);

    // Weights are [sequences, kvHeads, queries, heads of a key head, keys]; patterns are by head and row, keys counted from position 0.
    private static IEnumerable<(int Row, int Head, int First, int From)> Places(AttentionGroup group, AttentionSettings s, int length)
    {
        var perKey = s.Heads / s.KvHeads;
        for (var r = 0; r < group.Rows.Length; r++)
            for (var head = 0; head < s.Heads; head++)
            {
                var (sequence, query) = (r / group.Queries, r % group.Queries);
                yield return (group.Rows[r], head, group.Starts[sequence], (((sequence * s.KvHeads + head / perKey) * group.Queries + query) * perKey + head % perKey) * length);
            }
    }

    private void Keep(Tensor weights, AttentionGroup group, AttentionSettings s, long length, AttentionRows seen)
    {
        var positions = step.Positions.ToArray();
        pieces.Add(weights.clone(), all =>
        {
            foreach (var (row, head, first, from) in Places(group, s, (int)length))
            {
                var to = seen.Row(head, row);
                if (to.IsEmpty) continue;
                to.Clear();
                var keys = Math.Clamp(to.Length - first, 0, positions[row] + 1 - first);
                if (keys > 0) all.Slice(from, keys).CopyTo(to[first..]);
            }
        });
    }

    private Tensor Given(Tensor weights, AttentionGroup group, AttentionSettings s, long length, AttentionRows given, int device)
    {
        var (values, taken) = (new float[weights.NumberOfElements], new float[weights.NumberOfElements]);
        foreach (var (row, head, first, from) in Places(group, s, (int)length))
        {
            var pattern = given.Row(head, row);
            if (pattern.IsEmpty) continue;
            taken.AsSpan(from, (int)length).Fill(1);
            var keys = Math.Clamp(pattern.Length - first, 0, step.Positions[row] + 1 - first);
            if (keys > 0) pattern.Slice(first, keys).CopyTo(values.AsSpan(from));
        }

        var mask = Upload<float>(taken, device).view(weights.shape).to(ScalarType.Bool);
        return where(mask, Upload<float>(values, device).view(weights.shape), weights);
    }

    private void CheckPages(TorchKvStore store)
    {
        for (var s = 0; s < step.Segments.Count; s++)
        {
            var segment = step.Segments[s];
            var needed = (segment.Start + segment.Count + store.PageTokens - 1) / store.PageTokens;
            if (segment.Pages.Count < needed) throw new ArgumentException($"A page table of {segment.Pages.Count}, where {needed} pages are needed.");
            for (var p = 0; p < needed; p++)
                if ((uint)segment.Pages[p] >= (uint)store.Pages) throw new ArgumentException($"Page {segment.Pages[p]} of a store of {store.Pages}.");
        }
    }
}
