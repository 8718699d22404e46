using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Loading;
using AxisDemo.Web.Charts;

namespace AxisDemo.Web.Hosting;

/// <summary>A model on the disk.</summary>
/// <param name="Path">Its file or folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Header">What its header says; null for one that lies outside the folder.</param>
/// <param name="Axes">The ids of its axes; null while its hash is not known.</param>
internal sealed record FoundModel(string Path, long Bytes, CatalogModel? Header, IReadOnlyList<string>? Axes);

/// <summary>
/// The folder that models are taken from. Which axis belongs to which model is known by the hash of the model's file; a file of many
/// gigabytes takes a while to read, so that the list is there before, and a hash is remembered as long as its files do not change: those
/// that links lead to, all parts of a model.
/// </summary>
/// <param name="folder">The folder; it may be missing.</param>
internal sealed class ModelFolder(string folder)
{
    private readonly Dictionary<string, (string Stamp, string Hash)> hashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Stamp, IReadOnlyList<string> Warnings)> warnings = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>Its path.</summary>
    public string Path { get; } = folder;

    /// <summary>Where models and axes lie: it, and the folders in it.</summary>
    public IReadOnlyList<string> Places => Directory.Exists(Path) ? ModelCatalog.Places(Path) : [];

    /// <summary>What lies in it.</summary>
    /// <param name="hashing">Whether files are read for their hashes where an axis could be theirs, and tokenizers for what they leave open; otherwise only what is known counts.</param>
    /// <param name="cancellation">Between pieces of a file.</param>
    public (IReadOnlyList<FoundModel> Models, IReadOnlyList<string> Faults) Read(bool hashing, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(Path)) return ([], []);
        var catalog = ModelCatalog.Read(Path, path => Known(path) ?? "", model => Warnings(model, hashing));
        var axes = catalog.Models.SelectMany(m => m.Axes).Concat(catalog.OtherAxes).Distinct().ToList();
        return ([.. catalog.Models.Select(m => new FoundModel(m.Path, m.Bytes, m, AxesOf(m)))],
            [.. catalog.Faults.Select(fault => HostPaths.WithoutFolder(fault, System.IO.Path.Combine(Path, "model")))]);

        IReadOnlyList<string>? AxesOf(CatalogModel model)
        {
            var possible = axes.Where(a => a.Layers == model.Layers && a.Width == model.Width).ToList();
            var hash = model.Sha256;
            if (hash.Length == 0 && hashing && possible.Any(a => a.ModelSha256.Length > 0)) hash = Hash(model.Path, cancellation);
            if (hash.Length == 0 && possible.Any(a => a.ModelSha256.Length > 0)) return null;
            // As loading has it: an axis that does not say which file it was made for belongs to every model of its shape.
            return [.. possible.Where(a => a.ModelSha256.Length == 0 || string.Equals(a.ModelSha256, hash, StringComparison.OrdinalIgnoreCase)).Select(a => AxisId(a.Path))];
        }
    }

    /// <summary>What changes when a model's weights do, for <see cref="Remember"/>: which files there are, how long they are and when they were changed.</summary>
    public static string StampOf(string path) => string.Join('\n', WeightFiles(path).Select(file => FormattableString.Invariant($"{file.Bytes} {file.Written.Ticks} {file.Path}")));

    /// <summary>Remembers a hash that somebody else has computed.</summary>
    /// <param name="path">The model.</param>
    /// <param name="stamp">Its stamp from before the weights were read.</param>
    /// <param name="hash">Its hash.</param>
    public void Remember(string path, string stamp, string hash)
    {
        lock (gate) hashes[System.IO.Path.GetFullPath(path)] = (stamp, hash);
    }

    /// <summary>Bytes of a model's files; 0 where there is none.</summary>
    public static long SizeOf(string path) => WeightFiles(path).Sum(file => file.Bytes);

    private static string AxisId(string path) => System.IO.Path.GetFileName(path)[..^ModelCatalog.AxisEnding.Length];

    // Reading a tokenizer takes a moment too, so it is done once, after the list is there.
    private IReadOnlyList<string> Warnings(ModelSource model, bool reading)
    {
        var (path, now) = (System.IO.Path.GetFullPath(model.Path), StampOf(model.Path));
        lock (gate)
            if (warnings.TryGetValue(path, out var known) && known.Stamp == now) return known.Warnings;
        if (!reading) return model.Warnings;
        var read = model.ReadWarnings();
        lock (gate) warnings[path] = (now, read);
        return read;
    }

    private string? Known(string path)
    {
        var now = StampOf(path);
        lock (gate) return hashes.TryGetValue(System.IO.Path.GetFullPath(path), out var known) && known.Stamp == now ? known.Hash : null;
    }

    private static List<DiskFile> WeightFiles(string path)
    {
        IEnumerable<string> files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.safetensors").Where(f => !f.EndsWith(ModelCatalog.AxisEnding, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            : GgufPartName.Of(path) is { Count: <= GgufPartName.MostParts } part ? part.Paths() : [path];
        return [.. files.Select(DiskFile.Find).OfType<DiskFile>()];
    }

    private string Hash(string path, CancellationToken cancellation)
    {
        if (Known(path) is { } known) return known;
        try
        {
            var stamp = StampOf(path);
            using var source = ModelSource.Open(path);
            var hash = source.Hash(cancellation);
            Remember(path, stamp, hash);
            return hash;
        }
        catch (InputException)
        {
            return ""; // gone or locked since: its axes stay unknown, loading it says why
        }
    }
}
