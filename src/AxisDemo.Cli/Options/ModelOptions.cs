using System.CommandLine;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Serving;

namespace AxisDemo.Cli;

/// <summary>The options of a command that runs a model.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string?> model = CommonOptions.Model();
    private readonly Option<int> threads = CommonOptions.Threads();
    private readonly Option<string> kernels = CommonOptions.Kernels();
    private readonly Option<bool> ignoreMemory = new("--ignore-memory") { Description = "Load the model even if it does not fit into memory." };
    private readonly Option<int> kvBudget = CommonOptions.Number("--kv-budget", "The most that keys and values may take, running and cached together, MiB.", 2048, EngineOptions.LeastKvMegabytes, EngineOptions.MostMegabytes);
    private readonly Option<string> backend = CommonOptions.Backend();
    private readonly Option<string> device = CommonOptions.Device();
    private readonly Option<string> precision = CommonOptions.Precision();

    public void AddTo(Command command)
    {
        command.Options.Add(model);
        command.Options.Add(threads);
        command.Options.Add(kernels);
        command.Options.Add(ignoreMemory);
        command.Options.Add(kvBudget);
        command.Options.Add(backend);
        command.Options.Add(device);
        command.Options.Add(precision);
    }

    public LoadedModel Load(ParseResult parsed, CancellationToken cancellation) =>
        ModelFile.Load(CommonOptions.ModelPath(parsed, model), Backend(parsed), Memory(parsed) with { KvAtStart = false }, cancellation);

    public Engine Start(ParseResult parsed, CancellationToken cancellation, EngineOptions? options = null) =>
        ModelFile.Start(CommonOptions.ModelPath(parsed, model), Backend(parsed), Memory(parsed), cancellation, (options ?? new EngineOptions()) with { KvBudgetBytes = KvBudget(parsed) });

    private ModelMemory Memory(ParseResult parsed) => new() { Ignore = parsed.GetValue(ignoreMemory), KvBudgetBytes = KvBudget(parsed) };

    private long KvBudget(ParseResult parsed) => (long)parsed.GetValue(kvBudget) << 20;

    private BackendOptions Backend(ParseResult parsed) => new()
    {
        Backend = parsed.GetValue(backend)!,
        Device = parsed.GetValue(device)!,
        Precision = parsed.GetValue(precision)!,
        Cpu = new CpuOptions { Threads = parsed.GetValue(threads), Kernels = parsed.GetValue(kernels) == "scalar" ? KernelPath.Scalar : KernelPath.Vector },
    };
}
