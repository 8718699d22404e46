using AxisDemo.Kernels;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Web.Options;

namespace AxisDemo.Web.Serving;

/// <summary>Opens a model on the CPU engine.</summary>
public static class EngineOpener
{
    /// <inheritdoc cref="OpenModel"/>
    public static IGenerator Open(string path, EngineSettings settings, Action<string> doing)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(doing);
        var ops = new CpuOps(new CpuOptions
        {
            Threads = settings.Threads == 0 ? Environment.ProcessorCount : settings.Threads,
            Kernels = settings.Kernels == "scalar" ? KernelPath.Scalar : KernelPath.Vector,
        });
        var shown = -1;
        var model = LoadedModel.Load(path, ops, part =>
        {
            var percent = (int)(part * 100);
            if (percent == shown) return;
            shown = percent;
            doing($"Loading the model, {percent} %");
        });
        return new Engine(model, new EngineOptions { KvBudgetBytes = (long)settings.KvBudgetMegabytes << 20 });
    }
}
