using System.Buffers;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>Which neighbours join, in which order, into what. Joins a piece in O(n log n); short ones by scanning, which is quicker there.</summary>
internal sealed class MergeTable
{
    private const int ScanLimit = 48;

    private readonly Dictionary<ulong, Merge> _merges;

    private readonly record struct Merge(int Rank, int Id);

    /// <param name="vocabulary">The merges and the file's name.</param>
    /// <param name="ids">The vocabulary by spelling.</param>
    /// <exception cref="InputException">A merge uses or makes something that is no token.</exception>
    public MergeTable(BpeVocabulary vocabulary, Dictionary<string, int> ids)
    {
        var bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = new(vocabulary.Merges.Count);
        var joined = new char[64];
        for (var rank = 0; rank < vocabulary.Merges.Count; rank++)
        {
            var (left, right) = vocabulary.Merges[rank];
            var length = left.Length + right.Length;
            if (joined.Length < length) joined = new char[2 * length];
            left.CopyTo(joined);
            right.CopyTo(joined.AsSpan(left.Length));
            if (!ids.TryGetValue(left, out var l) || !ids.TryGetValue(right, out var r) || !bySpan.TryGetValue(joined.AsSpan(0, length), out var id))
                throw Doubled(vocabulary) ?? new InputException(vocabulary.Source, "merges", $"merge {rank} ('{left}' + '{right}') uses or makes a token that the vocabulary lacks.",
                    "The file is damaged or was cut; take it again from its origin.");
            // Ordinary text must never become a control token, whatever the file says.
            if (vocabulary.Types[id] is TokenType.Control or TokenType.Unknown) continue;
            _merges.TryAdd(Key(l, r), new(rank, id));
        }
    }

    // A token that is spelled like another one stands where the missing one should.
    private static InputException? Doubled(BpeVocabulary vocabulary)
    {
        var seen = new HashSet<string>(vocabulary.Tokens.Count, StringComparer.Ordinal);
        return vocabulary.Tokens.FirstOrDefault(token => token.Length > 0 && !seen.Add(token)) is not { } twice ? null
            : new InputException(vocabulary.Source, "tokenizer.ggml.tokens", $"'{Printable.Text(twice)}' occurs twice, and a token that the merges need is missing.", "The file is damaged; take it again from its origin.");
    }

    /// <summary>Joins in place; returns how many ids remain at the front.</summary>
    public int Apply(Span<int> ids) => ids.Length switch
    {
        < 2 => ids.Length,
        <= ScanLimit => Scan(ids),
        _ => Queue(ids),
    };

    private int Scan(Span<int> ids)
    {
        Span<int> ranks = stackalloc int[ScanLimit];
        for (var i = 0; i + 1 < ids.Length; i++) ranks[i] = Rank(ids[i], ids[i + 1]);
        while (ids.Length > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < ids.Length; i++)
                if (ranks[i] < ranks[best]) best = i;
            if (ranks[best] == int.MaxValue) break;
            ids[best] = _merges[Key(ids[best], ids[best + 1])].Id;
            ids[(best + 2)..].CopyTo(ids[(best + 1)..]);
            ranks[(best + 2)..].CopyTo(ranks[(best + 1)..]);
            ids = ids[..^1];
            if (best > 0) ranks[best - 1] = Rank(ids[best - 1], ids[best]);
            if (best + 1 < ids.Length) ranks[best] = Rank(ids[best], ids[best + 1]);
        }
        return ids.Length;
    }

    private int Queue(Span<int> ids)
    {
        var links = ArrayPool<int>.Shared.Rent(2 * ids.Length);
        Span<int> next = links.AsSpan(0, ids.Length), previous = links.AsSpan(ids.Length, ids.Length);
        var queue = new PriorityQueue<int, long>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (i + 1 < ids.Length) Enqueue(queue, i, ids[i], ids[i + 1]);
        }
        while (queue.TryDequeue(out var at, out var priority))
        {
            // An entry is stale when its place was swallowed, or when what stands there now joins at another rank.
            if (next[at] >= ids.Length || ids[at] < 0) continue;
            var right = next[at];
            if (!_merges.TryGetValue(Key(ids[at], ids[right]), out var merge) || merge.Rank != (int)(priority >> 32)) continue;
            ids[at] = merge.Id;
            ids[right] = -1;
            next[at] = next[right];
            if (next[at] < ids.Length)
            {
                previous[next[at]] = at;
                Enqueue(queue, at, ids[at], ids[next[at]]);
            }
            if (previous[at] >= 0) Enqueue(queue, previous[at], ids[previous[at]], ids[at]);
        }
        var count = 0;
        for (var i = 0; i < ids.Length; i = next[i]) ids[count++] = ids[i];
        ArrayPool<int>.Shared.Return(links);
        return count;
    }

    // Strongest first; of equal ones the leftmost.
    private void Enqueue(PriorityQueue<int, long> queue, int at, int left, int right)
    {
        if (_merges.TryGetValue(Key(left, right), out var merge)) queue.Enqueue(at, ((long)merge.Rank << 32) | (uint)at);
    }

    private int Rank(int left, int right) => _merges.TryGetValue(Key(left, right), out var merge) ? merge.Rank : int.MaxValue;

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
