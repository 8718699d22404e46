using AxisDemo.Formats;
using AxisDemo.Kernels;

namespace AxisDemo.Model;

/// <summary>
/// A model in a GGUF file: its numbers and the names, shapes and orders of its tensors. Keys and conventions are llama.cpp's:
/// q and k of architecture "llama" are stored in interleaved pairs and are put back here; Gemma's norms are stored as 1 + w.
/// </summary>
internal static class GgufModel
{
    private static readonly string[] Supported = ["llama", "qwen2", "qwen3", "gemma2", "gemma3"];

    /// <summary>Reads and checks the model's numbers.</summary>
    public static ModelConfig Config(GgufFile file)
    {
        var keys = file.Metadata;
        var architecture = keys.String("general.architecture");
        if (!Supported.Contains(architecture, StringComparer.Ordinal))
            throw new InputException(file.Path, "general.architecture", $"'{architecture}' is not supported.", $"Supported: {string.Join(", ", Supported)}.");

        int Number(string key, int least = 1, int most = 1 << 24)
        {
            var value = keys.Int64($"{architecture}.{key}");
            return value >= least && value <= most ? (int)value : throw Fault(key, $"is {value}; {least} to {most} is possible.");
        }

        int NumberOr(string key, int otherwise) => keys.Contains($"{architecture}.{key}") ? Number(key, 0) : otherwise;
        float RealOr(string key, float otherwise) => keys.TryFloat32($"{architecture}.{key}", out var value) ? value : otherwise;
        InputException Fault(string key, string fault) => new(file.Path, $"{architecture}.{key}", fault, "Convert the model again or use another file.");

        var layers = Number("block_count", most: 4096);
        var width = Number("embedding_length");
        var heads = Number("attention.head_count");
        var kvHeads = NumberOr("attention.head_count_kv", heads);
        if (kvHeads == 0 || heads % kvHeads != 0) throw Fault("attention.head_count_kv", $"is {kvHeads}, which does not divide the {heads} query heads.");
        if (!keys.Contains($"{architecture}.attention.key_length") && width % heads != 0)
            throw Fault("attention.head_count", $"is {heads}, which does not divide the width {width}.");
        var headDim = NumberOr("attention.key_length", width / heads);
        if (NumberOr("attention.value_length", headDim) != headDim) throw Fault("attention.value_length", $"differs from the key length {headDim}; that is not supported.");
        if (headDim == 0 || (long)heads * headDim > 1 << 24) throw Fault("attention.key_length", $"is {headDim}: {heads} heads of it are more than any model has.");
        var rotary = NumberOr("rope.dimension_count", headDim);
        if (rotary < 2 || rotary % 2 != 0 || rotary > headDim) throw Fault("rope.dimension_count", $"is {rotary}; an even number from 2 to the head's {headDim} is needed.");
        var epsilon = keys.Float32($"{architecture}.attention.layer_norm_rms_epsilon");
        if (!(epsilon >= 0) || !float.IsFinite(epsilon)) throw Fault("attention.layer_norm_rms_epsilon", $"is {epsilon}; a small number is needed.");
        if (!file.TryGet("token_embd.weight", out var embedding)) throw Missing(file, "token_embd.weight");
        var gemma = architecture is "gemma2" or "gemma3";

        return new ModelConfig
        {
            Architecture = architecture,
            Width = width,
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = headDim,
            MlpWidth = Number("feed_forward_length"),
            Vocabulary = (int)Math.Min(embedding.Rows, int.MaxValue),
            Context = Number("context_length"),
            NormEpsilon = epsilon,
            EmbeddingScale = gemma ? MathF.Sqrt(width) : 1,
            // No key carries Gemma's query_pre_attn_scalar: llama.cpp's rule is by size (46 blocks: the 27B of Gemma 2, 62: of Gemma 3).
            AttentionScale = 1 / MathF.Sqrt((architecture, layers) is ("gemma2", 46) or ("gemma3", 62) ? (float)width / heads : headDim),
            AttentionSoftCap = RealOr("attn_logit_softcapping", 0),
            FinalSoftCap = RealOr("final_logit_softcapping", 0),
            Activation = gemma ? Activation.GeluTanh : Activation.Silu,
            Blocks = Blocks(file, architecture, layers, rotary, NumberOr("attention.sliding_window", 0)),
        };
    }

