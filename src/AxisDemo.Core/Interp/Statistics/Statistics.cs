namespace AxisDemo.Interp;

/// <summary>The few numbers that reports are made of.</summary>
internal static class Statistics
{
    /// <summary>Percentile of ascending values with linear interpolation between neighbours (numpy's default).</summary>
    public static double Percentile(ReadOnlySpan<double> ascending, double percent)
    {
        var at = (ascending.Length - 1) * percent / 100;
        var below = (int)Math.Floor(at);
        return below + 1 >= ascending.Length ? ascending[^1] : ascending[below] + (at - below) * (ascending[below + 1] - ascending[below]);
    }

    /// <summary>Probability that a positive lies above a negative, ties counted half (Mann-Whitney); 0.5 when either is empty.</summary>
    public static double Auc(IReadOnlyCollection<double> positives, IReadOnlyCollection<double> negatives)
    {
        if (positives.Count == 0 || negatives.Count == 0) return 0.5;
        var sorted = negatives.ToArray();
        Array.Sort(sorted);
        double wins = 0;
        foreach (var p in positives) wins += (FirstAbove(sorted, p, orEqual: true) + FirstAbove(sorted, p, orEqual: false)) / 2.0;
        return wins / ((double)positives.Count * negatives.Count);
    }

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    public static double Norm(ReadOnlySpan<double> a) => Math.Sqrt(Dot(a, a));

    /// <summary>Cosine; 0 when either has no length.</summary>
    public static double Cosine(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var norms = Norm(a) * Norm(b);
        return norms > 0 ? Dot(a, b) / norms : 0;
    }

    // Number of values below p (orEqual) or not above it.
    private static int FirstAbove(double[] sorted, double p, bool orEqual)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (orEqual ? sorted[middle] >= p : sorted[middle] > p) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
