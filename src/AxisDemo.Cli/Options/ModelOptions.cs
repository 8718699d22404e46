using System.CommandLine;
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

    public void AddTo(Command command)
    {
        command.Options.Add(model);
        command.Options.Add(threads);
        command.Options.Add(kernels);
        command.Options.Add(ignoreMemory);
    }

    public LoadedModel Load(ParseResult parsed, CancellationToken cancellation) =>
        ModelFile.Load(CommonOptions.ModelPath(parsed, model), parsed.GetValue(threads), parsed.GetValue(kernels)!, Memory(parsed), cancellation);

    public Engine Start(ParseResult parsed, CancellationToken cancellation, EngineOptions? options = null) =>
        ModelFile.Start(CommonOptions.ModelPath(parsed, model), parsed.GetValue(threads), parsed.GetValue(kernels)!, Memory(parsed), cancellation, options);

    private ModelMemory Memory(ParseResult parsed) => new() { Ignore = parsed.GetValue(ignoreMemory) };
}
