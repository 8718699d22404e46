using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Model.Loading;

/// <summary>
/// Reads a <c>config.json</c> in either of its spellings: that of most published checkpoints (<c>rope_theta</c>, <c>rope_scaling</c>,
/// <c>sliding_window_pattern</c>) and that of transformers 5 (<c>rope_parameters</c>, <c>layer_types</c>). What is left out is what
/// transformers takes for it. What would change answers and is not known here is refused by name.
/// </summary>
internal sealed class FolderConfig : ModelNumbers
{
    private const string SupportedTypes = "Supported: llama (Llama, SmolLM2), mistral, qwen2, qwen3, gemma2, gemma3_text, gemma3.";

    // What changes no answer: training, the machine, tokens (the tokenizer's files and generation_config.json have them), and marks of
    // those who published. Of pretraining_tp only the rounding depends; _sliding_window_pattern repeats layer_types.
    private static readonly HashSet<string> s_irrelevant =
    [
        "architectures", "transformers_version", "torch_dtype", "dtype", "_name_or_path", "_attn_implementation_autoset", "_sliding_window_pattern", "transformers.js_config", "is_llama_config", "unsloth_fixed", "unsloth_version",
        "initializer_range", "attention_dropout", "hidden_dropout", "pretraining_tp", "use_cache", "cache_implementation", "return_dict", "max_sequence_length", "chunk_size_feed_forward", "id2label", "label2id",
        "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "decoder_start_token_id", .. FolderGeneration.Proposals,
    ];

    private readonly ConfigJson root, json;

    private FolderConfig(ConfigJson root, ConfigJson json) : base(root.Path)
    {
        (this.root, this.json) = (root, json);
        var type = json.Text("model_type") ?? throw json.Fault("model_type", "is missing.", SupportedTypes);
        Family = type switch
        {
            "llama" => Family.Llama,
            "mistral" => Family.Mistral,
            "qwen2" => Family.Qwen2,
            "qwen3" => Family.Qwen3,
            "gemma2" => Family.Gemma2,
            "gemma3" or "gemma3_text" => Family.Gemma3,
            _ => throw json.Fault("model_type", $"'{Printable.Text(type)}' is not supported.", SupportedTypes),
        };
        TiedHead = json.Flag("tie_word_embeddings") ?? root.Flag("tie_word_embeddings") ?? (Family.Gemma ? true : null);
        RefuseUnknown();
    }

    /// <summary>The model's family.</summary>
    public Family Family { get; }

    /// <summary>Whether the embedding is the head; null when the file does not say.</summary>
    public bool? TiedHead { get; }

    /// <summary>Whether queries, keys and values have biases.</summary>
    public bool Biased => json.Flag("attention_bias") == true;

    /// <summary>Number of token ids; null when the file does not say.</summary>
    public long? Vocabulary => json.Whole("vocab_size");

    /// <summary>Opens a folder's <c>config.json</c>; of a model that sees pictures too, the part about text.</summary>
    public static FolderConfig Open(string path)
    {
        var root = ConfigJson.Open(path);
        return new FolderConfig(root, root.Object("text_config") ?? root);
    }

    /// <summary>The keys that say something and that are not known here; those of the other parts of a larger model are not meant.</summary>
    public IEnumerable<string> Unread => json.Unread(s_irrelevant);

    /// <summary>The object that names the ids that end an answer.</summary>
    public ConfigJson EndOfText => root.Has(FolderSource.EndKey) ? root : json;

    /// <summary>The model's numbers.</summary>
    /// <param name="rows">Rows of the embedding: the vocabulary where the file does not say.</param>
    public ModelConfig Read(int rows)
    {
        var size = Dimensions();
        var scores = Family.Gemma ? json.Real("query_pre_attn_scalar") ?? 256 : size.HeadDim;
        if (!(scores > 0)) throw json.Fault("query_pre_attn_scalar", $"is {scores}; a positive number is needed.");
        var gemma2 = Family == Family.Gemma2;
        return new ModelConfig
        {
            Architecture = Family.Name,
            Width = size.Width,
            Heads = size.Heads,
            KvHeads = size.KvHeads,
            HeadDim = size.HeadDim,
            MlpWidth = size.MlpWidth,
            Vocabulary = Vocabulary is >= 1 and <= int.MaxValue and var stated ? (int)stated : Vocabulary is null ? rows : throw json.Fault("vocab_size", $"is {Vocabulary}."),
            Context = size.Context,
            NormEpsilon = size.NormEpsilon,
            EmbeddingScale = Family.Gemma ? MathF.Sqrt(size.Width) : 1,
            AttentionScale = 1 / MathF.Sqrt(scores),
            AttentionSoftCap = Family.Gemma ? SoftCap("attn_logit_softcapping", gemma2 ? 50 : 0) : 0,
            FinalSoftCap = Family.Gemma ? SoftCap("final_logit_softcapping", gemma2 ? 30 : 0) : 0,
            Activation = Family.Activation,
            Blocks = Blocks(size),
        };
    }

