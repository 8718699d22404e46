using System.Globalization;

namespace AxisDemo.Model.Hooks;

/// <summary>Blocks from .. to - 1, written <c>from:to</c>: half open, as in the published configurations.</summary>
/// <param name="From">First block.</param>
/// <param name="To">First block after it.</param>
public readonly record struct LayerRange(int From, int To)
{
    /// <summary>Number of blocks.</summary>
    public int Count => To - From;

    /// <summary>The blocks.</summary>
    public IEnumerable<int> Blocks => Enumerable.Range(From, Math.Max(0, Count));

    /// <summary>Reads <c>a:b</c>, or one block's number <c>a</c>. Whether there is a block in it, and whether a model has it, is the caller's to say.</summary>
    /// <param name="text">The text.</param>
    /// <param name="range">What it says.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? text, out LayerRange range)
    {
        range = default;
        var ends = (text ?? "").Split(':');
        if (ends.Length > 2 || !Number(ends[0], out var from)) return false;
        var to = from < int.MaxValue ? from + 1 : from;
        if (ends.Length == 2 && !Number(ends[1], out to)) return false;
        range = new LayerRange(from, to);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{From}:{To}");

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
