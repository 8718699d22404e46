using AxisDemo.Formats;
using AxisDemo.Kernels;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Cli;

/// <summary>Opens what a command needs of a model: its tokenizer and template alone, its weights, or a running engine.</summary>
internal static class ModelFile
{
    /// <summary>The tokenizer and the template, without the weights.</summary>
    public static (ITokenizer Tokenizer, ChatTemplate Template) OpenText(string path)
    {
        using var file = GgufFile.Open(path);
        var template = ChatTemplate.FromGguf(file) ?? throw new InputException(path, "tokenizer.chat_template", "the key is missing.", "Use a model made for conversations (\"instruct\", \"chat\").");
        return (Tokenizer.FromGguf(file), template);
    }

    /// <summary>The tokenizer alone: a model without a template has one too.</summary>
    public static ITokenizer OpenTokenizer(string path)
    {
        using var file = GgufFile.Open(path);
        return Tokenizer.FromGguf(file);
    }

    /// <summary>The model in memory.</summary>
    public static LoadedModel Load(string path, int threads, string kernels, CancellationToken cancellation)
    {
        var ops = new CpuOps(new CpuOptions { Threads = threads, Kernels = kernels == "scalar" ? KernelPath.Scalar : KernelPath.Vector });
        return LoadedModel.Load(path, ops, null, cancellation);
    }

    /// <summary>The model behind an engine.</summary>
    public static Engine Start(string path, int threads, string kernels, CancellationToken cancellation, EngineOptions? options = null) =>
        new(Load(path, threads, kernels, cancellation), options);
}
