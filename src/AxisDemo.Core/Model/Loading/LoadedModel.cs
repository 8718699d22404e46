using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model.Loading;
using AxisDemo.Tokenizers;

namespace AxisDemo.Model;

/// <summary>A model in memory with all that belongs to it: weights in an engine, tokenizer, chat template.</summary>
public sealed class LoadedModel : IDisposable
{
    private readonly ModelSource source;
    private readonly ChatTemplate? template;

    private LoadedModel(ModelInfo info, Transformer transformer, ITokenizer tokenizer, ChatTemplate? template, ModelSource source) =>
        (Info, Transformer, Tokenizer, this.template, this.source) = (info, transformer, tokenizer, template, source);

    /// <summary>What it is.</summary>
    public ModelInfo Info { get; }

    /// <summary>The decoder.</summary>
    public Transformer Transformer { get; }

    /// <summary>Its tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Its own chat template. A base model has none; asking for it says so, and token ids still work.</summary>
    public ChatTemplate Template => template
        ?? throw new InputException(Info.Path, "chat template", "the model brings no chat template.", "Use an instruction-tuned model; a base model cannot chat.");

    /// <summary>
    /// Loads a .gguf file, or a folder with config.json and safetensors. <paramref name="ops"/> is disposed with the model, and when loading fails.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="ops">The engine that is to hold it.</param>
    /// <param name="progress">Called with the fraction done.</param>
    /// <param name="cancellation">Gives up between blocks.</param>
    /// <exception cref="InputException">The model is damaged, not supported or too large; the message says which, and what to do.</exception>
    public static LoadedModel Load(string path, ITensorOps ops, Action<double>? progress = null, CancellationToken cancellation = default) =>
        Load(path, ops, new ModelMemory(), progress, cancellation);

    /// <inheritdoc cref="Load(string, ITensorOps, Action{double}?, CancellationToken)"/>
    /// <param name="path">The file or folder.</param>
    /// <param name="ops">The engine that is to hold it.</param>
    /// <param name="memory">Refuses what does not fit into the memory that the engine would take it into.</param>
    /// <param name="progress">Called with the fraction done.</param>
    /// <param name="cancellation">Gives up between blocks.</param>
    public static LoadedModel Load(string path, ITensorOps ops, ModelMemory memory, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ModelSource? source = null;
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<string>? hash = null;
        try
        {
            source = ModelSource.Open(path);
            memory.Check(source, ops);
            var tokenizer = source.ReadTokenizer();
            var template = source.ReadTemplate();
            hash = Task.Run(() => source.Hash(failure.Token), failure.Token);
            var config = source.Config;
            var weights = source.Load(ops, progress, cancellation);
            var info = new ModelInfo(source.Name, path, hash.GetAwaiter().GetResult(), config.Architecture, source.Parameters, source.Quantization,
                config.Layers, config.Width, config.Context, config.Vocabulary, ops.Description)
            {
                Heads = config.Heads,
                KvHeads = config.KvHeads,
                HeadDim = config.HeadDim,
                Warnings = [.. source.Warnings],
            };
            return new LoadedModel(info, new Transformer(config, weights, ops), tokenizer, template, source);
        }
        catch
        {
            failure.Cancel();
            // The mapped files must not go while somebody still reads them.
            if (hash is not null) Task.WaitAny([hash], CancellationToken.None);
            ops.Dispose();
            source?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var ops = Transformer.Ops;
        Transformer.Dispose();
        ops.Dispose();
        source.Dispose();
    }
}
