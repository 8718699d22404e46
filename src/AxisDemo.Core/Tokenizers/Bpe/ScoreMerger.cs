namespace AxisDemo.Tokenizers;

/// <summary>
/// SentencePiece's joining: of all neighbours whose joined spelling is a token, the pair with the highest score goes first, of equal
/// ones the leftmost. O(n log n) in the text's length, since a segment is not cut into words.
/// </summary>
internal sealed class ScoreMerger
{
    /// <summary>Takes a character that is no token.</summary>
    internal delegate void Unspelled(ReadOnlySpan<char> character, List<int> ids);

    private readonly Dictionary<string, int> _ids;
    private readonly int[] _ranks;
    private readonly int _longest;

    /// <param name="ids">The tokens that text may become, by spelling.</param>
    /// <param name="scores">A score for every id.</param>
    public ScoreMerger(Dictionary<string, int> ids, IReadOnlyList<float> scores)
    {
        _ids = ids;
        _longest = ids.Count == 0 ? 0 : ids.Keys.Max(k => k.Length);
        // Ranks instead of scores: whole numbers order as the scores do, ties stay ties, and NaN has a place.
        var order = scores.Distinct().OrderDescending().Select((score, rank) => (score, rank)).ToDictionary(p => p.score, p => p.rank);
        _ranks = [.. scores.Select(s => order[s])];
    }

    public void Encode(ReadOnlySpan<char> text, Unspelled unspelled, List<int> ids)
    {
        // Symbol i begins at character i and ends where the next one begins; 0 means that i begins none.
        int[] end = new int[text.Length + 1], previous = new int[text.Length + 1];
        var queue = new PriorityQueue<(int At, int End), long>(text.Length);
        var before = -1;
        for (var i = 0; i < text.Length; i = end[i])
        {
            end[i] = i + (char.IsHighSurrogate(text[i]) ? 2 : 1);
            previous[i] = before;
            if (before >= 0) Enqueue(queue, text, before, end[i]);
            before = i;
        }
        while (queue.TryDequeue(out var pair, out _))
        {
            // Stale when the place was swallowed, or when what begins there no longer ends there with its neighbour.
            var middle = end[pair.At];
            if (middle == 0 || middle >= text.Length || end[middle] != pair.End) continue;
            end[pair.At] = pair.End;
            end[middle] = 0;
            if (pair.End < text.Length)
            {
                previous[pair.End] = pair.At;
                Enqueue(queue, text, pair.At, end[pair.End]);
            }
            if (previous[pair.At] >= 0) Enqueue(queue, text, previous[pair.At], pair.End);
        }
        var spelled = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i < text.Length; i = end[i])
        {
            if (spelled.TryGetValue(text[i..end[i]], out var id)) ids.Add(id);
            else unspelled(text[i..end[i]], ids);
        }
    }

    private void Enqueue(PriorityQueue<(int At, int End), long> queue, ReadOnlySpan<char> text, int at, int end)
    {
        if (end - at <= _longest && _ids.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[at..end], out var id))
            queue.Enqueue((at, end), ((long)_ranks[id] << 32) | (uint)at);
    }
}
