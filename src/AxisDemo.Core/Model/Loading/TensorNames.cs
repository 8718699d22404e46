using System.Globalization;

namespace AxisDemo.Model.Loading;

/// <summary>How a format spells the tensors of a model; those of block l begin with <see cref="Block"/>(l).</summary>
internal sealed record TensorNames
{
    /// <summary>llama.cpp's names.</summary>
    public static TensorNames Gguf { get; } = new()
    {
        Blocks = "blk.",
        Embedding = "token_embd.weight",
        FinalNorm = "output_norm.weight",
        Head = "output.weight",
        AttentionNorm = "attn_norm.weight",
        Q = "attn_q.weight",
        K = "attn_k.weight",
        V = "attn_v.weight",
        O = "attn_output.weight",
        QBias = "attn_q.bias",
        KBias = "attn_k.bias",
        VBias = "attn_v.bias",
        QNorm = "attn_q_norm.weight",
        KNorm = "attn_k_norm.weight",
        PostAttentionNorm = "post_attention_norm.weight",
        MlpNorm = "ffn_norm.weight",
        Gate = "ffn_gate.weight",
        Up = "ffn_up.weight",
        Down = "ffn_down.weight",
        PostMlpNorm = "post_ffw_norm.weight",
    };

    /// <summary>
    /// The names of published folders. Where a block has norms behind its parts, "post_attention_layernorm" is one of those and the
    /// MLP's own is "pre_feedforward_layernorm"; elsewhere it is the MLP's own.
    /// </summary>
    /// <param name="prefix">"model." or what stands before it in a model that sees pictures too.</param>
    /// <param name="head">The head's full name.</param>
    /// <param name="postNorms">Whether there are norms behind the parts.</param>
    public static TensorNames Folder(string prefix, string head, bool postNorms) => new()
    {
        Blocks = prefix + "layers.",
        Embedding = prefix + "embed_tokens.weight",
        FinalNorm = prefix + "norm.weight",
        Head = head,
        AttentionNorm = "input_layernorm.weight",
        Q = "self_attn.q_proj.weight",
        K = "self_attn.k_proj.weight",
        V = "self_attn.v_proj.weight",
        O = "self_attn.o_proj.weight",
        QBias = "self_attn.q_proj.bias",
        KBias = "self_attn.k_proj.bias",
        VBias = "self_attn.v_proj.bias",
        QNorm = "self_attn.q_norm.weight",
        KNorm = "self_attn.k_norm.weight",
        PostAttentionNorm = "post_attention_layernorm.weight",
        MlpNorm = postNorms ? "pre_feedforward_layernorm.weight" : "post_attention_layernorm.weight",
        Gate = "mlp.gate_proj.weight",
        Up = "mlp.up_proj.weight",
        Down = "mlp.down_proj.weight",
        PostMlpNorm = "post_feedforward_layernorm.weight",
    };

    public required string Blocks { get; init; }
    public required string Embedding { get; init; }
    public required string FinalNorm { get; init; }
    public required string Head { get; init; }
    public required string AttentionNorm { get; init; }
    public required string Q { get; init; }
    public required string K { get; init; }
    public required string V { get; init; }
    public required string O { get; init; }
    public required string QBias { get; init; }
    public required string KBias { get; init; }
    public required string VBias { get; init; }
    public required string QNorm { get; init; }
    public required string KNorm { get; init; }
    public required string PostAttentionNorm { get; init; }
    public required string MlpNorm { get; init; }
    public required string Gate { get; init; }
    public required string Up { get; init; }
    public required string Down { get; init; }
    public required string PostMlpNorm { get; init; }

    /// <summary>What the names of a block's tensors begin with.</summary>
    public string Block(int layer) => string.Create(CultureInfo.InvariantCulture, $"{Blocks}{layer}.");
}
