using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>Which engine is to run a model.</summary>
public sealed record BackendOptions
{
    /// <summary><c>cpu</c>, <c>torch</c>, or <c>auto</c> (default): TorchSharp where libtorch loads and a GPU is there, else the CPU engine.</summary>
    public string Backend { get; init; } = "auto";

    /// <summary>TorchSharp's devices: empty (default) takes all GPUs; <c>cuda:0</c>, <c>cuda:0,cuda:1</c>, or <c>cpu</c> for libtorch's CPU device.</summary>
    public string Device { get; init; } = "";

    /// <summary>TorchSharp's precision: <c>bfloat16</c>, <c>float32</c>, or <c>auto</c> (default): bfloat16 on a GPU, float32 on the CPU.</summary>
    public string Precision { get; init; } = "auto";

    /// <summary>How the CPU engine runs; its threads are those of TorchSharp's CPU device too.</summary>
    public CpuOptions Cpu { get; init; } = new();
}

/// <summary>Opens the TorchSharp engine; null: there is no GPU, and none was asked for.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="required">Whether to refuse, saying what is missing, rather than to return null.</param>
public delegate ITensorOps? OpenTorch(BackendOptions options, bool required);

/// <summary>Chooses the engine.</summary>
public static class Backends
{
    /// <summary>The engine asked for.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="torch">Opens the TorchSharp engine, which this library does not refer to.</param>
    /// <exception cref="InputException">It cannot be had; the message says what is missing and what to type.</exception>
    public static ITensorOps Open(BackendOptions options, OpenTorch torch)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(torch);
        var named = options.Device.Length > 0 || options.Precision != "auto";
        if (options.Backend == "cpu")
            return !named ? new CpuOps(options.Cpu) : throw Fault("Device", "a device or a precision is TorchSharp's, but the backend is 'cpu'.", "Leave them out, or set Engine:Backend (--backend) to 'torch'.");
        return torch(options, options.Backend == "torch" || named) ?? new CpuOps(options.Cpu);
    }

    private static InputException Fault(string field, string fault, string remedy) => new("options", $"Engine:{field}", fault, remedy);
}
