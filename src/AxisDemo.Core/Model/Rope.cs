namespace AxisDemo.Model;

/// <summary>Inverse frequencies of rotary position embeddings (Su et al., arXiv 2104.09864), with the scalings in use.</summary>
internal static class Rope
{
    /// <summary>theta^(-2c/rotary).</summary>
    public static float[] Inverse(int rotary, float theta)
    {
        var inverse = new float[rotary / 2];
        for (var c = 0; c < inverse.Length; c++) inverse[c] = 1 / MathF.Pow(theta, 2f * c / rotary);
        return inverse;
    }

    /// <summary>Whether the angles of all positions of a context are numbers: a base or a factor near 0 makes them infinite.</summary>
    public static bool Reaches(ReadOnlySpan<float> inverse, int context)
    {
        foreach (var frequency in inverse)
            if (!(frequency >= 0 && float.IsFinite(frequency * context))) return false;
        return true;
    }

    /// <summary>
    /// Llama 3.1's scaling, in place: wavelengths longer than original/low are stretched by the factor, those shorter than
    /// original/high are left alone, and what lies between is mixed.
    /// </summary>
    public static void ScaleLlama3(Span<float> inverse, float factor, float low, float high, float original)
    {
        foreach (ref var frequency in inverse)
        {
            var wavelength = 2 * MathF.PI / frequency;
            if (wavelength < original / high) continue;
            var smooth = wavelength > original / low ? 0 : (original / wavelength - low) / (high - low);
            frequency = (1 - smooth) * frequency / factor + smooth * frequency;
        }
    }
}