    /// <summary>Loads the weights into an engine, reporting the fraction done.</summary>
    public static ModelWeights Weights(GgufFile file, ModelConfig config, ITensorOps ops, Action<double>? progress, CancellationToken cancellation)
    {
        var (d, q, kv) = (config.Width, config.Heads * config.HeadDim, config.KvHeads * config.HeadDim);
        TensorView Find(string name, params ReadOnlySpan<long> shape)
        {
            if (!file.TryGet(name, out var tensor)) throw Missing(file, name);
            if (!tensor.Shape.AsSpan().SequenceEqual(shape))
                throw new InputException(file.Path, name, $"has shape [{string.Join(", ", tensor.Shape)}]; [{string.Join(", ", shape.ToArray())}] is needed.", "Convert the model again or use another file.");
            return tensor;
        }

        IWeight Matrix(string name, int outputs, int inputs, int[]? order = null) => ops.Matrix(Find(name, outputs, inputs), order);
        IVector Vector(string name, int length) => ops.Vector(Find(name, length).ToFloats());
        IVector? Optional(string name, int length) => file.TryGet(name, out _) ? Vector(name, length) : null;

        CheckShapes(config, Find);
        var permuted = config.Architecture == "llama";
        var (qOrder, kOrder) = permuted ? (HalfOrder(config.Heads, config.HeadDim), HalfOrder(config.KvHeads, config.HeadDim)) : (null, null);
        var blocks = new BlockWeights[config.Layers];
        for (var l = 0; l < blocks.Length; l++)
        {
            cancellation.ThrowIfCancellationRequested();
            ops.Place(l, blocks.Length);
            var b = $"blk.{l}.";
            blocks[l] = new BlockWeights
            {
                AttentionNorm = Vector(b + "attn_norm.weight", d),
                Q = Matrix(b + "attn_q.weight", q, d, qOrder),
                K = Matrix(b + "attn_k.weight", kv, d, kOrder),
                V = Matrix(b + "attn_v.weight", kv, d),
                O = Matrix(b + "attn_output.weight", d, q),
                QBias = Optional(b + "attn_q.bias", q),
                KBias = Optional(b + "attn_k.bias", kv),
                VBias = Optional(b + "attn_v.bias", kv),
                QNorm = Optional(b + "attn_q_norm.weight", config.HeadDim),
                KNorm = Optional(b + "attn_k_norm.weight", config.HeadDim),
                PostAttentionNorm = Optional(b + "post_attention_norm.weight", d),
                MlpNorm = Vector(b + "ffn_norm.weight", d),
                Gate = Matrix(b + "ffn_gate.weight", config.MlpWidth, d),
                Up = Matrix(b + "ffn_up.weight", config.MlpWidth, d),
                Down = Matrix(b + "ffn_down.weight", d, config.MlpWidth),
                PostMlpNorm = Optional(b + "post_ffw_norm.weight", d),
            };
            progress?.Invoke((l + 1.0) / (blocks.Length + 1));
        }

        ops.Place(0, blocks.Length);
        var embedding = Matrix("token_embd.weight", config.Vocabulary, d);
        ops.Place(blocks.Length, blocks.Length);
        var head = file.TryGet("output.weight", out _) ? Matrix("output.weight", config.Vocabulary, d) : embedding;
        progress?.Invoke(1);
        return new ModelWeights(embedding, Vector("output_norm.weight", d), head, blocks);
    }

    // A wrong shape is found before the first weight is prepared.
    private delegate TensorView FindTensor(string name, params ReadOnlySpan<long> shape);

    private static void CheckShapes(ModelConfig config, FindTensor find)
    {
        var (d, q, kv) = (config.Width, config.Heads * config.HeadDim, config.KvHeads * config.HeadDim);
        find("token_embd.weight", config.Vocabulary, d);
        find("output_norm.weight", d);
        for (var l = 0; l < config.Layers; l++)
        {
            var b = $"blk.{l}.";
            find(b + "attn_norm.weight", d);
            find(b + "attn_q.weight", q, d);
            find(b + "attn_k.weight", kv, d);
            find(b + "attn_v.weight", kv, d);
            find(b + "attn_output.weight", d, q);
            find(b + "ffn_norm.weight", d);
            find(b + "ffn_gate.weight", config.MlpWidth, d);
            find(b + "ffn_up.weight", config.MlpWidth, d);
            find(b + "ffn_down.weight", d, config.MlpWidth);
        }
    }

    // File row of each output row: pairs (2i, 2i+1) of a head become (i, i + half).
    private static int[] HalfOrder(int heads, int headDim)
    {
        var order = new int[heads * headDim];
        for (var h = 0; h < heads; h++)
            for (var c = 0; c < headDim; c++)
                order[h * headDim + c] = h * headDim + (c < headDim / 2 ? 2 * c : 2 * (c - headDim / 2) + 1);
        return order;
    }

    private static LayerConfig[] Blocks(GgufFile file, string architecture, int layers, int rotary, int window)
    {
        var keys = file.Metadata;
        float RealOr(string key, float otherwise) => keys.TryFloat32($"{architecture}.{key}", out var value) ? value : otherwise;
        var theta = RealOr("rope.freq_base", 10_000);
        if (!(theta > 0)) throw new InputException(file.Path, $"{architecture}.rope.freq_base", $"is {theta}; a positive number is needed.");
        var type = keys.TryString($"{architecture}.rope.scaling.type", out var found) ? found : "none";
        if (type is not ("none" or "linear"))
            throw new InputException(file.Path, $"{architecture}.rope.scaling.type", $"'{type}' is not supported.", "Supported: none, linear, and llama3 through rope_freqs.weight.");
        var factor = type == "linear" ? RealOr("rope.scaling.factor", 1) : 1;
        var divisors = file.TryGet("rope_freqs.weight", out var tensor) ? tensor.ToFloats() : null;
        if (divisors is not null && divisors.Length != rotary / 2)
            throw new InputException(file.Path, "rope_freqs.weight", $"has {divisors.Length} elements; {rotary / 2} are needed.");

        var global = new RopeFrequencies(Rope.Inverse(rotary, theta, factor, divisors));
        // Gemma 3's local blocks keep the base that its files do not carry.
        var local = architecture == "gemma3" ? new RopeFrequencies(Rope.Inverse(rotary, 10_000, 1, null)) : global;
        var period = architecture switch { "gemma2" => 2, "gemma3" => 6, _ => 0 };
        var blocks = new LayerConfig[layers];
        for (var l = 0; l < layers; l++)
            blocks[l] = period > 0 && (l + 1) % period != 0 ? new LayerConfig(window, local) : new LayerConfig(0, global);
        return blocks;
    }

    private static InputException Missing(GgufFile file, string name) =>
        new(file.Path, name, "the tensor is missing.", "The file is incomplete: download or convert it again.");
}
