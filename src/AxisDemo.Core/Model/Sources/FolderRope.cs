using AxisDemo.Formats;
using AxisDemo.Kernels;

namespace AxisDemo.Model.Sources;

/// <summary>
/// The rotary frequencies of a <c>config.json</c>: <c>rope_parameters</c> (one for all blocks, or one for each kind), or
/// <c>rope_theta</c> with <c>rope_scaling</c> and <c>rope_local_base_freq</c>. A scaling that is not known is refused by name.
/// </summary>
internal sealed class FolderRope
{
    private readonly int headDim;

    public FolderRope(ConfigJson json, Family family, int headDim)
    {
        this.headDim = headDim;
        var parameters = json.Object("rope_parameters");
        foreach (var part in (ConfigJson?[])[json, parameters])
            if (part?.Real("partial_rotary_factor") is { } share && share != 1) throw part.Fault("partial_rotary_factor", $"is {share}; only whole heads are rotated here.");
        if (parameters?.Object("full_attention") is { } full)
        {
            Global = Frequencies(full, full, "rope_theta", Theta(family));
            Local = parameters.Object("sliding_attention") is { } sliding ? Frequencies(sliding, sliding, "rope_theta", 10_000) : Global;
            return;
        }

        Global = Frequencies(parameters?.Has("rope_theta") == true ? parameters : json, parameters ?? json.Object("rope_scaling"), "rope_theta", Theta(family));
        Local = family.LocalTheta > 0 ? Frequencies(json, null, "rope_local_base_freq", family.LocalTheta) : Global;
    }

    /// <summary>Of the blocks that see everything.</summary>
    public RopeFrequencies Global { get; }

    /// <summary>Of the blocks with a window.</summary>
    public RopeFrequencies Local { get; }

    // What transformers takes where a file has no base.
    private static float Theta(Family family) => family == Family.Gemma3 ? 1_000_000 : 10_000;

    private RopeFrequencies Frequencies(ConfigJson source, ConfigJson? scaling, string key, float otherwise)
    {
        var theta = source.Real(key) ?? otherwise;
        if (!(theta > 0)) throw source.Fault(key, $"is {theta}; a positive number is needed.");
        var type = scaling?.Text("rope_type") ?? scaling?.Text("type") ?? "default";
        var inverse = Rope.Inverse(headDim, theta, type == "linear" ? Positive(scaling!, "factor") : 1, null);
        if (type == "llama3")
        {
            var (low, high) = (Positive(scaling!, "low_freq_factor"), Positive(scaling!, "high_freq_factor"));
            if (high <= low) throw scaling!.Fault("high_freq_factor", $"is {high}, which is not above low_freq_factor {low}.");
            Rope.ScaleLlama3(inverse, Positive(scaling!, "factor"), low, high, Positive(scaling!, "original_max_position_embeddings"));
        }
        else if (type is not ("default" or "linear"))
        {
            throw scaling!.Fault(scaling.Has("rope_type") ? "rope_type" : "type", $"'{Printable.Text(type)}' is not supported.", "Supported: default, linear, llama3.");
        }

        return new RopeFrequencies(inverse);
    }

    private static float Positive(ConfigJson json, string key)
    {
        var value = json.Real(key) ?? throw json.Fault(key, "is missing.");
        return value > 0 ? value : throw json.Fault(key, $"is {value}; a positive number is needed.");
    }
}
