using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>An activation matrix on a device. An operation that writes it puts a new tensor in the place of the old one, or works in place.</summary>
internal sealed class TorchBuffer(int width) : Compute.IBuffer
{
    private Tensor? tensor, host;

    public int Width { get; } = width;

    /// <summary>Where it is: an index into the engine's devices. The residual stream moves when it comes to a block of the next one.</summary>
    public int Device { get; private set; }

    /// <summary>[rows, Width], float32 or the engine's precision.</summary>
    public Tensor Tensor => tensor ?? throw new InvalidOperationException("A buffer is read before anything was written to it.");

    public int Rows => tensor is null ? 0 : (int)tensor.shape[0];

    /// <summary>Takes a tensor over; the caller's dispose scope lets it go.</summary>
    public void Set(Tensor value, int device)
    {
        value.DetachFromDisposeScope();
        Forget();
        tensor?.Dispose();
        (tensor, Device) = (value, device);
    }

    /// <summary>The rows as float32 on the host, copied on first use.</summary>
    public ReadOnlySpan<float> Host(Func<Tensor, Tensor> download)
    {
        if (host is null)
        {
            using var scope = NewDisposeScope();
            host = download(Tensor.to(ScalarType.Float32)).DetachFromDisposeScope();
        }

        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(host.bytes);
    }

    /// <summary>Drops the host's copy: a new step begins.</summary>
    public void Forget()
    {
        host?.Dispose();
        host = null;
    }

    public void Dispose()
    {
        Forget();
        tensor?.Dispose();
        tensor = null;
    }
}
