using AxisDemo.Formats;
using AxisDemo.Kernels;

namespace AxisDemo.Tests.Kernels;

public class BackendsTests
{
    [Fact]
    public void A_build_without_torchsharp_runs_on_the_cpu_and_says_how_to_get_it()
    {
        foreach (var backend in (string[])["auto", "cpu"])
        {
            using var ops = Backends.Open(new BackendOptions { Backend = backend }, null);
            Assert.IsType<CpuOps>(ops);
        }

        foreach (var options in (BackendOptions[])[new() { Backend = "torch" }, new() { Device = "cuda:0" }, new() { Precision = "bfloat16" }])
            Assert.Equal("options: Engine:Backend: this build has no TorchSharp engine. Build with it: dotnet run -c Release -p:Torch=cuda (NVIDIA GPU) or -p:Torch=cpu (libtorch on the CPU). Or set Engine:Backend (--backend) to 'cpu'.",
                Assert.Throws<InputException>(() => Backends.Open(options, null)).Message);
        Assert.Contains("Engine:Device", Assert.Throws<InputException>(() => Backends.Open(new BackendOptions { Backend = "cpu", Device = "cuda:0" }, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Torch_is_asked_for_what_is_wanted()
    {
        foreach (var (options, required) in ((BackendOptions, bool)[])[(new(), false), (new() { Backend = "torch" }, true), (new() { Device = "cpu" }, true)])
        {
            bool? asked = null;
            using var ops = Backends.Open(options, (_, r) =>
            {
                asked = r;
                return null;
            });
            Assert.Equal(required, asked);
        }

        using var cpu = Backends.Open(new BackendOptions { Backend = "cpu" }, (_, _) => throw new InvalidOperationException("Not asked for."));
    }
}
