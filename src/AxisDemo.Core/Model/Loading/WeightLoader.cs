using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Model.Loading;

/// <summary>Takes the tensors of a source into an engine. Shapes, missing and unknown tensors are found before the first one is prepared.</summary>
internal sealed class WeightLoader(ModelSource source, ITensorOps ops)
{
    // Tables that some converters store although they follow from the configuration.
    private static readonly string[] Derived = ["rotary_emb.inv_freq", "attn_rot_embd.weight", "rope_freqs.weight"];

    // What sees or hears, in a GGUF file that has everything.
    private static readonly string[] OtherParts = ["v.", "mm.", "a."];

    private readonly ModelConfig config = source.Config;
    private readonly TensorNames names = source.Names;
    private readonly int width = source.Config.Width;
    private readonly int queries = source.Config.Heads * source.Config.HeadDim;
    private readonly int keys = source.Config.KvHeads * source.Config.HeadDim;

    /// <summary>The tensors that are loaded, each with the block it is placed by (<see cref="ITensorOps.Place"/>).</summary>
    /// <exception cref="InputException">One is missing or has another shape.</exception>
    public IEnumerable<(TensorView Tensor, int Block)> Placement() => Check().Select(placed => (source.Find(placed.Key)!, placed.Value));

    public ModelWeights Load(Action<double>? progress, CancellationToken cancellation)
    {
        var used = Check();
        Unknown(used);
        var (queryOrder, keyOrder) = source.InterleavedHeads ? (HalfOrder(config.Heads), HalfOrder(config.KvHeads)) : (null, null);
        var blocks = new BlockWeights[config.Layers];
        for (var l = 0; l < blocks.Length; l++)
        {
            cancellation.ThrowIfCancellationRequested();
            ops.Place(l, blocks.Length);
            blocks[l] = Block(names.Block(l), queryOrder, keyOrder);
            progress?.Invoke((l + 1.0) / (blocks.Length + 1));
        }

        ops.Place(0, blocks.Length);
        var embedding = Matrix(names.Embedding);
        ops.Place(blocks.Length, blocks.Length);
        var head = used.ContainsKey(names.Head) ? Matrix(names.Head) : embedding;
        progress?.Invoke(1);
        return new ModelWeights(embedding, Norm(names.FinalNorm)!, head, blocks);
    }

    private BlockWeights Block(string block, int[]? queryOrder, int[]? keyOrder) => new()
    {
        AttentionNorm = Norm(block + names.AttentionNorm)!,
        Q = Matrix(block + names.Q, queryOrder),
        K = Matrix(block + names.K, keyOrder),
        V = Matrix(block + names.V),
        O = Matrix(block + names.O),
        QBias = Bias(block + names.QBias, queryOrder),
        KBias = Bias(block + names.KBias, keyOrder),
        VBias = Bias(block + names.VBias, null),
        QNorm = source.Family.QkNorm == Part.Always ? Norm(block + names.QNorm) : null,
        KNorm = source.Family.QkNorm == Part.Always ? Norm(block + names.KNorm) : null,
        PostAttentionNorm = source.Family.PostNorms == Part.Always ? Norm(block + names.PostAttentionNorm) : null,
        MlpNorm = Norm(block + names.MlpNorm)!,
        Gate = Matrix(block + names.Gate),
        Up = Matrix(block + names.Up),
        Down = Matrix(block + names.Down),
        PostMlpNorm = source.Family.PostNorms == Part.Always ? Norm(block + names.PostMlpNorm) : null,
    };

    private IWeight Matrix(string name, int[]? order = null) => ops.Matrix(source.Find(name)!, order);

    private IVector? Norm(string name)
    {
        var gains = Finite(name);
        if (source.NormOffset != 0)
            for (var i = 0; i < gains.Length; i++) gains[i] += source.NormOffset;
        return ops.Vector(gains);
    }

    private IVector? Bias(string name, int[]? order)
    {
        if (source.Family.QkvBias == Part.Never || source.Find(name) is null) return null;
        var values = Finite(name);
        return ops.Vector(order is null ? values : Array.ConvertAll(order, row => values[row]));
    }

    // One such number in a norm or a bias makes every logit none, whatever the text. Matrices are too large to look through.
    private float[] Finite(string name)
    {
        var tensor = source.Find(name)!;
        var values = tensor.ToFloats();
        var wrong = Array.FindIndex(values, v => !float.IsFinite(v));
        return wrong < 0 ? values : throw new InputException(tensor.File, name, $"holds {values[wrong]} at {wrong}.", "The file is damaged or converted wrongly; download it again.");
    }

