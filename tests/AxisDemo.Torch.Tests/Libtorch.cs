using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace AxisDemo.Torch.Tests;

/// <summary>How libtorch runs in these tests.</summary>
internal static class Libtorch
{
    /// <summary>
    /// One thread to each operation: the runner keeps the cores busy, and libtorch's threads wait for each other by spinning. With two threads an operation
    /// beside another test takes several times as long.
    /// </summary>
    [ModuleInitializer]
    internal static void OneThread()
    {
        // Where it does not load, the tests fail with what TorchSharp says.
        if (NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out _)) torch.set_num_threads(1);
    }
}
