using System.Runtime.InteropServices;
using TorchSharp;

namespace AxisDemo.Torch.Tests;

public sealed class NativeLibraryTests
{
    [Fact]
    public void Native_libraries_load() =>
        // Without touching TorchSharp, which would hide the reason.
        NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
}
