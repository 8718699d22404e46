using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>A small vector, float32 on the device it was made for, copied to others and to other types when it is first needed there.</summary>
internal sealed class TorchVector : Compute.IVector
{
    private readonly Dictionary<(int Device, ScalarType Type), Tensor> copies = [];
    private readonly Tensor first;

    public TorchVector(Tensor values, int device)
    {
        first = values.DetachFromDisposeScope();
        HomeDevice = device;
        Length = (int)values.shape[0];
        copies[(device, ScalarType.Float32)] = first;
    }

    public int Length { get; }

    /// <summary>The device it was made for: that of the block it belongs to.</summary>
    public int HomeDevice { get; }

    /// <summary>The values where and as they are needed.</summary>
    public Tensor On(Device[] devices, int device, ScalarType type = ScalarType.Float32)
    {
        if (copies.TryGetValue((device, type), out var found)) return found;
        using var scope = NewDisposeScope();
        return copies[(device, type)] = first.to(type, devices[device], non_blocking: true).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        foreach (var copy in copies.Values) copy.Dispose();
        copies.Clear();
    }
}
