using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Sources;

namespace AxisDemo.Web.Serving;

/// <summary>A model on the disk.</summary>
/// <param name="Path">Its file or folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Header">What its header says; null for one that lies outside the folder.</param>
/// <param name="Axes">The ids of its axes; null while its hash is not known.</param>
internal sealed record FoundModel(string Path, long Bytes, CatalogModel? Header, IReadOnlyList<string>? Axes);

/// <summary>
/// The folder that models are taken from. Which axis belongs to which model is known by the hash of the model's file; a file of many
/// gigabytes takes a while to read, so that the list is there before, and a hash is remembered as long as its file does not change.
/// </summary>
/// <param name="folder">The folder; it may be missing.</param>
internal sealed class ModelFolder(string folder)
{
    private readonly Dictionary<string, (long Bytes, DateTime Written, string Hash)> hashes = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>Its path.</summary>
    public string Path { get; } = folder;

    /// <summary>What lies in it.</summary>
    /// <param name="hashing">Whether files are read for their hashes where an axis could be theirs; otherwise only those known count.</param>
    /// <param name="cancellation">Between pieces of a file.</param>
    public (IReadOnlyList<FoundModel> Models, IReadOnlyList<string> Faults) Read(bool hashing, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(Path)) return ([], []);
        var catalog = ModelCatalog.Read(Path, path => Known(path) ?? "");
        var axes = catalog.Models.SelectMany(m => m.Axes).Concat(catalog.OtherAxes).Distinct().ToList();
        return ([.. catalog.Models.Select(m => new FoundModel(m.Path, SizeOf(m.Path), m, AxesOf(m)))],
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

    /// <summary>Remembers a hash that somebody else has computed.</summary>
    public void Remember(string path, string hash)
    {
        if (Stamp(path) is not { } now) return;
        lock (gate) hashes[System.IO.Path.GetFullPath(path)] = (now.Bytes, now.Written, hash);
    }

    /// <summary>Bytes of a file, or of the files of a folder; 0 where there is none.</summary>
    public static long SizeOf(string path) =>
        File.Exists(path) ? new FileInfo(path).Length
        : Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*.safetensors").Sum(f => f.Length) : 0;

    private static string AxisId(string path) => System.IO.Path.GetFileName(path)[..^ModelCatalog.AxisEnding.Length];

    private string? Known(string path)
    {
        var now = Stamp(path);
        lock (gate) return hashes.TryGetValue(System.IO.Path.GetFullPath(path), out var known) && (known.Bytes, known.Written) == now ? known.Hash : null;
    }

    // What changes when the weights do: of a folder, of all its weight files together.
    private static (long Bytes, DateTime Written)? Stamp(string path)
    {
        if (File.Exists(path)) return (SizeOf(path), File.GetLastWriteTimeUtc(path));
        return Directory.Exists(path) ? (SizeOf(path), new DirectoryInfo(path).EnumerateFiles("*.safetensors").Select(f => f.LastWriteTimeUtc).Append(DateTime.MinValue).Max()) : null;
    }

    private string Hash(string path, CancellationToken cancellation)
    {
        if (Known(path) is { } known) return known;
        try
        {
            using var source = ModelSource.Open(path);
            var hash = source.Hash(cancellation);
            Remember(path, hash);
            return hash;
        }
        catch (InputException)
        {
            return ""; // gone or locked since: its axes stay unknown, loading it says why
        }
    }
}
