namespace AxisDemo.Kernels;

/// <summary>
/// Noise that depends on (seed, index in the answer, token id) alone: a counter-based generator (the finaliser of SplitMix64, applied to
/// each part in turn). Two requests with one seed share their luck wherever their distributions agree.
/// </summary>
internal static class Luck
{
    /// <summary>A standard Gumbel variate: argmax(logit / T + noise) is a draw from the softmax.</summary>
    public static double Gumbel(ulong seed, int index, int id)
    {
        var bits = Mix(Mix(Mix(seed + 0x9E3779B97F4A7C15) + (ulong)index) + (ulong)id);
        // 53 bits, moved off zero, so both logarithms are finite.
        var uniform = ((bits >> 11) + 0.5) / (1UL << 53);
        return -Math.Log(-Math.Log(uniform));
    }

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
