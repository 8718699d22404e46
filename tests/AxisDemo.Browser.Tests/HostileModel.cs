using System.Text;
using AxisDemo.Interp;
using AxisDemo.Tests;

namespace AxisDemo.Browser.Tests;

/// <summary>
/// A model that says nothing but hostile texts, each one token, in their order, whatever it is asked, and an axis whose roles have
/// hostile names: what a model file that nobody should trust could bring. Its own file name is hostile too.
/// </summary>
internal sealed class HostileModel : IDisposable
{
    private const int Bytes = 256, Special = 3, Layers = 2, Heads = 10, HeadDim = 32, Width = Heads * HeadDim + 64;
    private const string End = "<eos>";
    private readonly string folder = Directory.CreateTempSubdirectory("axisdemo-hostile-").FullName;

    public HostileModel()
    {
        Model = System.IO.Path.Combine(folder, Name + ".gguf");
        Write();
    }

    /// <summary>The model's name.</summary>
    public static string Name => "a\"><img src=x onerror=window.ran=1>";

    /// <summary>The file.</summary>
    public string Model { get; }

    /// <summary>What it says, a token each: the hostile texts, paragraphs for themselves, then broken UTF-8 and a tag in two halves.</summary>
    private static IReadOnlyList<byte[]> Says { get; } =
    [
        [0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf0, 0x9f],
        .. ((string[])["<img src=x on", "error=window.ran=1>\n\n"]).Select(Encoding.UTF8.GetBytes),
        .. Hostile.All.Select(h => Encoding.UTF8.GetBytes("\n\n" + h.Text)),
    ];

    /// <summary>Tokens of its answer.</summary>
    public static int Length => Says.Count;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Write()
    {
        var tokens = new List<string> { "<pad>", "<bos>", End };
        tokens.AddRange(Enumerable.Range(0, Bytes).Select(b => Spell([(byte)b])));
        var first = tokens.Count;
        tokens.AddRange(Says.Select(Spell));
        tokens.Add(Spell("th"u8.ToArray()));
        if (tokens.Count >= Width) throw new InvalidOperationException($"{tokens.Count} tokens need more width than {Width}.");

        // Each token is a dimension of its own, and the head at that dimension knows what follows; blocks add nothing.
        var embedding = new float[tokens.Count * Width];
        var head = new float[tokens.Count * Width];
        for (var t = 0; t < tokens.Count; t++)
        {
            var said = t >= first && t < first + Says.Count;
            embedding[t * Width + t] = 1;
            embedding[t * Width + Width - 1] = (t % 8 - 4) / 8f;
            var next = !said ? first : t + 1 < first + Says.Count ? t + 1 : tokens.IndexOf(End);
            head[next * Width + t] = 2;
        }

        var file = new GgufBuilder()
            .Key("general.architecture", "llama").Key("general.name", "<script>window.ran=1</script>")
            .Key("llama.context_length", 4096u).Key("llama.embedding_length", (uint)Width).Key("llama.block_count", (uint)Layers).Key("llama.feed_forward_length", 32u)
            .Key("llama.attention.head_count", (uint)Heads).Key("llama.attention.head_count_kv", 1u).Key("llama.attention.key_length", (uint)HeadDim).Key("llama.attention.value_length", (uint)HeadDim)
            .Key("llama.attention.layer_norm_rms_epsilon", 1e-5f).Key("llama.rope.dimension_count", (uint)HeadDim)
            .Key("tokenizer.ggml.model", "gpt2").Key("tokenizer.ggml.pre", "llama-bpe").Key("tokenizer.ggml.tokens", [.. tokens]).Key("tokenizer.ggml.merges", ["t h"])
            .Key("tokenizer.ggml.token_type", [.. tokens.Select((_, i) => i < Special ? 3 : 1)])
            .Key("tokenizer.ggml.bos_token_id", 1u).Key("tokenizer.ggml.eos_token_id", 2u).Key("tokenizer.ggml.add_bos_token", false)
            .Key("tokenizer.chat_template", "{% for m in messages %}{{ m.content }}{% endfor %}")
            .Tensor("token_embd.weight", embedding, Width, tokens.Count).Tensor("output.weight", head, Width, tokens.Count).Tensor("output_norm.weight", Ones(Width), Width);
        for (var l = 0; l < Layers; l++)
        {
            foreach (var norm in new[] { "attn_norm", "ffn_norm" }) file.Tensor($"blk.{l}.{norm}.weight", Ones(Width), Width);
            foreach (var (name, input, output) in new[] { ("attn_q", Width, Heads * HeadDim), ("attn_k", Width, HeadDim), ("attn_v", Width, HeadDim), ("attn_output", Heads * HeadDim, Width), ("ffn_gate", Width, 32), ("ffn_up", Width, 32), ("ffn_down", 32, Width) })
                file.Tensor($"blk.{l}.{name}.weight", new float[input * output], input, output);
        }

        file.Write(Model);
        WriteAxis();
    }

    // Along the dimension that no token owns: what is lifted there changes no choice.
    private void WriteAxis()
    {
        var axis = new float[Layers * Width];
        for (var l = 0; l < Layers; l++) axis[l * Width + Width - 1] = 1;
        // What the chart's library would take for markup is the lowest role: that one is always labelled.
        var roles = Hostile.All.OrderBy(h => h.Name != Hostile.InCharts).Select(h => h.Text).Where(t => t.Length < 200).ToList();
        var vectors = new float[roles.Count * Width];
        for (var r = 0; r < roles.Count; r++) vectors[r * Width + Width - 1] = (float)r / roles.Count - 0.5f;
        new AxisFile(new AxisParts
        {
            Layers = Layers,
            Width = Width,
            Axis = axis,
            Provenance = new AxisProvenance { Name = "<img src=x onerror=window.ran=1>", DisplayLayer = 1 },
            PercentileTable = [.. Enumerable.Range(0, Layers * AxisFile.Percentiles).Select(i => i % AxisFile.Percentiles / 100f - 0.5f)],
            RoleNames = roles,
            RoleVectors = vectors,
            DefaultVector = vectors[^Width..],
        }).Write(System.IO.Path.Combine(folder, Name + ".axis.safetensors"));
    }

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1);
        return ones;
    }

    // GPT-2's alphabet: visible Latin-1 bytes are themselves, the others U+0100 onwards in order.
    private static string Spell(byte[] bytes) => string.Concat(bytes.Select(b => Visible(b) ? (char)b : (char)(0x100 + Enumerable.Range(0, b).Count(lower => !Visible((byte)lower)))));
    private static bool Visible(byte b) => b is >= 0x21 and <= 0x7e or >= 0xa1 and <= 0xac or >= 0xae;
}
