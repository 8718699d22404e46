using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Model.Loading;

/// <summary>
/// The rotary frequencies of a <c>config.json</c>: <c>rope_parameters</c> (one for all blocks, or one for each kind), or
/// <c>rope_theta</c> with <c>rope_scaling</c> and <c>rope_local_base_freq</c>. A scaling that is not known is refused by name.
/// </summary>
internal sealed class FolderRope
{
    private readonly int headDim, context;

    public FolderRope(ConfigJson json, Family family, int headDim, int context)
    {
        (this.headDim, this.context) = (headDim, context);
        var (parameters, scaling) = (json.Object("rope_parameters"), json.Object("rope_scaling"));
        if (parameters?.Real("rope_theta") is { } inner && json.Real("rope_theta") is { } outer && inner != outer) throw json.Fault("rope_theta", $"is {outer}, and {inner} in rope_parameters; one of them is meant.", "Remove the other.");
        var (full, sliding) = (parameters?.Object("full_attention"), parameters?.Object("sliding_attention"));
        foreach (var part in (ConfigJson?[])[json, parameters, full, sliding])
            if (part?.Real("partial_rotary_factor") is { } share && share != 1) throw part.Fault("partial_rotary_factor", $"is {share}; only whole heads are rotated here.");
        // Different versions of transformers take different ones.
        InputException Either() => json.Fault("rope_scaling", "stands beside rope_parameters and says something else; one of them is meant.", "Remove the other.");
        if (full is not null)
        {
            if (scaling is not null) throw Either();
            // What a kind of block does not say stands where it stood before there were kinds.
            Global = Frequencies(full.Has("rope_theta") ? full : json, full, "rope_theta", Theta(family));
            Local = sliding?.Has("rope_theta") == true ? Frequencies(sliding, sliding, "rope_theta", 10_000)
                : family.LocalTheta > 0 ? Frequencies(json, sliding, "rope_local_base_freq", family.LocalTheta)
                : sliding is not null ? Frequencies(json, sliding, "rope_theta", Theta(family)) : Global;
            return;
        }

        var theta = parameters?.Has("rope_theta") == true ? parameters : json;
        Global = Frequencies(theta, parameters ?? scaling, "rope_theta", Theta(family));
        if (parameters is not null && scaling is not null && !Frequencies(theta, scaling, "rope_theta", Theta(family)).Inverse.SequenceEqual(Global.Inverse)) throw Either();
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
        var inverse = Rope.Inverse(headDim, theta);
        if (!Rope.Reaches(inverse, context)) throw source.Fault(key, $"is {theta}, which gives no frequencies for {context} positions; 10000 or more is usual.");
        var (newer, older) = (scaling?.Text("rope_type"), scaling?.Text("type"));
        var type = newer ?? older ?? "default";
        if (newer is null && older is null && scaling?.Has("factor") == true)
            throw scaling.Fault("rope_type", "is missing beside a factor.", "Say which scaling is meant: linear, llama3, or default for none.");
        if (type == "linear")
        {
            var factor = Positive(scaling!, "factor");
            foreach (ref var frequency in inverse.AsSpan()) frequency /= factor;
        }
        else if (type == "llama3")
        {
            var (low, high) = (Positive(scaling!, "low_freq_factor"), Positive(scaling!, "high_freq_factor"));
            if (high <= low) throw scaling!.Fault("high_freq_factor", $"is {high}, which is not above low_freq_factor {low}.");
            Rope.ScaleLlama3(inverse, Positive(scaling!, "factor"), low, high, Positive(scaling!, "original_max_position_embeddings"));
        }
        else if (type != "default")
        {
            throw scaling!.Fault(newer is null ? "type" : "rope_type", $"'{Printable.Text(type)}' is not supported.", "Supported: default, linear, llama3.");
        }

        if (!Rope.Reaches(inverse, context)) throw scaling!.Fault("factor", $"gives no frequencies for {context} positions; 1 or more is usual.");
        return new RopeFrequencies(inverse);
    }

    private static float Positive(ConfigJson json, string key)
    {
        var value = json.Real(key) ?? throw json.Fault(key, "is missing.");
        return value > 0 ? value : throw json.Fault(key, $"is {value}; a positive number is needed.");
    }
}
