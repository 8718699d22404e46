using System.Security.Cryptography;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Tokenizers;

namespace AxisDemo.Model.Loading;

/// <summary>
/// A model in a GGUF file. Keys and conventions are llama.cpp's: q and k of architecture "llama" (which Mistral's files have too) are
/// stored in interleaved pairs, Gemma's norms as 1 + w, and some numbers are in no file because llama.cpp knows them.
/// </summary>
internal sealed class GgufSource : ModelSource
{
    private readonly GgufFile file;

    private GgufSource(GgufFile file)
    {
        this.file = file;
        var architecture = file.Metadata.String("general.architecture");
        Family = architecture switch
        {
            "llama" => Family.Llama,
            "qwen2" => Family.Qwen2,
            "qwen3" => Family.Qwen3,
            "gemma2" => Family.Gemma2,
            "gemma3" => Family.Gemma3,
            _ => throw new InputException(file.Path, "general.architecture", $"'{Printable.Text(architecture)}' is not supported.", "Supported: llama (Llama, SmolLM, Mistral), qwen2, qwen3, gemma2, gemma3."),
        };
        if (!file.TryGet(Names.Embedding, out var embedding))
            throw new InputException(file.Path, Names.Embedding, "the tensor is missing.", "The file is incomplete: download or convert it again.");
        Config = ReadConfig((int)Math.Min(embedding.Rows, int.MaxValue));
    }

    public override string Path => file.Path;

    public override string Name => file.Metadata.TryString("general.name", out var name) && name.Length is > 0 and < 100 ? name : GgufPartName.ModelName(file.Path);

    public override IReadOnlyList<string> Files => file.Files;

    public override ModelConfig Config { get; }

    public override IReadOnlyList<TensorView> Tensors => file.Tensors;

    internal override TensorNames Names => TensorNames.Gguf;

    internal override Family Family { get; }

    internal override float NormOffset => 0;

    internal override bool InterleavedHeads => Family == Family.Llama;

    internal override bool? TiedHead => null;

    public static new GgufSource Open(string path)
    {
        var file = GgufFile.Open(path);
        try
        {
            return new GgufSource(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override ITokenizer ReadTokenizer()
    {
        var tokenizer = Tokenizer.FromGguf(file, Warn);
        return tokenizer.VocabularySize <= Config.Vocabulary ? tokenizer : throw new InputException(Path, Names.Embedding,
            $"has {Config.Vocabulary} rows for the tokenizer's {tokenizer.VocabularySize} tokens.", "The file is damaged or converted wrongly; download it again.");
    }

    public override ChatTemplate? ReadTemplate() => ChatTemplate.FromGguf(file, Warn);

    public override string Hash(CancellationToken cancellation = default)
    {
        var hashes = file.Files.Select(part => HashMemory.User.Sha256(part, cancellation)).ToList();
        return hashes.Count == 1 ? hashes[0] : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes.Select(h => h + '\n')))));
    }

    internal override TensorView? Find(string name) => file.TryGet(name, out var tensor) ? tensor : null;

    public override void Dispose() => file.Dispose();

    private ModelConfig ReadConfig(int vocabulary)
    {
        var keys = new GgufKeys(file, Family.Name);
        var size = keys.Dimensions();
        var rotary = keys.WholeOr("rope.dimension_count", size.HeadDim);
        if (rotary < 2 || rotary % 2 != 0 || rotary > size.HeadDim)
            throw keys.Fault(keys.Name("rope.dimension_count"), $"is {rotary}; an even number from 2 to the head's {size.HeadDim} is needed.");
        keys.RefuseUnsupported(size, (int)rotary);
        // Files of Gemma 2 that were made before these keys: what llama.cpp takes for them.
        var gemma2 = Family == Family.Gemma2;
        var config = new ModelConfig
        {
            Architecture = Family.Name,
            Width = size.Width,
            Heads = size.Heads,
            KvHeads = size.KvHeads,
            HeadDim = size.HeadDim,
            MlpWidth = size.MlpWidth,
            Vocabulary = vocabulary,
            Context = size.Context,
            NormEpsilon = size.NormEpsilon,
            EmbeddingScale = Family.Gemma ? MathF.Sqrt(size.Width) : 1,
            // No key carries Gemma's query_pre_attn_scalar: llama.cpp's rule is by size (46 blocks: the 27B of Gemma 2, 62: of Gemma 3).
            AttentionScale = 1 / MathF.Sqrt((Family.Name, size.Layers) is ("gemma2", 46) or ("gemma3", 62) ? (float)size.Width / size.Heads : size.HeadDim),
            // Only Gemma has them: in others' files they stay unread, as in llama.cpp, and are told of.
            AttentionSoftCap = Family.Gemma ? keys.SoftCap("attn_logit_softcapping", gemma2 ? 50 : 0) : 0,
            FinalSoftCap = Family.Gemma ? keys.SoftCap("final_logit_softcapping", gemma2 ? 30 : 0) : 0,
            Activation = Family.Activation,
            Blocks = Blocks(keys, size, (int)rotary),
        };
        WarnUnknown(Path, keys.Unread);
        return config;
    }

    private LayerConfig[] Blocks(GgufKeys keys, Dimensions size, int rotary)
    {
        var rope = new GgufRope(file, keys, Family, rotary, size.Context);
        // A window that no block of the family has stays unread, and is told of.
        var window = Family.GlobalEvery == 1 ? 0 : (int)keys.WholeOr("attention.sliding_window", Family == Family.Gemma2 ? 4096 : 0);
        // Without a window all blocks see everything, and are what such blocks are.
        return window == 0 ? LayerConfig.Blocks(size.Layers, _ => false, 0, rope.Local, rope.Global)
            : LayerConfig.Blocks(size.Layers, keys.WindowPattern(size.Layers) ?? Family.IsLocal, window, rope.Local, rope.Global);
    }
}
