using AxisDemo.Formats;
using AxisDemo.Kernels;
using AxisDemo.Tokenizers;

namespace AxisDemo.Model;

/// <summary>A model in memory with all that belongs to it: weights in an engine, tokenizer, chat template.</summary>
public sealed class LoadedModel : IDisposable
{
    private readonly IDisposable file;
    private readonly ChatTemplate? template;

    private LoadedModel(ModelInfo info, Transformer transformer, ITokenizer tokenizer, ChatTemplate? template, IDisposable file) =>
        (Info, Transformer, Tokenizer, this.template, this.file) = (info, transformer, tokenizer, template, file);

    /// <summary>What it is.</summary>
    public ModelInfo Info { get; }

    /// <summary>The decoder.</summary>
    public Transformer Transformer { get; }

    /// <summary>Its tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Its own chat template. A base model has none; asking for it says so, and token ids still work.</summary>
    public ChatTemplate Template => template
        ?? throw new InputException(Info.Path, "tokenizer.chat_template", "the model brings no chat template.", "Use an instruction-tuned model; a base model cannot chat.");

    /// <summary>
    /// Loads a .gguf file. <paramref name="ops"/> is disposed with the model, and when loading fails.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="ops">The engine that is to hold it.</param>
    /// <param name="progress">Called with the fraction done.</param>
    /// <param name="cancellation">Gives up between blocks.</param>
    public static LoadedModel Load(string path, ITensorOps ops, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        GgufFile? file = null;
        try
        {
            file = GgufFile.Open(path);
            var config = GgufModel.Config(file);
            var tokenizer = Tokenizers.Tokenizer.FromGguf(file);
            if (tokenizer.VocabularySize > config.Vocabulary)
                throw new InputException(path, "token_embd.weight", $"has {config.Vocabulary} rows for the tokenizer's {tokenizer.VocabularySize} tokens.", "The file is damaged or converted wrongly; download it again.");
            var template = ChatTemplate.FromGguf(file);
            var hash = Task.Run(() => FileHash.Sha256(path), cancellation);
            var weights = GgufModel.Weights(file, config, ops, progress, cancellation);
            var info = new ModelInfo(Name(file), path, hash.GetAwaiter().GetResult(), config.Architecture, file.Tensors.Sum(t => t.Count),
                file.Tensors.Where(t => t.Shape.Length > 1).GroupBy(t => t.Type).MaxBy(g => g.Count())?.Key.ToString() ?? "F32",
                config.Layers, config.Width, config.Context, config.Vocabulary, ops.Description);
            return new LoadedModel(info, new Transformer(config, weights, ops), tokenizer, template, file);
        }
        catch
        {
            ops.Dispose();
            file?.Dispose();
            throw;
        }
    }

    private static string Name(GgufFile file) =>
        file.Metadata.TryString("general.name", out var name) && name.Length is > 0 and < 100 ? name : System.IO.Path.GetFileNameWithoutExtension(file.Path);

    /// <inheritdoc/>
    public void Dispose()
    {
        var ops = Transformer.Ops;
        Transformer.Dispose();
        ops.Dispose();
        file.Dispose();
    }
}