    protected override string Spell(Number number) => json.Name(Key(number));

    // Gemma 3's published files leave out what its class has as defaults.
    protected override long? Whole(Number number) => json.Whole(Key(number)) ?? (Family != Family.Gemma3 ? null : number switch
    {
        Number.Heads => 8,
        Number.KvHeads => 4,
        Number.HeadDim => 256,
        Number.Context => 131_072,
        _ => null,
    });

    protected override float? Real(Number number) => json.Real(Key(number)) ?? (Family.Gemma ? 1e-6f : null);

    private static string Key(Number number) => number switch
    {
        Number.Layers => "num_hidden_layers",
        Number.Width => "hidden_size",
        Number.Heads => "num_attention_heads",
        Number.KvHeads => "num_key_value_heads",
        Number.HeadDim => "head_dim",
        Number.MlpWidth => "intermediate_size",
        Number.Context => "max_position_embeddings",
        _ => "rms_norm_eps",
    };

    // Null switches it off; a missing key is the class's default.
    private float SoftCap(string key, float otherwise) => CheckedCap(json.Name(key), json.Real(key) ?? (json.States(key) ? 0 : otherwise));

    private void RefuseUnknown()
    {
        if ((json.Object("quantization_config") ?? root.Object("quantization_config")) is { } quantised)
            throw root.Fault("quantization_config", $"the method '{Printable.Text(quantised.Text("quant_method") ?? "?")}' is not supported.", "Use the model in F32, F16 or BF16, or as a GGUF file.");
        foreach (var key in (string[])["hidden_activation", "hidden_act"])
            if (json.Text(key) is { } activation && activation != (Family.Gemma ? "gelu_pytorch_tanh" : "silu") && !(Family.Gemma && json.Has("hidden_activation") && key == "hidden_act"))
                throw json.Fault(key, $"'{Printable.Text(activation)}' is not supported in {Family.Name} models.", "Supported: silu; gelu_pytorch_tanh in Gemma.");
        foreach (var key in (string[])["mlp_bias", "use_bidirectional_attention"])
            if (json.Flag(key) == true) throw json.Fault(key, "is true, which is not supported.");
        if (root.Texts("architectures") is { Length: > 0 } heads && !heads.Any(h => h.EndsWith("ForCausalLM", StringComparison.Ordinal) || h.EndsWith("ForConditionalGeneration", StringComparison.Ordinal)))
            throw root.Fault("architectures", $"'{Printable.Text(heads[0])}' does not generate text.", "Use a model whose architecture ends in ForCausalLM.");
    }

    private LayerConfig[] Blocks(Dimensions size)
    {
        var rope = new FolderRope(json, Family, size.HeadDim, size.Context);
        var window = Window();
        var pattern = Pattern();
        var local = json.Texts("layer_types") is { } types ? Stated(types, size.Layers) : pattern;
        return LayerConfig.Blocks(size.Layers, local, window, rope.Local, rope.Global);
    }

    private int Window()
    {
        if (Family == Family.Llama) return 0;
        var window = json.Whole("sliding_window") ?? (json.States("sliding_window") ? 0 : 4096);
        // Qwen's files state a window that is switched off.
        if ((Family == Family.Qwen2 || Family == Family.Qwen3) && json.Flag("use_sliding_window") != true) return 0;
        return window is >= 0 and <= 1 << 24 ? (int)window : throw json.Fault("sliding_window", $"is {window}; 0 to {1 << 24} is possible.");
    }

    private Func<int, bool> Stated(string[] types, int layers)
    {
        if (types.Length != layers) throw json.Fault("layer_types", $"has {types.Length} entries for {layers} blocks.");
        if (types.FirstOrDefault(t => t is not ("full_attention" or "sliding_attention")) is { } other)
            throw json.Fault("layer_types", $"'{Printable.Text(other)}' is not supported.", "Supported: full_attention, sliding_attention.");
        if (Family == Family.Llama && types.Contains("sliding_attention")) throw json.Fault("layer_types", "'sliding_attention' is not supported in llama models.", "Supported there: full_attention.");
        return l => types[l] == "sliding_attention";
    }

    private Func<int, bool> Pattern()
    {
        if (Family == Family.Qwen2 || Family == Family.Qwen3)
        {
            var from = json.Whole("max_window_layers") ?? 28;
            return l => l >= from;
        }

        if (json.Whole("sliding_window_pattern") is not { } every) return Family.IsLocal;
        return every >= 1 ? l => (l + 1) % every != 0 : throw json.Fault("sliding_window_pattern", $"is {every}; 1 or more is needed.");
    }
}
