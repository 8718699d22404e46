using AxisDemo.Compute;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// Where a capture's rows lie among a step's results: behind the sequence's other results, capture by capture, [layers, rows wanted,
/// width] each. Patterns have memory of their own, in the same layout.
/// </summary>
internal sealed class CapturePlan(Capture capture, ModelShape shape, int prompt, int keys)
{
    private readonly int[]? positions = capture.Span.Positions as int[] ?? capture.Span.Positions?.ToArray();

    public Capture Capture => capture;

    /// <summary>Numbers in a row.</summary>
    public int Width { get; } = shape.WidthOf(capture.Site) * (capture.Site == Site.Pattern ? keys : 1);

    /// <summary>Positions that a pattern's row reaches over.</summary>
    public int Keys => keys;

    /// <summary>The first position wanted: what lies before it may come from the cache.</summary>
    public int First => positions is null ? prompt : positions[0];

    /// <summary>Whether only positions of the prompt are wanted.</summary>
    public bool OfPrompt => positions is not null;

    /// <summary>The captures before it in the request, whose results lie before its own.</summary>
    public CapturePlan? Before { get; init; }

    /// <summary>Floats for each reported row before all captures.</summary>
    public required int Units { get; init; }

    /// <summary>Whether a position's row is wanted.</summary>
    public bool Wants(int position) => positions is null ? position >= prompt : Array.BinarySearch(positions, position) >= 0;

    /// <summary>How many of these positions are wanted.</summary>
    public int Wanted(int start, int count) => positions is null
        ? Math.Max(0, start + count - Math.Max(start, prompt))
        : Lower(start + count) - Lower(start);

    /// <summary>Where its results of a sequence's rows begin.</summary>
    public int Place(in HookRows rows) => rows.Base + Offset(rows);

    /// <summary>Floats of results that it and those before it take of these rows.</summary>
    public int End(in HookRows rows) => Offset(rows) + (Capture.Site == Site.Pattern ? 0 : checked(Wanted(rows.Start, rows.Count) * Width * Capture.Layers.Count));

    private int Offset(in HookRows rows) => Before?.End(rows) ?? Units * rows.Observed;

    private int Lower(int position)
    {
        var index = Array.BinarySearch(positions!, position);
        return index >= 0 ? index : ~index;
    }
}
