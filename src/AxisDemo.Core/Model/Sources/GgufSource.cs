using System.Security.Cryptography;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Kernels;
using AxisDemo.Tokenizers;

namespace AxisDemo.Model.Sources;

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
        var numbers = new Keys(file, Family.Name);
        var size = numbers.Dimensions();
        if (numbers.WholeOr("attention.value_length", size.HeadDim) != size.HeadDim)
            throw numbers.Fault($"{Family.Name}.attention.value_length", $"differs from the key length {size.HeadDim}; that is not supported.");
        // Files of Gemma 2 that were made before these keys: what llama.cpp takes for them.
        var gemma2 = Family == Family.Gemma2;
        var (window, rotary) = (numbers.WholeOr("attention.sliding_window", gemma2 ? 4096 : 0), numbers.WholeOr("rope.dimension_count", size.HeadDim));
        if (rotary < 2 || rotary % 2 != 0 || rotary > size.HeadDim)
            throw numbers.Fault($"{Family.Name}.rope.dimension_count", $"is {rotary}; an even number from 2 to the head's {size.HeadDim} is needed.");
        return new ModelConfig
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
            AttentionSoftCap = numbers.SoftCap("attn_logit_softcapping", gemma2 ? 50 : 0),
            FinalSoftCap = numbers.SoftCap("final_logit_softcapping", gemma2 ? 30 : 0),
            Activation = Family.Activation,
            Blocks = Blocks(numbers, size.Layers, (int)rotary, (int)window),
        };
    }

    private LayerConfig[] Blocks(Keys numbers, int layers, int rotary, int window)
    {
        var theta = numbers.RealOr("rope.freq_base", 10_000);
        if (!(theta > 0) || !float.IsFinite(theta)) throw numbers.Fault($"{Family.Name}.rope.freq_base", $"is {theta}; a positive number is needed.");
        var key = $"{Family.Name}.rope.scaling.type";
        var type = file.Metadata.TryString(key, out var found) ? found : "none";
        if (type is not ("none" or "linear"))
            throw new InputException(Path, key, $"'{Printable.Text(type)}' is not supported.", "Supported: none, linear, and llama3 through rope_freqs.weight.");
        var factor = type == "linear" ? numbers.RealOr("rope.scaling.factor", 1) : 1;
        if (!(factor > 0) || !float.IsFinite(factor)) throw numbers.Fault($"{Family.Name}.rope.scaling.factor", $"is {factor}; a positive number is needed.");
        var divisors = file.TryGet("rope_freqs.weight", out var tensor) ? tensor.ToFloats() : null;
        if (divisors is not null && divisors.Length != rotary / 2)
            throw new InputException(Path, "rope_freqs.weight", $"has {divisors.Length} elements; {rotary / 2} are needed.");

        var global = new RopeFrequencies(Rope.Inverse(rotary, theta, factor, divisors));
        var local = Family.LocalTheta > 0 ? new RopeFrequencies(Rope.Inverse(rotary, Family.LocalTheta, 1, null)) : global;
        return LayerConfig.Blocks(layers, Family.IsLocal, window, local, global);
    }

    private sealed class Keys(GgufFile file, string architecture) : ModelNumbers(file.Path)
    {
        public long WholeOr(string key, long otherwise)
        {
            if (!file.Metadata.TryInt64($"{architecture}.{key}", out var value)) return otherwise;
            return value is >= 0 and <= 1 << 24 ? value : throw Fault($"{architecture}.{key}", $"is {value}; 0 to {1 << 24} is possible.");
        }

        public float RealOr(string key, float otherwise) => file.Metadata.TryFloat32($"{architecture}.{key}", out var value) ? value : otherwise;

        public float SoftCap(string key, float otherwise) =>
            RealOr(key, otherwise) is var cap && cap >= 0 && float.IsFinite(cap) ? cap : throw Fault($"{architecture}.{key}", $"is {cap}; 0 or more is needed.");

        protected override string Spell(Number number) => $"{architecture}." + number switch
        {
            Number.Layers => "block_count",
            Number.Width => "embedding_length",
            Number.Heads => "attention.head_count",
            Number.KvHeads => "attention.head_count_kv",
            Number.HeadDim => "attention.key_length",
            Number.MlpWidth => "feed_forward_length",
            Number.Context => "context_length",
            _ => "attention.layer_norm_rms_epsilon",
        };

        protected override long? Whole(Number number) => file.Metadata.TryInt64(Spell(number), out var value) ? value : null;

        protected override float? Real(Number number) => file.Metadata.TryFloat32(Spell(number), out var value) ? value : null;
    }
}
