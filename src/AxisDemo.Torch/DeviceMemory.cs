using System.Runtime.InteropServices;
using AxisDemo.Formats;

namespace AxisDemo.Torch;

/// <summary>What libtorch says when a device has no room left, as one clear refusal: <see cref="FaultKind.Memory"/>, so that a host may let another model go.</summary>
internal static class DeviceMemory
{
    private const string Remedy = "Take bfloat16 (Engine:Precision), more GPUs (Engine:Device=cuda:0,cuda:1), a smaller Engine:KvBudgetMegabytes (--kv-budget) or a smaller model; docs/gpu.md has the figures.";

    /// <summary>Makes a tensor, or what consists of some.</summary>
    /// <param name="source">The file, or what stands for it.</param>
    /// <param name="what">What is made, for people.</param>
    /// <param name="where">The engine's description.</param>
    /// <param name="make">Makes it.</param>
    /// <exception cref="InputException">There is no room for it.</exception>
    public static T Allocate<T>(string source, string what, string where, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ExternalException failure) when (IsExhausted(failure.Message))
        {
            throw new InputException(source, "memory", $"{what} does not fit into what is left of the memory of {where}.", Remedy, failure) { Kind = FaultKind.Memory };
        }
    }

    // "CUDA out of memory", "DefaultCPUAllocator: can't allocate memory" and "... not enough memory" (Windows).
    private static bool IsExhausted(string message) =>
        ((string[])["out of memory", "can't allocate memory", "not enough memory"]).Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));
}
