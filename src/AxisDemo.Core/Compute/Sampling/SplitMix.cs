namespace AxisDemo.Compute;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): the one generator of this program. Whatever is drawn by it is a mix of numbers that say what it is for.</summary>
internal static class SplitMix
{
    /// <summary>What is added to the state, and the factors of the finaliser.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15, FirstFactor = 0xBF58476D1CE4E5B9, SecondFactor = 0x94D049BB133111EB;

    /// <summary>The finaliser: every bit of the result depends on every bit of z.</summary>
    public static ulong Finalize(ulong z)
    {
        z = (z ^ (z >> 30)) * FirstFactor;
        z = (z ^ (z >> 27)) * SecondFactor;
        return z ^ (z >> 31);
    }

    /// <summary>53 bits as a number above 0 and below 1.</summary>
    public static double Uniform(ulong bits) => ((bits >> 11) + 0.5) / (1UL << 53);
}
