namespace AxisDemo.Compute;

/// <summary>Attention: one (row, head) is one thread's sequential work over the pages of its sequence.</summary>
public sealed unsafe partial class CpuOps
{
    // Heads of one kv head that go through a page together, while its keys and values are in the first cache.
    private const int HeadTile = 4;
    private readonly Action<int, int> attendPart;
    private readonly Action<int, int> storePart;
    private Attention attention;
    private int scoresStride;

    private struct Attention
    {
        public float* Q, K, V, Z;
        public CpuKvStore Store;
        public int Layer;
        public AttentionSettings Settings;
        public AttentionRows? Seen, Given;
        public long Cost;
    }

    /// <inheritdoc/>
    public void Attend(IBuffer q, IBuffer k, IBuffer v, IKvStore store, int layer, in AttentionSettings settings, IBuffer z, AttentionRows? seen = null, AttentionRows? given = null)
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
        scoresStride = (longest + 7) / 8 * 8 + 8;
        Reserve((long)HeadTile * (scoresStride + kv.ValueStride) * sizeof(float));
        attention = new Attention
        {
            Q = queries.Row(0), K = keys.Row(0), V = values.Row(0), Z = to.Row(0),
            Store = kv, Layer = layer, Settings = settings, Seen = seen, Given = given, Cost = TotalCost(settings),
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
                int first = HeadAt(from - at, cost, a.Settings.Heads), last = HeadAt(to - at, cost, a.Settings.Heads);
                var group = a.Settings.Heads / a.Settings.KvHeads;
                while (first < last)
                {
                    var count = Math.Min(HeadTile, Math.Min(last, (first / group + 1) * group) - first);
                    AttendHeads(segment, i, first, count, scratch[worker].Floats);
                    first += count;
                }

                at += (long)cost * a.Settings.Heads;
            }
        }
    }

    // The first head whose work begins at this distance or later.
    private static int HeadAt(long distance, int cost, int heads) => (int)Math.Clamp((distance + cost - 1) / cost, 0, heads);

    /// <summary>Some heads of one kv head for one row; each head's arithmetic is its own.</summary>
    private void AttendHeads(in Segment segment, int index, int head, int heads, float* scores)
    {
        ref readonly var a = ref attention;
        ref readonly var settings = ref a.Settings;
        var store = a.Store;
        int position = segment.Start + index, row = segment.From + index, size = store.PageTokens, headDim = settings.HeadDim;
        int visible = Visible(position, settings), first = position + 1 - visible, kvHead = head / (settings.Heads / settings.KvHeads);
        var q = a.Q + ((long)row * settings.Heads + head) * headDim;
        for (var p = first; p <= position; p = (p / size + 1) * size)
        {
            var count = Math.Min(position + 1, (p / size + 1) * size) - p;
            var keys = store.Keys(segment.Pages[p / size], a.Layer, kvHead) + p % size;
            for (var h = 0; h < heads; h++)
            {
                var to = scores + (long)h * scoresStride + p - first;
                if (vector) VectorAttention.Scores(q + h * headDim, keys, store.TokenStride, headDim, settings.Scale, to, count);
                else ScalarMath.Scores(q + h * headDim, keys, store.TokenStride, headDim, settings.Scale, to, count);
            }
        }

        for (var h = 0; h < heads; h++) Normalize(scores + (long)h * scoresStride, visible, settings.SoftCap);
        if (a.Given is not null)
            for (var h = 0; h < heads; h++) Take(a.Given.Row(head + h, row), first, new Span<float>(scores + (long)h * scoresStride, visible));

        // Sums are taken in scratch memory, where a head's channels are padded to whole vectors.
        var sums = scores + (long)HeadTile * scoresStride;
        new Span<float>(sums, heads * store.ValueStride).Clear();
        for (var p = first; p <= position; p = (p / size + 1) * size)
        {
            var count = Math.Min(position + 1, (p / size + 1) * size) - p;
            var values = store.Values(segment.Pages[p / size], a.Layer, kvHead) + (long)(p % size) * store.ValueStride;
            for (var h = 0; h < heads; h++)
            {
                var weights = scores + (long)h * scoresStride + p - first;
                if (vector) VectorAttention.Mix(weights, values, store.ValueStride, sums + h * store.ValueStride, count);
                else ScalarMath.Mix(weights, values, store.ValueStride, headDim, sums + h * store.ValueStride, count);
            }
        }

        var z = a.Z + ((long)row * settings.Heads + head) * headDim;
        for (var h = 0; h < heads; h++)
        {
            new ReadOnlySpan<float>(sums + h * store.ValueStride, headDim).CopyTo(new Span<float>(z + h * headDim, headDim));
            if (a.Seen is null || a.Seen.Row(head + h, row) is not { IsEmpty: false } pattern) continue;
            pattern.Clear();
            var keys = Math.Clamp(pattern.Length - first, 0, visible);
            new ReadOnlySpan<float>(scores + (long)h * scoresStride, keys).CopyTo(pattern[(pattern.Length > first ? first : 0)..]);
        }
    }

    // A given pattern begins at position 0, the scores at the first position that the row sees.
    private static void Take(ReadOnlySpan<float> given, int first, Span<float> scores)
    {
        if (given.IsEmpty) return;
        scores.Clear();
        if (given.Length > first) given[first..Math.Min(given.Length, first + scores.Length)].CopyTo(scores);
    }

    private void Normalize(float* scores, int count, float softCap)
    {
        if (vector)
        {
            if (softCap > 0) VectorMath.SoftCap(scores, softCap, count);
            VectorAttention.Softmax(scores, count);
        }
        else
        {
            if (softCap > 0) ScalarMath.SoftCap(scores, softCap, count);
            ScalarMath.Softmax(scores, count);
        }
    }
}
