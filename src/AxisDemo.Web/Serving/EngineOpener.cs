using AxisDemo.Kernels;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Web.Options;

namespace AxisDemo.Web.Serving;

/// <summary>Opens a model on the CPU engine.</summary>
public static class EngineOpener
{
    /// <inheritdoc cref="OpenModel"/>
    public static IGenerator Open(string path, EngineSettings settings, Action<double> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var ops = new CpuOps(new CpuOptions
        {
            Threads = settings.Threads == 0 ? Environment.ProcessorCount : settings.Threads,
            Kernels = settings.Kernels == "scalar" ? KernelPath.Scalar : KernelPath.Vector,
        });
        var model = LoadedModel.Load(
            path, ops, new ModelMemory { KvBudgetBytes = (long)settings.KvBudgetMegabytes << 20, Ignore = settings.IgnoreMemory }, progress, cancellation);
        return new Engine(model, new EngineOptions { KvBudgetBytes = (long)settings.KvBudgetMegabytes << 20, MaxRunning = settings.MaxRunning, MaxWaiting = settings.MaxWaiting });
    }
}
