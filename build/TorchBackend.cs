using AxisDemo.Kernels;

namespace AxisDemo;

/// <summary>The TorchSharp engine where this program was built with it (<c>-p:Torch=...</c>): the only place that knows.</summary>
internal static class TorchBackend
{
#if TORCH
    public static OpenTorch? Open { get; } = Torch.TorchBackendOpener.Open;
#else
    public static OpenTorch? Open => null;
#endif
}
