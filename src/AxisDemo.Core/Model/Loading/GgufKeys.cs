using AxisDemo.Formats;

namespace AxisDemo.Model.Loading;

/// <summary>
/// The keys of a GGUF file that belong to its architecture, by their names without it. Which ones are asked for is remembered, so that
/// the others can be told of: see <see cref="Unread"/>.
/// </summary>
internal sealed class GgufKeys(GgufFile file, string architecture) : ModelNumbers(file.Path)
{
    // What changes nothing here: the embedding's rows decide on the vocabulary; the next two are YaRN's, which is refused by its type;
    // the layout is the one that every file of "llama" has.
    private static readonly string[] s_irrelevant = ["vocab_size", "rope.scaling.original_context_length", "rope.scaling.finetuned", "tensor_data_layout"];

    // Parts of the same file that see pictures.
    private static readonly string[] s_otherParts = ["vision.", "mm."];

    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <summary>The keys that say something and that nobody has asked for.</summary>
    public IEnumerable<string> Unread => file.Metadata.Values.Where(v => v.Key.StartsWith(architecture + ".", StringComparison.Ordinal) && !asked.Contains(v.Key)
        && v.Key[(architecture.Length + 1)..] is var key && !s_irrelevant.Contains(key) && !s_otherParts.Any(p => key.StartsWith(p, StringComparison.Ordinal)) && !GgufMetadata.SaysNothing(v.Value)).Select(v => v.Key);

    public bool Has(string key) => file.Metadata.Contains(Full(key));

    public long WholeOr(string key, long otherwise)
    {
        if (!file.Metadata.TryInt64(Full(key), out var value)) return otherwise;
        return value is >= 0 and <= 1 << 24 ? value : throw Fault(Name(key), $"is {value}; 0 to {1 << 24} is possible.");
    }

    public float RealOr(string key, float otherwise) => file.Metadata.TryFloat32(Full(key), out var value) ? value : otherwise;

    public string? Text(string key) => file.Metadata.TryString(Full(key), out var value) ? value : null;

    public float SoftCap(string key, float otherwise) => CheckedCap(Name(key), RealOr(key, otherwise));

    /// <summary>Which blocks have the window: every n-th has not, or a list says so for each; null when the file does not say.</summary>
    public Func<int, bool>? WindowPattern(int layers)
    {
        const string Key = "attention.sliding_window_pattern";
        if (file.Metadata.Values.GetValueOrDefault(Full(Key)) is bool[] local)
            return local.Length == layers ? l => local[l] : throw Fault(Name(Key), $"has {local.Length} entries for {layers} blocks.");
        if (!Has(Key)) return null;
        var every = WholeOr(Key, 0);
        return l => every == 0 || (l + 1) % every != 0; // 0: every block has it, as llama.cpp takes it
    }

    /// <summary>Refuses what llama.cpp applies to these architectures and this program does not.</summary>
    public void RefuseUnsupported(Dimensions size, int rotary)
    {
        if (WholeOr("expert_count", 0) is > 0 and var experts) throw Unsupported("expert_count", $"is {experts}: mixtures of experts are");
        if (file.Metadata.TryBool(Full("attention.causal"), out var causal) && !causal) throw Unsupported("attention.causal", "is false: attention that looks ahead is");
        if (RealOr("rope.scaling.attn_factor", 1) is not 1 and var factor) throw Unsupported("rope.scaling.attn_factor", $"is {factor}: scaled rotations are");
        foreach (var (key, value) in ((string, int)[])[("attention.value_length", size.HeadDim), ("attention.key_length_swa", size.HeadDim), ("attention.value_length_swa", size.HeadDim), ("rope.dimension_count_swa", rotary)])
            if (WholeOr(key, value) is var other && other != value) throw Unsupported(key, $"is {other} beside {value}: heads of several sizes are");
    }

    /// <summary>The key as it stands in the file.</summary>
    public string Name(string key) => $"{architecture}.{key}";

    protected override string Spell(Number number) => Name(number switch
    {
        Number.Layers => "block_count",
        Number.Width => "embedding_length",
        Number.Heads => "attention.head_count",
        Number.KvHeads => "attention.head_count_kv",
        Number.HeadDim => "attention.key_length",
        Number.MlpWidth => "feed_forward_length",
        Number.Context => "context_length",
        _ => "attention.layer_norm_rms_epsilon",
    });

    protected override long? Whole(Number number)
    {
        var key = Asked(Spell(number));
        // A list has one number for each block; where all are alike, it is that number.
        if (number is Number.Heads or Number.KvHeads or Number.MlpWidth && file.Metadata.Values.GetValueOrDefault(key) is Array and not string[] && file.Metadata.TryInts(key, out var list))
            return list.Length > 0 && list.AsSpan().IndexOfAnyExcept(list[0]) < 0 ? list[0] : throw Fault(key, "differs from block to block; that is not supported.");
        return file.Metadata.TryInt64(key, out var value) ? value : null;
    }

    protected override float? Real(Number number) => file.Metadata.TryFloat32(Asked(Spell(number)), out var value) ? value : null;

    private InputException Unsupported(string key, string fault) => Fault(Name(key), $"{fault} not supported.");

    private string Full(string key) => Asked(Name(key));

    private string Asked(string key)
    {
        asked.Add(key);
        return key;
    }
}
