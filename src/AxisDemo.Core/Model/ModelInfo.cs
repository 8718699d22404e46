namespace AxisDemo.Model;

/// <summary>What is known of a loaded model.</summary>
/// <param name="Name">For people: "SmolLM2 135M Instruct".</param>
/// <param name="Path">Its file or folder.</param>
/// <param name="Sha256">Identifies the weights, lower-case hex: of a file its SHA-256, of a folder see <see cref="Loading.ModelSource.Hash"/>; what axis files refer to.</param>
/// <param name="Architecture">"llama", "qwen3", ...</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Quantization">The matrices' most frequent type: "Q4_1".</param>
/// <param name="Layers">Number of blocks L.</param>
/// <param name="Width">Width of the residual stream d.</param>
/// <param name="Context">Largest number of positions.</param>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Engine">What it runs on: "CPU, 2 threads, AVX2".</param>
public sealed record ModelInfo(string Name, string Path, string Sha256, string Architecture, long Parameters, string Quantization, int Layers, int Width, int Context, int Vocabulary, string Engine)
{
    /// <summary>Query heads of a block.</summary>
    public int Heads { get; init; }

    /// <summary>Key/value heads of a block.</summary>
    public int KvHeads { get; init; }

    /// <summary>Channels of a head.</summary>
    public int HeadDim { get; init; }

    /// <summary>The sizes that rows of hook points depend on.</summary>
    public Hooks.ModelShape Shape => new(Layers, Width, Heads, KvHeads, HeadDim);

    /// <summary>What its files leave open or state that is not applied, see <see cref="Loading.ModelSource.Warnings"/>.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
