namespace AxisDemo.Compute;

/// <summary>
/// Noise that depends on (seed, index in the answer, token id) alone: a counter-based generator (the finaliser of SplitMix64, applied to
/// each part in turn). Two requests with one seed share their luck wherever their distributions agree.
/// </summary>
internal static class Luck
{
    /// <summary>A standard Gumbel variate: argmax(logit / T + noise) is a draw from the softmax.</summary>
    public static double Gumbel(ulong seed, int index, int id)
    {
        var bits = Mix(Key(seed, index) + (ulong)id);
        // Never 0 nor 1, so both logarithms are finite.
        return -Math.Log(-Math.Log(SplitMix.Uniform(bits)));
    }

    /// <summary>Seed and index in one number; the token's own bits are the mix of its sum with the id.</summary>
    public static ulong Key(ulong seed, int index) => Mix(Mix(seed + SplitMix.Increment) + (ulong)index);

    private static ulong Mix(ulong z) => SplitMix.Finalize(z + SplitMix.Increment);
}
