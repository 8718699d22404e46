namespace AxisDemo.Web.Hosting;

/// <summary>Blocks as people count them.</summary>
public static class BlockWords
{
    /// <summary>"blocks 18–25" of 18:26.</summary>
    public static string Of(IReadOnlyList<int> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return blocks.Count == 0 ? "no block" : blocks.Count == 1 ? $"block {blocks[0]}" : $"blocks {blocks[0]}–{blocks[^1]}";
    }
}
