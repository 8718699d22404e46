using System.Globalization;
using System.Runtime.InteropServices;

namespace AxisDemo.Compute;

/// <summary>What a driver says of a GPU's memory, bytes.</summary>
/// <param name="Total">All of it.</param>
/// <param name="Free">What no process holds; null: not known.</param>
internal readonly record struct DeviceReading(long Total, long? Free);

/// <summary>
/// Asks the CUDA driver for a GPU's memory without a context, which would itself take some hundred megabytes and stay. Its ordinals
/// are the CUDA runtime's (CUDA_VISIBLE_DEVICES included). What is free only NVML says without a context; it counts GPUs in another
/// order, so that the card is found by its place on the bus.
/// </summary>
internal static unsafe class CudaDriver
{
    /// <summary>The memory of "cuda:N"; null: another device, no driver, or one that does not answer.</summary>
    public static DeviceReading? Read(string device) =>
        device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            ? Read(ordinal, OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", FreeIsKnown() ? "libnvidia-ml.so.1" : null) : null;

    /// <param name="ordinal">The GPU's number.</param>
    /// <param name="driver">The driver's library.</param>
    /// <param name="management">NVML's; null: what is free is not asked.</param>
    /// <inheritdoc cref="Read(string)"/>
    internal static DeviceReading? Read(int ordinal, string driver, string? management)
    {
        if (!NativeLibrary.TryLoad(driver, out var cuda)
            || !NativeLibrary.TryGetExport(cuda, "cuInit", out var init)
            || !NativeLibrary.TryGetExport(cuda, "cuDeviceGet", out var get)
            || !NativeLibrary.TryGetExport(cuda, "cuDeviceTotalMem_v2", out var totalMemory)) return null;
        int device;
        nuint total;
        if (((delegate* unmanaged<uint, int>)init)(0) != 0
            || ((delegate* unmanaged<int*, int, int>)get)(&device, ordinal) != 0
            || ((delegate* unmanaged<nuint*, int, int>)totalMemory)(&total, device) != 0) return null;
        return new DeviceReading((long)total, management is null ? null : Free(cuda, device, management));
    }

    private static long? Free(nint cuda, int device, string management)
    {
        const int Longest = 32;
        var bus = stackalloc byte[Longest];
        if (!NativeLibrary.TryGetExport(cuda, "cuDeviceGetPCIBusId", out var busId)
            || ((delegate* unmanaged<byte*, int, int, int>)busId)(bus, Longest, device) != 0
            || !NativeLibrary.TryLoad(management, out var nvml)
            || !NativeLibrary.TryGetExport(nvml, "nvmlInit_v2", out var init)
            || !NativeLibrary.TryGetExport(nvml, "nvmlShutdown", out var shutdown)
            || !NativeLibrary.TryGetExport(nvml, "nvmlDeviceGetHandleByPciBusId_v2", out var byBus)
            || !NativeLibrary.TryGetExport(nvml, "nvmlDeviceGetMemoryInfo", out var info)
            || ((delegate* unmanaged<int>)init)() != 0) return null;
        nint handle;
        var memory = stackalloc ulong[3]; // total, free, used
        var known = ((delegate* unmanaged<byte*, nint*, int>)byBus)(bus, &handle) == 0 && ((delegate* unmanaged<nint, ulong*, int>)info)(handle, memory) == 0;
        _ = ((delegate* unmanaged<int>)shutdown)();
        return known ? (long)memory[1] : null;
    }

    // Under Windows, and in its Linux (/dev/dxg), the system moves what others hold out of the way: what is free is no bound there.
    private static bool FreeIsKnown() => OperatingSystem.IsLinux() && !File.Exists("/dev/dxg");
}
