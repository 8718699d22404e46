using AxisDemo.Compute;

namespace AxisDemo.Torch;

/// <summary>How the TorchSharp engine runs.</summary>
public sealed record TorchOptions
{
    /// <summary>Devices in libtorch's words: "cpu", "cuda:0". Blocks are spread over them in order, the same number on each.</summary>
    public IReadOnlyList<string> Devices { get; init; } = ["cpu"];

    /// <summary>
    /// Whether weights, products, keys and values are bfloat16; else float32. The residual stream, norms, rotations, projections, caps and
    /// logits are float32 either way.
    /// </summary>
    public bool BFloat16 { get; init; }

    /// <summary>Whether attention is always written out, also where libtorch has it in one operation: what the fused form is tested against.</summary>
    public bool ExplicitAttention { get; init; }

    /// <summary>Says what GPUs can give.</summary>
    internal DeviceRooms Rooms { get; init; } = DeviceRooms.Shared;
}
