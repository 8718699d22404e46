namespace AxisDemo.Kernels;

/// <summary>Attention: one (row, head) is one thread's sequential work over the pages of its sequence.</summary>
public sealed unsafe partial class CpuOps
{
    private readonly Action<int, int> attendPart;
    private readonly Action<int, int> storePart;
    private Attention attention;

    private struct Attention
    {
        public float* Q, K, V, Z;
        public CpuKvStore Store;
        public int Layer;
        public AttentionSettings Settings;
        public AttentionPattern? Pattern;
        public long Cost;
    }

    /// <inheritdoc/>
    public void Attend(IBuffer q, IBuffer k, IBuffer v, IKvStore store, int layer, in AttentionSettings settings, IBuffer z, AttentionPattern? pattern = null)
    {
        var (queries, keys, values, to, kv) = (Cpu(q), Cpu(k), Cpu(v), Cpu(z), (CpuKvStore)store);
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
        to.Resize(step.Count);
        if (step.Count == 0) return;
        Reserve(((long)longest + kv.ValueStride) * sizeof(float));
        attention = new Attention
        {
            Q = queries.Row(0), K = keys.Row(0), V = values.Row(0), Z = to.Row(0),
            Store = kv, Layer = layer, Settings = settings, Pattern = pattern, Cost = TotalCost(settings),
        };
        if ((long)step.Count * keys.Width < ParallelFloats) RunStore(0, 1);
        else pool.Run(storePart);
        pool.Run(attendPart);
    }

    private void CheckPages(CpuKvStore store)
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

    // Positions a row sees: the measure of its work.
    private static int Visible(int position, in AttentionSettings settings) =>
        settings.Window > 0 ? Math.Min(settings.Window, position + 1) : position + 1;

    private long TotalCost(in AttentionSettings settings)
    {
        long total = 0;
        foreach (var position in step.Positions) total += Visible(position, settings);
        return total * settings.Heads;
    }

    private void RunStore(int worker, int workers)
    {
        ref readonly var a = ref attention;
        int from = (int)((long)step.Count * worker / workers), to = (int)((long)step.Count * (worker + 1) / workers);
        var width = a.Settings.KvHeads * a.Settings.HeadDim;
        for (var s = 0; s < step.Segments.Count; s++)
        {
            var segment = step.Segments[s];
            for (var r = Math.Max(from, segment.From); r < Math.Min(to, segment.From + segment.Count); r++)
            {
                var position = segment.Start + r - segment.From;
                a.Store.Store(segment.Pages[position / a.Store.PageTokens], position % a.Store.PageTokens, a.Layer, a.K + (long)r * width, a.V + (long)r * width);
            }
        }
    }

    /// <summary>Takes the (row, head) pairs whose work begins in this worker's share of the whole.</summary>
    private void RunAttend(int worker, int workers)
    {
        ref readonly var a = ref attention;
        long from = a.Cost * worker / workers, to = a.Cost * (worker + 1) / workers, at = 0;
        for (var s = 0; s < step.Segments.Count; s++)
        {
            var segment = step.Segments[s];
            for (var i = 0; i < segment.Count; i++)
            {
                var cost = Visible(segment.Start + i, a.Settings);
                if (at >= to) return;
                if (at + (long)cost * a.Settings.Heads > from)
                    for (var head = 0; head < a.Settings.Heads; head++)
                    {
                        var begin = at + (long)cost * head;
                        if (begin >= from && begin < to) AttendHead(segment, i, head, scratch[worker].Floats);
                    }

                at += (long)cost * a.Settings.Heads;
            }
        }
    }

    private void AttendHead(in Segment segment, int index, int head, float* scores)
    {
        ref readonly var a = ref attention;
        ref readonly var settings = ref a.Settings;
        int position = segment.Start + index, row = segment.From + index, size = a.Store.PageTokens;
        var first = position + 1 - Visible(position, settings);
        var kvHead = head / (settings.Heads / settings.KvHeads);
        var q = a.Q + ((long)row * settings.Heads + head) * settings.HeadDim;
        var z = a.Z + ((long)row * settings.Heads + head) * settings.HeadDim;
        for (var p = first; p <= position; p = (p / size + 1) * size)
        {
            var count = Math.Min(position + 1, (p / size + 1) * size) - p;
            ScalarMath.Scores(q, a.Store.Keys(segment.Pages[p / size], a.Layer, kvHead) + p % size, a.Store.TokenStride, settings.HeadDim, settings.Scale, scores + p - first, count);
        }

        var visible = position + 1 - first;
        if (settings.SoftCap > 0) ScalarMath.SoftCap(scores, settings.SoftCap, visible);
        ScalarMath.Softmax(scores, visible);
        new Span<float>(z, settings.HeadDim).Clear();
        for (var p = first; p <= position; p = (p / size + 1) * size)
        {
            var count = Math.Min(position + 1, (p / size + 1) * size) - p;
            ScalarMath.Mix(scores + p - first, a.Store.Values(segment.Pages[p / size], a.Layer, kvHead) + (long)(p % size) * a.Store.ValueStride, a.Store.ValueStride, settings.HeadDim, z, count);
        }

        if (a.Pattern is null) return;
        var pattern = a.Pattern.Row(head, row);
        pattern.Clear();
        new ReadOnlySpan<float>(scores, visible).CopyTo(pattern[first..]);
    }
}
