namespace AxisDemo.Model;

/// <summary>Inverse frequencies of rotary position embeddings (Su et al., arXiv 2104.09864), with the scalings in use.</summary>
internal static class Rope
{
    /// <summary>theta^(-2c/rotary), divided by the linear factor and, pair by pair, by the divisors (llama3's are stored so in GGUF).</summary>
    public static float[] Inverse(int rotary, float theta, float linearFactor, ReadOnlySpan<float> divisors)
    {
        var inverse = new float[rotary / 2];
        for (var c = 0; c < inverse.Length; c++)
        {
            inverse[c] = 1 / MathF.Pow(theta, 2f * c / rotary) / linearFactor;
            if (divisors.Length > 0) inverse[c] /= divisors[c];
        }

        return inverse;
    }
}
