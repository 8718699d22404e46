namespace AxisDemo.Web.Charts;

/// <summary>
/// What an answer that was repeated with several seeds says: the mean of the seeds' means, and how far they lie apart among
/// themselves. One answer has a mean and no spread, which is not a spread of zero.
/// </summary>
/// <param name="Seeds">Answers.</param>
/// <param name="Mean">Mean of their means.</param>
/// <param name="Spread">Standard deviation of their means (n - 1); null for fewer than two.</param>
public readonly record struct SeedSpread(int Seeds, double Mean, double? Spread)
{
    /// <summary>Of the means of a column's answers; null where there is none.</summary>
    public static SeedSpread? Of(IEnumerable<float> means)
    {
        var values = means.Select(m => (double)m).ToArray();
        if (values.Length == 0) return null;
        var mean = values.Average();
        return new SeedSpread(values.Length, mean, values.Length < 2 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1)));
    }

    /// <summary>Of a column in a turn, on an axis (<see cref="DrawnAxis.Key"/>) and in a reading.</summary>
    public static SeedSpread? Of(ColumnSummary column, string axis, Reading reading)
    {
        ArgumentNullException.ThrowIfNull(column);
        return Of(column.On(axis).OfType<ReadingMeans>().Select(m => m[reading]));
    }

    /// <summary>
    /// Whether the distance between two columns is no more than the seeds of one of them differ by: then it says nothing. Null where
    /// either was not repeated, so that nothing is known of the noise.
    /// </summary>
    public static bool? IsNoise(SeedSpread? a, SeedSpread? b) =>
        a?.Spread is { } first && b?.Spread is { } second ? Math.Abs(b.Value.Mean - a.Value.Mean) <= Math.Max(first, second) : null;
}
