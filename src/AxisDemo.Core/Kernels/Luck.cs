namespace AxisDemo.Kernels;

/// <summary>
/// Noise that depends on (seed, index in the answer, token id) alone: a counter-based generator (the finaliser of SplitMix64, applied to
/// each part in turn). Two requests with one seed share their luck wherever their distributions agree.
/// </summary>
internal static class Luck
{
    /// <summary>SplitMix64's numbers: what is added to the state, and the factors of its finaliser.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15, FirstFactor = 0xBF58476D1CE4E5B9, SecondFactor = 0x94D049BB133111EB;

    /// <summary>A standard Gumbel variate: argmax(logit / T + noise) is a draw from the softmax.</summary>
    public static double Gumbel(ulong seed, int index, int id)
    {
        var bits = Mix(Key(seed, index) + (ulong)id);
        // 53 bits, moved off zero, so both logarithms are finite.
        var uniform = ((bits >> 11) + 0.5) / (1UL << 53);
        return -Math.Log(-Math.Log(uniform));
    }

    /// <summary>Seed and index in one number; the token's own bits are the mix of its sum with the id.</summary>
    public static ulong Key(ulong seed, int index) => Mix(Mix(seed + Increment) + (ulong)index);

    private static ulong Mix(ulong z)
    {
        z += Increment;
        z = (z ^ (z >> 30)) * FirstFactor;
        z = (z ^ (z >> 27)) * SecondFactor;
        return z ^ (z >> 31);
    }
}
