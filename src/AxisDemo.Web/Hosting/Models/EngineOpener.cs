using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Torch;

namespace AxisDemo.Web.Hosting;

/// <summary>Opens a model on the engine that the settings name.</summary>
public static class EngineOpener
{
    /// <summary>As <see cref="OpenModel"/>; <paramref name="longest"/>: the longest answer that the host allows, tokens.</summary>
    public static IGenerator Open(string path, EngineSettings settings, int longest, Action<double> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var ops = Backends.Open(new BackendOptions
        {
            Backend = settings.Backend,
            Device = settings.Device,
            Precision = settings.Precision,
            Cpu = new CpuOptions
            {
                Threads = settings.Threads == 0 ? Environment.ProcessorCount : settings.Threads,
                Kernels = settings.Kernels == "scalar" ? KernelPath.Scalar : KernelPath.Vector,
            },
        }, TorchBackendOpener.Open);
        var model = LoadedModel.Load(
            path, ops, new ModelMemory { KvBudgetBytes = (long)settings.KvBudgetMegabytes << 20, Ignore = settings.IgnoreMemory }, progress, cancellation);
        return new Engine(model, new EngineOptions
        {
            KvBudgetBytes = (long)settings.KvBudgetMegabytes << 20,
            MaxCaptureBytes = (long)settings.CaptureMegabytes << 20,
            StreamBytes = (long)settings.StreamMegabytes << 20,
            MaxRunning = settings.MaxRunning,
            MaxWaiting = settings.MaxWaiting,
            // Never less than the engine's own: answers that were continued are read again as one.
            MaxTokens = Math.Max(new EngineOptions().MaxTokens, longest),
        });
    }
}