    // The names of all tensors that the model consists of, and the block each is placed by; each is there and has its shape.
    private Dictionary<string, int> Check()
    {
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        var block = 0;
        Need(names.Embedding, config.Vocabulary, width);
        block = config.Layers;
        Need(names.FinalNorm, width);
        if (source.TiedHead == false || source.TiedHead is null && source.Find(names.Head) is not null) Need(names.Head, config.Vocabulary, width);
        for (var l = 0; l < config.Layers; l++)
        {
            var b = names.Block(l);
            block = l;
            Need(b + names.AttentionNorm, width);
            Need(b + names.Q, queries, width);
            Need(b + names.K, keys, width);
            Need(b + names.V, keys, width);
            Need(b + names.O, width, queries);
            Need(b + names.MlpNorm, width);
            Need(b + names.Gate, config.MlpWidth, width);
            Need(b + names.Up, config.MlpWidth, width);
            Need(b + names.Down, width, config.MlpWidth);
            Maybe(source.Family.QkvBias, (b + names.QBias, queries), (b + names.KBias, keys), (b + names.VBias, keys));
            Maybe(source.Family.QkNorm, (b + names.QNorm, config.HeadDim), (b + names.KNorm, config.HeadDim));
            Maybe(source.Family.PostNorms, (b + names.PostAttentionNorm, width), (b + names.PostMlpNorm, width));
        }

        return used;

        void Maybe(Part part, params ReadOnlySpan<(string Name, int Length)> tensors)
        {
            foreach (var (name, length) in tensors)
                if (part == Part.Always || part == Part.IfPresent && source.Find(name) is not null) Need(name, length);
        }

        void Need(string name, params ReadOnlySpan<long> shape)
        {
            var tensor = source.Find(name)
                ?? throw new InputException(source.Path, name, "the tensor is missing.", "The model is incomplete: download or convert it again.");
            if (!tensor.Shape.AsSpan().SequenceEqual(shape))
                throw new InputException(tensor.File, name, $"has shape [{string.Join(", ", tensor.Shape)}]; [{string.Join(", ", shape.ToArray())}] is needed.", "Convert the model again or use another file.");
            if (tensor.Type is TensorType.I32 or TensorType.I64 or TensorType.U8)
                throw new InputException(tensor.File, name, $"holds {tensor.Type}, which are no weights.", "Use the model in a precision that is supported: F32, F16, BF16, or a GGUF file.");
            used[name] = block;
        }
    }

    // A part that is passed over would change every answer, and nobody would know. Beside the text model others may lie in the same file.
    private void Unknown(Dictionary<string, int> used)
    {
        var outer = used.Keys.Where(name => !name.StartsWith(names.Blocks, StringComparison.Ordinal)).Select(Part).ToHashSet(StringComparer.Ordinal);
        var unknown = source.Tensors.Where(t => !used.ContainsKey(t.Name) && !Derived.Any(d => t.Name.EndsWith(d, StringComparison.Ordinal)) && !OtherParts.Any(p => t.Name.StartsWith(p, StringComparison.Ordinal))).ToList();
        foreach (var tensor in unknown)
            if (tensor.Name.StartsWith(names.Blocks, StringComparison.Ordinal) || outer.Contains(Part(tensor.Name)))
                throw new InputException(tensor.File, Printable.Text(tensor.Name), $"is a part that this build does not know in a model of {config.Layers} {config.Architecture} blocks.",
                    $"Use a published model of a supported architecture: {string.Join(", ", ModelSource.Architectures)}.");
        source.WarnUnknown(source.Path, unknown.Select(t => t.Name));

        static string Part(string name) => name[..(name.LastIndexOf('.') + 1)];
    }

    // File row of each output row: pairs (2i, 2i+1) of a head become (i, i + half).
    private int[] HalfOrder(int heads)
    {
        var (size, half) = (config.HeadDim, config.HeadDim / 2);
        var order = new int[heads * size];
        for (var h = 0; h < heads; h++)
            for (var c = 0; c < size; c++)
                order[h * size + c] = h * size + (c < half ? 2 * c : 2 * (c - half) + 1);
        return order;
    }
}
