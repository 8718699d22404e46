namespace AxisDemo.Compute;

/// <summary>
/// The rows of one step: segments of consecutive tokens, each segment of one sequence. Filled anew for every step; its arrays are reused.
/// Rows may enter at a later block, where what lies below is known: operations see the rows that are there so far, those that enter
/// first in front.
/// </summary>
public sealed class StepRows
{
    private int[] tokens = new int[64];
    private int[] positions = new int[64];
    private readonly List<Segment> segments = [];
    private readonly Queue<(Segment Segment, int Block, ReadOnlyMemory<float> Rows)> later = [];
    private int all;

    /// <summary>Number of rows that are there.</summary>
    public int Count { get; private set; }

    /// <summary>Positions of the longest sequence, rows that enter later included.</summary>
    public int Longest { get; private set; }

    /// <summary>Token id of each row.</summary>
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, Count);

    /// <summary>Position of each row in its sequence.</summary>
    public ReadOnlySpan<int> Positions => positions.AsSpan(0, Count);

    /// <summary>The segments, in row order.</summary>
    public IReadOnlyList<Segment> Segments => segments;

    /// <summary>The block at which the next rows enter; none: one that no model has.</summary>
    public int NextEntry => later.TryPeek(out var next) ? next.Block : int.MaxValue;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        (Count, Longest, all) = (0, 0, 0);
        segments.Clear();
        later.Clear();
    }

    /// <summary>
    /// Appends tokens of a sequence at positions start, start + 1, ... <paramref name="pages"/> is the sequence's page table:
    /// position p lies in page pages[p / pageTokens]; it must cover all positions up to the last one given. Returns the first row.
    /// </summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="start">Position of the first.</param>
    /// <param name="pages">The page table.</param>
    /// <param name="block">Where they enter: 0, or a later block; never before those that were added already.</param>
    /// <param name="stream">Entering later: the residual stream there, [ids, width].</param>
    public int Add(ReadOnlySpan<int> ids, int start, IReadOnlyList<int> pages, int block = 0, ReadOnlyMemory<float> stream = default)
    {
        var from = all;
        all += ids.Length;
        if (all > tokens.Length)
        {
            Array.Resize(ref tokens, Math.Max(all, tokens.Length * 2));
            Array.Resize(ref positions, tokens.Length);
        }

        for (var i = 0; i < ids.Length; i++)
        {
            tokens[from + i] = ids[i];
            positions[from + i] = start + i;
        }

        Longest = Math.Max(Longest, start + ids.Length);
        var segment = new Segment(from, ids.Length, start, pages);
        if (block > 0)
        {
            if (later.Count > 0 && later.Last().Block > block) throw new ArgumentOutOfRangeException(nameof(block), block, "Rows were added that enter at a later block.");
            later.Enqueue((segment, block, stream));
            return from;
        }

        if (later.Count > 0) throw new ArgumentOutOfRangeException(nameof(block), block, "Rows were added that enter at a later block.");
        Count = all;
        segments.Add(segment);
        return from;
    }

    /// <summary>Lets the next segment in that enters at a block; false where there is none.</summary>
    /// <param name="block">The block.</param>
    /// <param name="stream">The residual stream of its rows, [rows, width].</param>
    public bool Enter(int block, out ReadOnlyMemory<float> stream)
    {
        stream = default;
        if (NextEntry != block) return false;
        (var segment, _, stream) = later.Dequeue();
        segments.Add(segment);
        Count += segment.Count;
        return true;
    }
}

/// <summary>Consecutive tokens of one sequence in a step.</summary>
/// <param name="From">First row.</param>
/// <param name="Count">Rows.</param>
/// <param name="Start">Position of the first row.</param>
/// <param name="Pages">The sequence's page table.</param>
public readonly record struct Segment(int From, int Count, int Start, IReadOnlyList<int> Pages);
