using System.Buffers;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>
/// Which neighbours join, in which order, into what. Joins in O(n log n), whatever the text: for what the package joins in quadratic time, or
/// not at all (decision 22).
/// </summary>
internal sealed class MergeTable
{
    private readonly Dictionary<ulong, Merge> _merges;

    private readonly record struct Merge(int Rank, int Id);

    /// <param name="merges">The merges that may be made, with their ranks, see <see cref="Checked"/>.</param>
    public MergeTable(IReadOnlyList<RankedMerge> merges)
    {
        _merges = new(merges.Count);
        foreach (var (rank, left, right, id) in merges) _merges.Add(Key(left, right), new(rank, id));
    }

    /// <summary>The merges of a vocabulary by ids; those that would make a control token are left out: ordinary text must never become one.</summary>
    /// <param name="vocabulary">The merges and the file's name.</param>
    /// <param name="ids">The vocabulary by spelling.</param>
    /// <exception cref="InputException">A merge uses or makes something that is no token.</exception>
    public static List<RankedMerge> Checked(BpeVocabulary vocabulary, Dictionary<string, int> ids)
    {
        var bySpan = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<RankedMerge>(vocabulary.Merges.Count);
        var (joined, seen) = (new char[64], new HashSet<ulong>(vocabulary.Merges.Count));
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
            // Of a merge that is there twice the first counts.
            if (vocabulary.Types[id] is not (TokenType.Control or TokenType.Unknown) && seen.Add(Key(l, r))) merges.Add(new(rank, l, r, id));
        }

        return merges;
    }

    // A token that is spelled like another one stands where the missing one should.
    private static InputException? Doubled(BpeVocabulary vocabulary)
    {
        var seen = new HashSet<string>(vocabulary.Tokens.Count, StringComparer.Ordinal);
        return vocabulary.Tokens.FirstOrDefault(token => token.Length > 0 && !seen.Add(token)) is not { } twice ? null
            : new InputException(vocabulary.Source, "tokenizer.ggml.tokens", $"'{Printable.Text(twice)}' occurs twice, and a token that the merges need is missing.", "The file is damaged; take it again from its origin.");
    }

    /// <summary>Joins in place; returns how many ids remain at the front.</summary>
    public int Apply(Span<int> ids)
    {
        if (ids.Length < 2) return ids.Length;
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

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}

/// <summary>A merge by ids.</summary>
/// <param name="Rank">Lower ranks join first.</param>
/// <param name="Left">The left token.</param>
/// <param name="Right">The right token.</param>
/// <param name="Id">What they become.</param>
internal readonly record struct RankedMerge(int Rank, int Left, int Right, int Id);
