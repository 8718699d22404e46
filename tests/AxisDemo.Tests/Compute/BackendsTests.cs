using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Torch;

namespace AxisDemo.Tests.Compute;

public class BackendsTests
{
    [Fact]
    public void Without_libtorch_everything_runs_on_the_cpu_and_what_asks_for_it_says_how_to_get_it()
    {
        Assert.SkipWhen(NativeLibrary.TryLoad("LibTorchSharp", typeof(TorchSharp.torch).Assembly, null, out _), "libtorch is here.");
        foreach (var backend in (string[])["auto", "cpu"])
        {
            using var ops = Backends.Open(new BackendOptions { Backend = backend }, TorchBackendOpener.Open);
            Assert.IsType<CpuOps>(ops);
        }

        foreach (var options in (BackendOptions[])[new() { Backend = "torch" }, new() { Device = "cuda:0" }, new() { Precision = "bfloat16" }])
        {
            var said = Assert.Throws<InputException>(() => Backends.Open(options, TorchBackendOpener.Open)).Message;
            Assert.StartsWith("options: Engine:Backend: TorchSharp's native libraries do not load: ", said, StringComparison.Ordinal);
            Assert.Contains("dotnet run -c Release -p:Torch=cuda (NVIDIA GPU) or -p:Torch=cpu", said, StringComparison.Ordinal);
            Assert.Contains("GCC 13", said, StringComparison.Ordinal);
            Assert.EndsWith("the CPU engine needs none of it.", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_device_is_not_the_cpu_engines()
    {
        var fault = Assert.Throws<InputException>(() => Backends.Open(new BackendOptions { Backend = "cpu", Device = "cuda:0" }, TorchBackendOpener.Open));
        Assert.Contains("Engine:Device", fault.Message, StringComparison.Ordinal);
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
