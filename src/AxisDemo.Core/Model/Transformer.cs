using AxisDemo.Compute;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Model;

/// <summary>
/// The decoder: embedding, blocks, final norm, head. Written once over <see cref="ITensorOps"/>; what families do differently is in
/// <see cref="ModelConfig"/> and in the weights that are null. One step at a time, on one thread.
/// </summary>
public sealed class Transformer : IDisposable
{
    private readonly ITensorOps ops;
    private readonly ModelWeights weights;
    private readonly IBuffer x, normed, q, k, v, z, attnOut, gate, up, mlpOut, last, logits;

    /// <summary>Takes over the weights.</summary>
    public Transformer(ModelConfig config, ModelWeights weights, ITensorOps ops)
    {
        (Config, this.weights, this.ops) = (config, weights, ops);
        var (heads, kv) = (config.Heads * config.HeadDim, config.KvHeads * config.HeadDim);
        x = ops.Buffer(config.Width);
        normed = ops.Buffer(config.Width);
        q = ops.Buffer(heads);
        k = ops.Buffer(kv);
        v = ops.Buffer(kv);
        z = ops.Buffer(heads);
        attnOut = ops.Buffer(config.Width);
        gate = ops.Buffer(config.MlpWidth);
        up = ops.Buffer(config.MlpWidth);
        mlpOut = ops.Buffer(config.Width);
        last = ops.Buffer(config.Width);
        logits = ops.Buffer(config.Vocabulary);
        Vectors = new VectorCache(ops);
    }

    /// <summary>The model's numbers.</summary>
    public ModelConfig Config { get; }

    /// <summary>The engine's copies of directions.</summary>
    public VectorCache Vectors { get; }

    /// <summary>The engine.</summary>
    public ITensorOps Ops => ops;

    /// <summary>Rows times blocks computed so far: what a run costs, whatever the machine.</summary>
    public long RowBlocks { get; private set; }

    /// <summary>Page storage for this model's keys and values.</summary>
    public IKvStore CreateKeyValues(int pageTokens) => ops.KeyValues(Config.Layers, Config.KvHeads, Config.HeadDim, pageTokens);

    /// <summary>
    /// One step: computes every row, stores its keys and values, and the logits of the rows asked for: row j of <see cref="Logits"/>
    /// belongs to logitRows[j]. Tokens are chosen from those rows' first <paramref name="vocabulary"/> ids, see <see cref="Chosen"/>.
    /// </summary>
    public void Forward(StepRows rows, IKvStore kv, HookPlan hooks, ReadOnlySpan<int> logitRows, int vocabulary = 0, ReadOnlySpan<TokenChoice> choices = default)
    {
        ops.Begin(rows, hooks.Results);
        ops.Embed(weights.Embedding, Config.EmbeddingScale, x);
        hooks.At(ops, Site.Embed, -1, x);
        for (var layer = rows.Count > 0 ? 0 : rows.NextEntry; layer < Config.Layers; layer++)
        {
            // Rows whose stream is known so far: what lies below this block is not computed again.
            while (rows.Enter(layer, out var stream)) ops.Append(x, stream.Span);
            Block(layer, kv, hooks);
            RowBlocks += rows.Count;
        }

        if (hooks.Wants(Site.FinalNormalized)) hooks.At(ops, Site.FinalNormalized, -1, FinalNormalized());
        if (logitRows.Length > 0)
        {
            ops.Gather(x, logitRows, last);
            ops.RmsNorm(last, weights.FinalNorm, Config.NormEpsilon, last);
            ops.Head(last, logitRows.Length, weights.Head, Config.FinalSoftCap, logits);
            if (choices.Length > 0) ops.Choose(logits, vocabulary, choices);
        }

        ops.End();
    }

    /// <summary>Logits of a row asked for in the last step, [vocabulary]; valid until the next step.</summary>
    public ReadOnlySpan<float> Logits(int index) => ops.Read(logits, index);

