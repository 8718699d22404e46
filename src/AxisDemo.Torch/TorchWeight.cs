using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>A matrix on a device, in the engine's precision.</summary>
internal sealed class TorchWeight(Tensor tensor, int device) : Compute.IWeight
{
    /// <summary>[Outputs, Inputs].</summary>
    public Tensor Tensor { get; } = tensor;

    public int Device { get; } = device;

    public int Outputs { get; } = (int)tensor.shape[0];

    public int Inputs { get; } = (int)tensor.shape[1];

    /// <summary>What a product with it reads.</summary>
    public long Bytes { get; } = tensor.shape[0] * tensor.shape[1] * (tensor.dtype == ScalarType.Float32 ? 4 : 2);

    public void Dispose() => Tensor.Dispose();
}
