namespace AxisDemo.Kernels;

/// <summary>
/// The rows of one step: segments of consecutive tokens, each segment of one sequence. Filled anew for every step; its arrays are reused.
/// </summary>
public sealed class StepRows
{
    private int[] tokens = new int[64];
    private int[] positions = new int[64];
    private readonly List<Segment> segments = [];

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Token id of each row.</summary>
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, Count);

    /// <summary>Position of each row in its sequence.</summary>
    public ReadOnlySpan<int> Positions => positions.AsSpan(0, Count);

    /// <summary>The segments, in row order.</summary>
    public IReadOnlyList<Segment> Segments => segments;

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Count = 0;
        segments.Clear();
    }

    /// <summary>
    /// Appends tokens of a sequence at positions start, start + 1, ... <paramref name="pages"/> is the sequence's page table:
    /// position p lies in page pages[p / pageTokens]; it must cover all positions up to the last one given. Returns the first row.
    /// </summary>
    public int Add(ReadOnlySpan<int> ids, int start, IReadOnlyList<int> pages)
    {
        var from = Count;
        var needed = Count + ids.Length;
        if (needed > tokens.Length)
        {
            Array.Resize(ref tokens, Math.Max(needed, tokens.Length * 2));
            Array.Resize(ref positions, tokens.Length);
        }

        for (var i = 0; i < ids.Length; i++)
        {
            tokens[from + i] = ids[i];
            positions[from + i] = start + i;
        }

        Count = needed;
        segments.Add(new Segment(from, ids.Length, start, pages));
        return from;
    }
}

/// <summary>Consecutive tokens of one sequence in a step.</summary>
/// <param name="From">First row.</param>
/// <param name="Count">Rows.</param>
/// <param name="Start">Position of the first row.</param>
/// <param name="Pages">The sequence's page table.</param>
public readonly record struct Segment(int From, int Count, int Start, IReadOnlyList<int> Pages);
