using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AxisDemo.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Model.Loading;

/// <summary>
/// A model in a folder as it is published: <c>config.json</c>, weights as safetensors (one file, or several with an index),
/// <c>tokenizer.json</c>, <c>generation_config.json</c> and a chat template. Rows of q and k are in two halves; Gemma's gains are w, not 1 + w.
/// </summary>
internal sealed partial class FolderSource : ModelSource
{
    /// <summary>The key that names the ids that end an answer.</summary>
    public const string EndKey = "eos_token_id";

    private const string Index = "model.safetensors.index.json";

    // Where the text model's tensors begin: alone, or inside a model that sees pictures too.
    private static readonly string[] Prefixes = ["model.", "language_model.model.", "model.language_model."];
    private static readonly string[] Heads = ["lm_head.weight", "language_model.lm_head.weight"];

    private readonly IWeightFile weights;
    private readonly FolderConfig config;
    private readonly ConfigJson? generation;

    private FolderSource(string path, IWeightFile weights, FolderConfig config)
    {
        (Path, this.weights, this.config) = (path, weights, config);
        var prefix = Prefixes.FirstOrDefault(p => weights.TryGet(p + "embed_tokens.weight", out _))
            ?? throw new InputException(weights.Path, "model.embed_tokens.weight", "the tensor is missing.", "The model is incomplete, or no language model: download it again.");
        var head = Heads.FirstOrDefault(h => weights.TryGet(h, out _)) ?? Heads[0];
        Names = TensorNames.Folder(prefix, head, config.Family.PostNorms == Part.Always);
        Tensors = [.. weights.Tensors.Where(t => t.Name.StartsWith(prefix, StringComparison.Ordinal) || (t.Name == head ? TiedHead != true : t.Name.StartsWith(head[..^"weight".Length], StringComparison.Ordinal)))];
        Config = config.Read((int)Math.Min(Find(Names.Embedding)!.Rows, int.MaxValue));
        generation = FolderGeneration.Open(path);
        CheckBiases(config.Biased, Find(Names.Block(0) + Names.QBias) is not null);
        WarnUnknown(config.EndOfText.Path, config.Unread);
        if (generation is not null) WarnUnknown(generation.Path, FolderGeneration.Unread(generation));
    }

    public override string Path { get; }

    public override string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)));

    public override IReadOnlyList<string> Files => [.. weights.Tensors.Select(t => t.File).Distinct().OrderBy(System.IO.Path.GetFileName, StringComparer.Ordinal)];

    public override ModelConfig Config { get; }

    public override IReadOnlyList<TensorView> Tensors { get; }

    internal override TensorNames Names { get; }

    internal override Family Family => config.Family;

    internal override float NormOffset => Family.Gemma ? 1 : 0;

    internal override bool InterleavedHeads => false;

    internal override bool? TiedHead => config.TiedHead;

    public static new FolderSource Open(string path)
    {
        var json = System.IO.Path.Combine(path, "config.json");
        if (!File.Exists(json)) throw new InputException(path, "config.json", "is missing in the folder.", WithoutConfig(path));
        var config = FolderConfig.Open(json);
        var weights = OpenWeights(path);
        try
        {
            return new FolderSource(path, weights, config);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="ModelSource.WeightsIn"/>
    public static string FindWeights(string folder)
    {
        foreach (var name in (string[])[Index, "model.safetensors"])
            if (System.IO.Path.Combine(folder, name) is var file && File.Exists(file)) return file;
        var files = Directory.GetFiles(folder, "*.safetensors").Where(f => !f.EndsWith(".axis.safetensors", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        // One of several is not the model, whichever others are there.
        if (files.Length > 1 || files.Length == 1 && Shard().IsMatch(files[0]))
            throw new InputException(folder, Index, $"is missing, and there {(files.Length == 1 ? $"is one weight file of several, {System.IO.Path.GetFileName(files[0])}" : $"are {files.Length} weight files")}.", "Download the index too, and all files that it names.");
        if (files.Length == 1) return files[0];
        var other = Directory.EnumerateFiles(folder, "*.bin").Concat(Directory.EnumerateFiles(folder, "*.pth")).FirstOrDefault();
        throw new InputException(folder, "*.safetensors", "there are no weights in the folder.",
            other is null ? "Download the model's .safetensors files." : $"{System.IO.Path.GetFileName(other)} is not read: download the model as safetensors, or convert it.");
    }

    public override ITokenizer ReadTokenizer()
    {
        var ends = EndOfTurn();
        return File.Exists(System.IO.Path.Combine(Path, "tokenizer.json"))
            ? Tokenizer.FromFolder(Path, Config.Vocabulary, ends, Warn)
            : new IdTokenizer(Path, Config.Vocabulary, ends, TokenizerConfig.Read(Path, Warn).SpecialTokens);
    }

    public override ChatTemplate? ReadTemplate() => ChatTemplate.FromFolder(Path, Warn);

    public override string Hash(CancellationToken cancellation = default)
    {
        var lines = new StringBuilder();
        foreach (var file in Files)
            lines.Append(HashMemory.User.Sha256(file, cancellation)).Append("  ").Append(System.IO.Path.GetFileName(file)).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    internal override TensorView? Find(string name) => weights.TryGet(name, out var tensor) ? tensor : null;

    public override void Dispose() => weights.Dispose();

    [GeneratedRegex(@"-[0-9]{5}-of-(?!00001)[0-9]{5}\.safetensors\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();

    private void CheckBiases(bool stated, bool stored)
    {
        if (Family.QkvBias == Part.Always || stated == stored) return;
        if (stated) throw new InputException(config.EndOfText.Path, "attention_bias", "is true, and the weights have no biases of queries.", "Download the model again, or use another one.");
        Warn(config.EndOfText.Path, "attention_bias", "not true, and the weights have biases of queries, keys and values: they are applied.");
    }

    private static IWeightFile OpenWeights(string folder)
    {
        var file = FindWeights(folder);
        return file.EndsWith(".json", StringComparison.Ordinal) ? ShardedSafetensors.Open(file) : SafetensorsFile.Open(file);
    }

    private static string WithoutConfig(string folder) => Directory.EnumerateFiles(folder, "*.gguf").Order(StringComparer.Ordinal).FirstOrDefault() is { } gguf
        ? $"Give a file in it instead: {gguf}."
        : "Give a .gguf file, or a folder with config.json, *.safetensors and tokenizer.json.";

    // generation_config.json decides, because instruction-tuned models end their turns with another token than their documents.
    private int[] EndOfTurn()
    {
        var json = generation?.Has(EndKey) == true ? generation : config.EndOfText;
        return [.. json.Wholes(EndKey).Select(id => id >= 0 && id < Config.Vocabulary
            ? (int)id
            : throw json.Fault(EndKey, $"{id} lies outside the vocabulary of {Config.Vocabulary} tokens."))];
    }
}
