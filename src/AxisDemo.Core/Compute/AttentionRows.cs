namespace AxisDemo.Compute;

/// <summary>
/// Attention patterns of some rows of a step: those that somebody wants to see, or those that are given in the place of computed ones.
/// For inspection and patching, not for speed.
/// </summary>
public sealed class AttentionRows
{
    private readonly Dictionary<int, Entry> rows = [];

    /// <summary>The rows that have a pattern here.</summary>
    public IReadOnlyCollection<int> Rows => rows.Keys;

    /// <summary>Adds patterns of a row of the step; they hide what was added for the same heads before.</summary>
    /// <param name="row">The row.</param>
    /// <param name="keys">Numbers for each head.</param>
    /// <param name="values">Where they lie: [heads, keys] from <paramref name="offset"/> on.</param>
    /// <param name="offset">The first one's index.</param>
    /// <param name="heads">For each head whether it is meant; null: all are.</param>
    public void Add(int row, int keys, float[] values, int offset, bool[]? heads = null) =>
        rows[row] = new Entry(keys, values, offset, heads, rows.GetValueOrDefault(row));

    /// <summary>The pattern of a head and a row, over positions 0 .. keys - 1; empty where there is none.</summary>
    public Span<float> Row(int head, int row)
    {
        for (var entry = rows.GetValueOrDefault(row); entry is not null; entry = entry.Before)
            if (entry.Heads is null || entry.Heads[head]) return entry.Values.AsSpan(entry.Offset + head * entry.Keys, entry.Keys);
        return [];
    }

    private sealed record Entry(int Keys, float[] Values, int Offset, bool[]? Heads, Entry? Before);
}
