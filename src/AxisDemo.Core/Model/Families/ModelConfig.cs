using AxisDemo.Compute;

namespace AxisDemo.Model;

/// <summary>What distinguishes one family of decoders from another, as numbers: the block's code has no flags of families.</summary>
public sealed record ModelConfig
{
    /// <summary>"llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3".</summary>
    public required string Architecture { get; init; }

    /// <summary>Width of the residual stream, d.</summary>
    public required int Width { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; divides <see cref="Heads"/>.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Channels of a head; need not be width/heads.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Inner width of the gated MLP.</summary>
    public required int MlpWidth { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Largest number of positions.</summary>
    public required int Context { get; init; }

    /// <summary>Epsilon of every RMS norm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Factor of the embedding (Gemma: sqrt(d)); 1 elsewhere.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Factor of attention scores.</summary>
    public required float AttentionScale { get; init; }

    /// <summary>Soft cap of attention scores (Gemma 2); 0: none.</summary>
    public float AttentionSoftCap { get; init; }

    /// <summary>Soft cap of the logits (Gemma 2); 0: none.</summary>
    public float FinalSoftCap { get; init; }

    /// <summary>The MLP's nonlinearity.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Per block: window and rotary frequencies. Its length is the number of blocks.</summary>
    public required IReadOnlyList<LayerConfig> Blocks { get; init; }

    /// <summary>Number of blocks, L.</summary>
    public int Layers => Blocks.Count;

    /// <summary>The sizes that rows of hook points depend on.</summary>
    public Hooks.ModelShape Shape => new(Layers, Width, Heads, KvHeads, HeadDim);
}

/// <summary>What may differ from block to block.</summary>
/// <param name="Window">Positions a query sees, itself included; 0: all.</param>
/// <param name="Rope">Rotary frequencies.</param>
public sealed record LayerConfig(int Window, RopeFrequencies Rope)
{
    /// <summary>Blocks that see everything among blocks that see a window: what alternating families are made of.</summary>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="local">Whether a block has the window.</param>
    /// <param name="window">The window, or 0: no block has one.</param>
    /// <param name="localRope">Rotary frequencies of the blocks with a window, also where that is 0.</param>
    /// <param name="globalRope">Of the others.</param>
    internal static LayerConfig[] Blocks(int layers, Func<int, bool> local, int window, RopeFrequencies localRope, RopeFrequencies globalRope) =>
        [.. Enumerable.Range(0, layers).Select(l => local(l) ? new LayerConfig(window, localRope) : new LayerConfig(0, globalRope))];
}

/// <summary>The weights of a model, as an engine holds them.</summary>
public sealed record ModelWeights(IWeight Embedding, IVector FinalNorm, IWeight Head, IReadOnlyList<BlockWeights> Blocks);

/// <summary>The weights of one block; parts an architecture does not have are null.</summary>
public sealed record BlockWeights
{
    /// <summary>Gain before attention, [d].</summary>
    public required IVector AttentionNorm { get; init; }

    /// <summary>[heads*headDim, d], rotate-half channel order.</summary>
    public required IWeight Q { get; init; }

    /// <summary>[kvHeads*headDim, d], rotate-half channel order.</summary>
    public required IWeight K { get; init; }

    /// <summary>[kvHeads*headDim, d].</summary>
    public required IWeight V { get; init; }

    /// <summary>[d, heads*headDim].</summary>
    public required IWeight O { get; init; }

    /// <summary>Bias of q (Qwen2).</summary>
    public IVector? QBias { get; init; }

    /// <summary>Bias of k (Qwen2).</summary>
    public IVector? KBias { get; init; }

    /// <summary>Bias of v (Qwen2).</summary>
    public IVector? VBias { get; init; }

    /// <summary>Gain of the norm of each query head (Qwen3, Gemma 3), [headDim].</summary>
    public IVector? QNorm { get; init; }

    /// <summary>Gain of the norm of each key head (Qwen3, Gemma 3), [headDim].</summary>
    public IVector? KNorm { get; init; }

    /// <summary>Gain after attention (Gemma), [d].</summary>
    public IVector? PostAttentionNorm { get; init; }

    /// <summary>Gain before the MLP, [d].</summary>
    public required IVector MlpNorm { get; init; }

    /// <summary>[mlp, d].</summary>
    public required IWeight Gate { get; init; }

    /// <summary>[mlp, d].</summary>
    public required IWeight Up { get; init; }

    /// <summary>[d, mlp].</summary>
    public required IWeight Down { get; init; }

    /// <summary>Gain after the MLP (Gemma), [d].</summary>
    public IVector? PostMlpNorm { get; init; }
}
