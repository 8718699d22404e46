using AxisDemo.Compute;

namespace AxisDemo.Model.Loading;

/// <summary>Whether a model's blocks have a part.</summary>
internal enum Part
{
    /// <summary>No block has it.</summary>
    Never,
    /// <summary>Every block has it, or none.</summary>
    IfPresent,
    /// <summary>Every block has it.</summary>
    Always,
}

/// <summary>
/// What a family of decoders does that its files do not say in numbers. Both readers ask here; what comes out is a
/// <see cref="ModelConfig"/> and weights that are null, so that nothing behind them knows a family's name.
/// </summary>
internal sealed record Family(string Name)
{
    /// <summary>Biases of q, k and v.</summary>
    public Part QkvBias { get; init; }

    /// <summary>Norms of each query and key head.</summary>
    public Part QkNorm { get; init; }

    /// <summary>Norms behind attention and MLP.</summary>
    public Part PostNorms { get; init; }

    /// <summary>Norms' gains are published as w and applied as 1 + w; the embedding is multiplied by sqrt(d).</summary>
    public bool Gemma { get; init; }

    /// <summary>The MLP's nonlinearity.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Where the file has a window and does not say which blocks it is for: every n-th block sees everything, the others the window; 1: all see everything.</summary>
    public int GlobalEvery { get; init; } = 1;

    /// <summary>As <see cref="GlobalEvery"/>: no block sees everything.</summary>
    public const int Never = int.MaxValue;

    /// <summary>Whether a block has the window where the file does not say which ones do.</summary>
    public bool IsLocal(int layer) => (layer + 1) % GlobalEvery != 0;

    /// <summary>Base of the rotary frequencies in blocks with a window; 0: that of the other blocks.</summary>
    public float LocalTheta { get; init; }

    /// <summary>Llama and SmolLM; in GGUF files Mistral too, which is why a window in one is for every block.</summary>
    public static Family Llama { get; } = new("llama") { QkvBias = Part.IfPresent, GlobalEvery = Never };

    public static Family Mistral { get; } = new("mistral") { GlobalEvery = Never };

    public static Family Qwen2 { get; } = new("qwen2") { QkvBias = Part.Always };

    public static Family Qwen3 { get; } = new("qwen3") { QkvBias = Part.IfPresent, QkNorm = Part.Always };

    public static Family Gemma2 { get; } = new("gemma2") { PostNorms = Part.Always, Gemma = true, Activation = Activation.GeluTanh, GlobalEvery = 2 };

    public static Family Gemma3 { get; } = new("gemma3")
    {
        QkNorm = Part.Always, PostNorms = Part.Always, Gemma = true, Activation = Activation.GeluTanh, GlobalEvery = 6, LocalTheta = 10_000,
    };
}
