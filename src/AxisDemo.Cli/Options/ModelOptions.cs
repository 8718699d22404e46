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

    public void AddTo(Command command)
    {
        command.Options.Add(model);
        command.Options.Add(threads);
        command.Options.Add(kernels);
    }

    public LoadedModel Load(ParseResult parsed, CancellationToken cancellation) =>
        ModelFile.Load(CommonOptions.ModelPath(parsed, model), parsed.GetValue(threads), parsed.GetValue(kernels)!, cancellation);

    public Engine Start(ParseResult parsed, CancellationToken cancellation, EngineOptions? options = null) =>
        ModelFile.Start(CommonOptions.ModelPath(parsed, model), parsed.GetValue(threads), parsed.GetValue(kernels)!, cancellation, options);
}
