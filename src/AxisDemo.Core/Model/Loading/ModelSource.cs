using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Tokenizers;

namespace AxisDemo.Model.Loading;

/// <summary>
/// A model as it lies on disk, whatever the format: its numbers, its tensors by name, its tokenizer and template. The tensors are
/// mapped, not read; they are valid until this is disposed.
/// </summary>
public abstract class ModelSource : IDisposable
{
    private readonly List<string> warnings = [];

    /// <summary>The architectures that run here, by the names in files.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3"];

    /// <summary>The file or folder; of a model in several GGUF files the first.</summary>
    public abstract string Path { get; }

    /// <summary>The files that its weights lie in, in the order of their names.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>For people: the name in the file, or that of the file or folder.</summary>
    public abstract string Name { get; }

    /// <summary>The model's numbers.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>The tensors that belong to this model, as stored.</summary>
    public abstract IReadOnlyList<TensorView> Tensors { get; }

    /// <summary>Number of weights.</summary>
    public long Parameters => Tensors.Sum(t => t.Count);

    /// <summary>Bytes of the weights, in the file and in memory.</summary>
    public long WeightBytes => Tensors.Sum(t => t.Bytes);

    /// <summary>The matrices' most frequent type: "Q4_1".</summary>
    public string Quantization => Tensors.Where(t => t.Shape.Length > 1).GroupBy(t => t.Type).MaxBy(g => g.Count())?.Key.ToString() ?? "F32";

    /// <summary>
    /// What the model's files leave open or state that is not applied here, one sentence each, with file and key: the model runs, and
    /// its user should know. Grows as tokenizer and template are read.
    /// </summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>All <see cref="Warnings"/> that can be had without the weights: tokenizer and template are read for theirs. Why one cannot be read is one too.</summary>
    public IReadOnlyList<string> ReadWarnings()
    {
        try
        {
            _ = ReadTokenizer();
            _ = ReadTemplate();
            return Warnings;
        }
        catch (InputException e)
        {
            return [.. Warnings, e.Message];
        }
    }

    /// <summary>How the tensors are called.</summary>
    internal abstract TensorNames Names { get; }

    /// <summary>Which parts the blocks have.</summary>
    internal abstract Family Family { get; }

    /// <summary>What is added to the gains of norms as they are stored.</summary>
    internal abstract float NormOffset { get; }

    /// <summary>Whether rows of q and k are stored in interleaved pairs instead of two halves.</summary>
    internal abstract bool InterleavedHeads { get; }

    /// <summary>Whether the embedding is the head: true, false, or null for "where there is no head of its own".</summary>
    internal abstract bool? TiedHead { get; }

    /// <summary>Opens a .gguf file, any part of a split one, or a folder with config.json and safetensors. Nothing is read but headers.</summary>
    /// <exception cref="InputException">It, or a part of it, is missing, damaged, or a model that does not run here; the message names the field.</exception>
    public static ModelSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Directory.Exists(path) ? FolderSource.Open(path) : GgufSource.Open(path);
    }

    /// <summary>The file that a folder's weights are opened by: the index of several files, or the only one.</summary>
    /// <exception cref="InputException">There is none, or more than one and no index.</exception>
    public static string WeightsIn(string folder) => FolderSource.FindWeights(folder);

    /// <summary>The tokenizer that lies in the file or beside the weights.</summary>
    /// <exception cref="InputException">It is damaged, of a kind that is not known, or larger than the embedding.</exception>
    public abstract ITokenizer ReadTokenizer();

    /// <summary>The model's own chat template; null when it has none.</summary>
    /// <exception cref="InputException">It is no template.</exception>
    public abstract ChatTemplate? ReadTemplate();

    /// <summary>
    /// What identifies the weights, lower-case hex. Of a .gguf file its SHA-256; of one in several parts the SHA-256 of the parts' hashes,
    /// a line each, in their order (<c>sha256sum PARTS | cut -c-64 | sha256sum</c>: the name, which is the user's, does not count); of a folder
    /// the SHA-256 of what <c>sha256sum *.safetensors</c> prints for the weight files in it, in the order of their names. Of files from
    /// 256 MB on it is remembered between runs, as long as their length and time of change stay.
    /// </summary>
    public abstract string Hash(CancellationToken cancellation = default);

    /// <summary>Finds a tensor by the name it has in the file.</summary>
    internal abstract TensorView? Find(string name);

    /// <summary>Loads the weights into an engine.</summary>
    /// <param name="ops">The engine that is to hold them.</param>
    /// <param name="progress">Called with the fraction done.</param>
    /// <param name="cancellation">Gives up between blocks.</param>
    /// <exception cref="InputException">A tensor is missing, has another shape, or is one that this build does not know.</exception>
    public ModelWeights Load(ITensorOps ops, Action<double>? progress = null, CancellationToken cancellation = default) =>
        new WeightLoader(this, ops).Load(progress, cancellation);

    /// <summary>Adds to <see cref="Warnings"/>, once.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">The key it is about.</param>
    /// <param name="text">What is missing or not applied, and what is done instead.</param>
    internal void Warn(string file, string key, string text)
    {
        var line = $"{file}: {key}: {text}";
        if (!warnings.Contains(line)) warnings.Add(line);
    }

    /// <summary>One warning for all keys of a file that say something and are not known here, however many there are.</summary>
    /// <param name="file">The file.</param>
    /// <param name="keys">The keys.</param>
    internal void WarnUnknown(string file, IEnumerable<string> keys)
    {
        const int Shown = 5;
        var all = keys.ToList();
        if (all.Count == 0) return;
        var names = string.Join(", ", all.Take(Shown).Select(Printable.Text)) + (all.Count > Shown ? $" and {all.Count - Shown} more" : "");
        Warn(file, names, "not known here, and not applied: answers may differ from what the model's makers had in mind.");
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
