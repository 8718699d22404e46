using System.Numerics;
using System.Runtime.InteropServices;
using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>
/// How the rows of a step attend, for one page size, window and device: made once a step and used by every layer. Sequences that compute
/// one row each go together, padded to a common number of pages (those of about one length, so at most half is padding); a sequence
/// that computes several rows goes by itself. All indices come to the device in one copy; masks are made there.
/// </summary>
internal sealed class AttentionPlan : IDisposable
{
    private readonly List<Tensor> owned = [];
    private readonly List<long> numbers = [];

    public AttentionPlan(StepRows step, int pageTokens, int window, int queryHeadsPerKey, ScalarType type, Device device, Func<long[], Tensor> upload)
    {
        var buckets = new SortedDictionary<uint, List<Segment>>();
        var parts = new List<List<Segment>>();
        for (var s = 0; s < step.Segments.Count; s++)
        {
            var segment = step.Segments[s];
            if (segment.Count == 0) continue;
            if (segment.Count > 1)
            {
                parts.Add([segment]);
                continue;
            }

            var size = BitOperations.RoundUpToPowerOf2((uint)(LastPage(segment, pageTokens) - FirstPage(segment, pageTokens, window) + 1));
            if (!buckets.TryGetValue(size, out var bucket)) buckets[size] = bucket = [];
            bucket.Add(segment);
        }

        parts.AddRange(buckets.Values);
        for (var s = 0; s < step.Segments.Count; s++)
            for (var (i, segment) = (0, step.Segments[s]); i < segment.Count; i++)
                numbers.Add((long)segment.Pages[(segment.Start + i) / pageTokens] * pageTokens + (segment.Start + i) % pageTokens);
        var layout = parts.Select(p => Number(p, pageTokens, window)).ToArray();
        var order = layout.SelectMany(l => l.Rows).ToArray();
        var inverse = new long[order.Length];
        for (var i = 0; i < order.Length; i++) inverse[order[i]] = i;
        numbers.AddRange(inverse);

        using var scope = NewDisposeScope();
        try
        {
            var all = upload([.. CollectionsMarshal.AsSpan(numbers)]);
            Slots = Keep(all.narrow(0, 0, step.Count));
            Inverse = order.AsSpan().SequenceEqual([.. Enumerable.Range(0, order.Length)]) ? null : Keep(all.narrow(0, numbers.Count - order.Length, order.Length));
            Groups = [.. layout.Select(l => Group(l, all, pageTokens, window, queryHeadsPerKey, type, device))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Place of each row's key and value in a layer's slab, pages and positions in a row.</summary>
    public Tensor Slots { get; }

    /// <summary>Where each row of the step is among the groups' rows; null: they are in order.</summary>
    public Tensor? Inverse { get; }

    public IReadOnlyList<AttentionGroup> Groups { get; }

    public void Dispose()
    {
        foreach (var tensor in owned) tensor.Dispose();
    }

    private static int FirstPage(in Segment segment, int pageTokens, int window) => window > 0 ? Math.Max(0, segment.Start - window + 1) / pageTokens : 0;

    private static int LastPage(in Segment segment, int pageTokens) => (segment.Start + segment.Count - 1) / pageTokens;

    // Writes a group's indices: pages [sequences, pages], positions of the rows, first position of each sequence's first page, rows.
    private Layout Number(List<Segment> segments, int pageTokens, int window)
    {
        var pages = segments.Max(s => LastPage(s, pageTokens) - FirstPage(s, pageTokens, window) + 1);
        var at = numbers.Count;
        foreach (var segment in segments)
            for (var (p, first, last) = (0, FirstPage(segment, pageTokens, window), LastPage(segment, pageTokens)); p < pages; p++)
                numbers.Add(segment.Pages[Math.Min(first + p, last)]);
        foreach (var segment in segments)
            for (var i = 0; i < segment.Count; i++) numbers.Add(segment.Start + i);
        var starts = segments.Select(s => FirstPage(s, pageTokens, window) * pageTokens).ToArray();
        foreach (var start in starts) numbers.Add(start);
        int[] rows = [.. segments.SelectMany(s => Enumerable.Range(s.From, s.Count))];
        foreach (var row in rows) numbers.Add(row);
        return new Layout(at, segments.Count, segments[0].Count, pages, rows, starts);
    }

    private AttentionGroup Group(Layout l, Tensor all, int pageTokens, int window, int queryHeadsPerKey, ScalarType type, Device device)
    {
        long at = l.At, length = (long)l.Pages * pageTokens;
        var pages = Keep(all.narrow(0, at, (long)l.Sequences * l.Pages));
        var queries = all.narrow(0, at += (long)l.Sequences * l.Pages, l.Rows.Length).view(l.Sequences, l.Queries, 1);
        var first = all.narrow(0, at += l.Rows.Length, l.Sequences).view(l.Sequences, 1, 1);
        var rows = Keep(all.narrow(0, at + l.Sequences, l.Rows.Length));
        var keys = Scalars.Range(length, device).view(1, 1, length).add(first, Scalars.WholeOne);
        var hidden = keys.gt(queries);
        if (window > 0)
        {
            using var span = Scalars.Of((long)window);
            hidden = hidden.logical_or(keys.le(queries.sub(span)));
        }

        var mask = zeros(l.Sequences, l.Queries, length, type, device).masked_fill_(hidden, Scalars.MinusInfinity).view(l.Sequences, 1, l.Queries, 1, length);
        // Query heads of one key head are further queries: they see the same.
        mask = l.Queries == 1
            ? mask.view(l.Sequences, 1, 1, length)
            : mask.expand(l.Sequences, 1, l.Queries, queryHeadsPerKey, length).reshape(l.Sequences, 1, (long)l.Queries * queryHeadsPerKey, length);
        var ordered = l.Rows.AsSpan().SequenceEqual([.. Enumerable.Range(l.Rows[0], l.Rows.Length)]);
        return new AttentionGroup(l.Sequences, l.Queries, l.Pages, l.Rows, l.Starts, ordered ? null : rows, pages, Keep(mask));
    }

    private Tensor Keep(Tensor tensor)
    {
        owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private sealed record Layout(int At, int Sequences, int Queries, int Pages, int[] Rows, int[] Starts);
}

/// <summary>Rows that attend together.</summary>
/// <param name="Sequences">Sequences.</param>
/// <param name="Queries">Rows of each.</param>
/// <param name="PageCount">Pages of each, the shorter ones padded.</param>
/// <param name="Rows">Rows of the step, sequence by sequence.</param>
/// <param name="Starts">Position of each sequence's first key.</param>
/// <param name="RowIndex">The rows on the device; null: they lie one after the other.</param>
/// <param name="Pages">[sequences * pages].</param>
/// <param name="Mask">Added to the scores: 0 or -infinity, [sequences, 1, 1 or queries * heads of a key head, keys].</param>
internal sealed record AttentionGroup(int Sequences, int Queries, int PageCount, int[] Rows, int[] Starts, Tensor? RowIndex, Tensor Pages, Tensor Mask);
