namespace AxisDemo.Compute;

/// <summary>Which arithmetic the CPU engine uses.</summary>
public enum KernelPath
{
    /// <summary>Quantised weights against int8 activations (blocks of 32), float SIMD elsewhere.</summary>
    Vector,
    /// <summary>Plain float32 loops over dequantised weights: the reference, always runnable.</summary>
    Scalar,
}

/// <summary>How the CPU engine runs.</summary>
public sealed record CpuOptions
{
    /// <summary>Most <see cref="Threads"/> that hosts and the command line take.</summary>
    public const int MostThreads = 1024;

    /// <summary>Threads that share a step, the calling one included; at least 1. Results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Which arithmetic.</summary>
    public KernelPath Kernels { get; init; } = KernelPath.Vector;

    /// <summary>The form of the int8 products; chosen by what the CPU has.</summary>
    internal Int8Form Form { get; init; } = Int8Weight.Best;
}
