namespace AxisDemo.Web.Conversations;

/// <summary>Turns a projection into one of nine tints, by its distance from the floor in units of the axis's own spread.</summary>
/// <param name="Floor">Untinted.</param>
/// <param name="Spread">The distance between the 10th and the 90th percentile of the calibration.</param>
public readonly record struct TokenTint(float Floor, float Spread)
{
    private static ReadOnlySpan<float> Steps => [0.12f, 0.45f, 0.8f, 1.15f];

    /// <summary>b1..b4 below the floor, a1..a4 above it; empty within a tenth of the spread.</summary>
    public string Class(float projection)
    {
        var distance = Spread > 0 ? (projection - Floor) / Spread : 0;
        var level = 0;
        foreach (var step in Steps)
            if (Math.Abs(distance) >= step) level++;
        return level == 0 ? "" : (distance < 0 ? " b" : " a") + (char)('0' + level);
    }
}