    /// <summary>Tokens chosen in the last step, in the order of its choices; valid until the next step.</summary>
    public ReadOnlySpan<ChosenToken> Chosen => ops.Chosen;

    private void Block(int layer, IKvStore kv, HookPlan hooks)
    {
        var w = weights.Blocks[layer];
        var block = Config.Blocks[layer];

        hooks.At(ops, Site.ResidPre, layer, x);
        ops.RmsNorm(x, w.AttentionNorm, Config.NormEpsilon, normed);
        ops.MatMul(normed, new(w.Q, w.QBias, q), new(w.K, w.KBias, k), new(w.V, w.VBias, v));
        if (w.QNorm is not null) ops.RmsNormHeads(q, Config.Heads, w.QNorm, Config.NormEpsilon);
        if (w.KNorm is not null) ops.RmsNormHeads(k, Config.KvHeads, w.KNorm, Config.NormEpsilon);
        hooks.At(ops, Site.Q, layer, q);
        hooks.At(ops, Site.K, layer, k);
        hooks.At(ops, Site.V, layer, v);
        ops.Rope(q, Config.Heads, block.Rope);
        ops.Rope(k, Config.KvHeads, block.Rope);
        hooks.At(ops, Site.RotQ, layer, q);
        hooks.At(ops, Site.RotK, layer, k);
        var settings = new AttentionSettings(Config.Heads, Config.KvHeads, Config.HeadDim, Config.AttentionScale, block.Window, Config.AttentionSoftCap);
        ops.Attend(q, k, v, kv, layer, settings, z, hooks.Seen(layer), hooks.Given(layer));
        hooks.At(ops, Site.Z, layer, z);
        ops.MatMul(z, new MatMulOutput(w.O, null, attnOut));
        if (w.PostAttentionNorm is not null) ops.RmsNorm(attnOut, w.PostAttentionNorm, Config.NormEpsilon, attnOut);
        hooks.At(ops, Site.AttnOut, layer, attnOut);
        ops.Add(x, attnOut);
        hooks.At(ops, Site.ResidMid, layer, x);

        ops.RmsNorm(x, w.MlpNorm, Config.NormEpsilon, normed);
        ops.MatMul(normed, new(w.Gate, null, gate), new(w.Up, null, up));
        ops.Gate(gate, up, Config.Activation, gate);
        ops.MatMul(gate, new MatMulOutput(w.Down, null, mlpOut));
        if (w.PostMlpNorm is not null) ops.RmsNorm(mlpOut, w.PostMlpNorm, Config.NormEpsilon, mlpOut);
        hooks.At(ops, Site.MlpOut, layer, mlpOut);
        ops.Add(x, mlpOut);
        hooks.At(ops, Site.ResidPost, layer, x);
    }

    // The gain belongs to the head's input; TransformerLens' hook is before it. Computed only when somebody looks.
    private IBuffer FinalNormalized()
    {
        ops.RmsNorm(x, null, Config.NormEpsilon, normed);
        return normed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Vectors.Dispose();
        foreach (IBuffer buffer in (ReadOnlySpan<IBuffer>)[x, normed, q, k, v, z, attnOut, gate, up, mlpOut, last, logits]) buffer.Dispose();
        foreach (var b in weights.Blocks)
            foreach (IDisposable? part in (ReadOnlySpan<IDisposable?>)[b.AttentionNorm, b.Q, b.K, b.V, b.O, b.QBias, b.KBias, b.VBias, b.QNorm, b.KNorm, b.PostAttentionNorm, b.MlpNorm, b.Gate, b.Up, b.Down, b.PostMlpNorm])
                part?.Dispose();
        weights.FinalNorm.Dispose();
        if (!ReferenceEquals(weights.Head, weights.Embedding)) weights.Head.Dispose();
        weights.Embedding.Dispose();
    }
}
