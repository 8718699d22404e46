using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;
using AxisDemo.Torch;

namespace AxisDemo.Cli;

/// <summary>Opens what a command needs of a model: its tokenizer and template alone, its weights, or a running engine.</summary>
internal static class ModelFile
{
    /// <summary>The tokenizer and the template, without the weights.</summary>
    public static (ITokenizer Tokenizer, ChatTemplate Template) OpenText(string path)
    {
        var warnings = new List<string>();
        var (tokenizer, template) = Directory.Exists(path) ? (Tokenizer.FromFolder(path, warn: Warn), ChatTemplate.FromFolder(path, Warn)) : FromGguf(path, Warn);
        Output.Warnings(warnings.Distinct());
        return (tokenizer, template ?? throw new InputException(path, "chat template", "the model brings none.", "Use a model made for conversations (\"instruct\", \"chat\")."));

        void Warn(string file, string key, string text) => warnings.Add($"{file}: {key}: {text}");
    }

    /// <summary>The tokenizer alone: a model without a template has one too.</summary>
    public static ITokenizer OpenTokenizer(string path)
    {
        var warnings = new List<string>();
        var tokenizer = Read();
        Output.Warnings(warnings.Distinct());
        return tokenizer;

        ITokenizer Read()
        {
            if (Directory.Exists(path)) return Tokenizer.FromFolder(path, warn: Warn);
            using var file = GgufFile.Open(path);
            return Tokenizer.FromGguf(file, Warn);
        }

        void Warn(string file, string key, string text) => warnings.Add($"{file}: {key}: {text}");
    }

    /// <summary>The model in memory. What its files leave open is said on stderr.</summary>
    public static LoadedModel Load(string path, BackendOptions backend, ModelMemory memory, CancellationToken cancellation)
    {
        var model = LoadedModel.Load(path, Backends.Open(backend, TorchBackendOpener.Open), memory, null, cancellation);
        Output.Warnings(model.Info.Warnings);
        return model;
    }

    /// <summary>The model behind an engine.</summary>
    public static Engine Start(string path, BackendOptions backend, ModelMemory memory, CancellationToken cancellation, EngineOptions? options = null) =>
        new(Load(path, backend, memory, cancellation), options);

    private static (ITokenizer, ChatTemplate?) FromGguf(string path, ModelWarning warn)
    {
        using var file = GgufFile.Open(path);
        return (Tokenizer.FromGguf(file, warn), ChatTemplate.FromGguf(file, warn));
    }
}
