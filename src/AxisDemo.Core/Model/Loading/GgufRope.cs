using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Model.Loading;

/// <summary>
/// The rotary frequencies of a GGUF file, as llama.cpp reads them: a factor without a type is linear scaling, the older key
/// <c>rope.scale_linear</c> is the factor where the newer one is missing, and a factor of 0 is none.
/// </summary>
internal sealed class GgufRope
{
    private const string Base = "rope.freq_base", LocalBase = "rope.freq_base_swa", Type = "rope.scaling.type", Divisors = "rope_freqs.weight";

    public GgufRope(GgufFile file, GgufKeys keys, Family family, int rotary, int context)
    {
        var type = keys.Text(Type) ?? "linear";
        if (type is not ("none" or "linear"))
            throw new InputException(file.Path, keys.Name(Type), $"'{Printable.Text(type)}' is not supported.", "Supported: none, linear, and llama3 through rope_freqs.weight.");
        var key = keys.Has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
        var factor = keys.RealOr(key, 1);
        // Scaling that is switched off leaves its factor without effect.
        if (type == "none" || factor == 0) factor = 1;

        var divisors = file.TryGet(Divisors, out var tensor) ? tensor.ToFloats() : [];
        if (divisors.Length != 0 && divisors.Length != rotary / 2)
            throw new InputException(file.Path, Divisors, $"has {divisors.Length} elements; {rotary / 2} are needed.");

        Global = new RopeFrequencies(Frequencies(Base, 10_000, factor, divisors));
        // Of the families whose blocks with a window have frequencies of their own, Gemma 3's are not scaled.
        var own = family.LocalTheta > 0;
        Local = own || family.Gemma && keys.Has(LocalBase) ? new RopeFrequencies(Frequencies(LocalBase, family.LocalTheta, own ? 1 : factor, [])) : Global;

        float[] Frequencies(string baseKey, float otherwise, float linear, float[] pairs)
        {
            var theta = keys.RealOr(baseKey, otherwise);
            var inverse = Rope.Inverse(rotary, theta);
            if (!float.IsFinite(theta) || !Rope.Reaches(inverse, context)) throw keys.Fault(keys.Name(baseKey), $"is {theta}, which gives no frequencies for {context} positions; 10000 or more is usual.");
            foreach (ref var frequency in inverse.AsSpan()) frequency /= linear;
            if (!(linear > 0 && float.IsFinite(linear)) || !Rope.Reaches(inverse, context)) throw keys.Fault(keys.Name(key), $"is {linear}, which gives no frequencies for {context} positions; 1 or more is usual.");
            for (var c = 0; c < pairs.Length; c++)
            {
                inverse[c] /= pairs[c];
                if (!(pairs[c] > 0 && float.IsFinite(pairs[c])) || !Rope.Reaches(inverse.AsSpan(c, 1), context))
                    throw new InputException(file.Path, Divisors, $"holds {pairs[c]} at {c}, which gives no frequency for {context} positions; 1 or more is usual.", "Convert or download the model again, or use another one.");
            }

            return inverse;
        }
    }

    /// <summary>Of the blocks that see everything.</summary>
    public RopeFrequencies Global { get; }

    /// <summary>Of the blocks with a window.</summary>
    public RopeFrequencies Local { get; }
}
