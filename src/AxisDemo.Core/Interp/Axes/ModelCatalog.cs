using AxisDemo.Formats;
using AxisDemo.Model.Loading;

namespace AxisDemo.Interp;

/// <summary>A model's file or folder as its header describes it.</summary>
/// <param name="Path">The file or folder; of a model in several GGUF files the first.</param>
/// <param name="Name">For people.</param>
/// <param name="Architecture">"llama", "qwen3", …</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Quantization">The matrices' most frequent type.</param>
/// <param name="Layers">Number of blocks.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="Context">Largest number of positions.</param>
/// <param name="Sha256">Identifies the weights, lower-case hex: what axis files refer to.</param>
/// <param name="Axes">The axis files made for it.</param>
public sealed record CatalogModel(string Path, string Name, string Architecture, long Parameters, string Quantization, long Layers, long Width, long Context, string Sha256, IReadOnlyList<CatalogAxis> Axes)
{
    /// <summary>Number of files that its weights lie in.</summary>
    public int Files { get; init; } = 1;

    /// <summary>Their length, bytes: of links, that of what they lead to.</summary>
    public long Bytes { get; init; }

    /// <summary>What its files leave open or state that is not applied, see <see cref="ModelSource.Warnings"/>.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>An axis file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name in events.</param>
/// <param name="ModelName">The model it was made for.</param>
/// <param name="ModelSha256">That model's hash; empty in an imported axis that does not say.</param>
/// <param name="Layers">Number of blocks of that model.</param>
/// <param name="Width">Width of its residual stream.</param>
/// <param name="DisplayLayer">The layer to show.</param>
/// <param name="Cap">The cap that calibration chose, as a:b pNN; null before calibration.</param>
public sealed record CatalogAxis(string Path, string Name, string ModelName, string ModelSha256, int Layers, int Width, int DisplayLayer, string? Cap);

/// <summary>The models and axis files in a folder: headers are parsed, no weight is loaded, and each model's file is read once for its hash. A damaged file is a fault in the list, not the end of it.</summary>
/// <param name="Models">Models, by path.</param>
/// <param name="OtherAxes">Axis files whose model is not in the folder.</param>
/// <param name="Faults">What could not be read, and why.</param>
public sealed record ModelCatalog(IReadOnlyList<CatalogModel> Models, IReadOnlyList<CatalogAxis> OtherAxes, IReadOnlyList<string> Faults)
{
    /// <summary>How axis files end.</summary>
    public const string AxisEnding = ".axis.safetensors";

    // Where a volume is mounted, and nobody may read it.
    private const string FileSystemsOwn = "lost+found";

    /// <summary>
    /// Reads a folder and the folders in it: those that are models (they have a config.json), the others' .gguf files, and all axis files.
    /// A model in several .gguf files is one; what is wrong with it is one fault.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hash">The hash of a model, by its path; null: each model is read for it.</param>
    /// <param name="warnings">What a model's files leave open; null: its tokenizer and template are read for it.</param>
    /// <exception cref="InputException">There is no such folder.</exception>
    public static ModelCatalog Read(string folder, Func<string, string>? hash = null, Func<ModelSource, IReadOnlyList<string>>? warnings = null)
    {
        if (!Directory.Exists(folder)) throw new InputException(folder, "", "there is no such folder.", "Give a folder with models.");
        var faults = new List<string>();
        var (axes, models, files) = (new List<CatalogAxis>(), new List<CatalogModel>(), new List<string>());
        var places = Places(folder);
        foreach (var place in places) Try(faults, () => files.AddRange(Directory.EnumerateFiles(place, "*", Visible)), place);
        foreach (var path in files.Where(f => f.EndsWith(AxisEnding, StringComparison.Ordinal)).Order(StringComparer.Ordinal)) Try(faults, () => axes.Add(Axis(path)), path);
        var byPlace = files.ToLookup(f => System.IO.Path.GetDirectoryName(f));
        var folders = places.Skip(1).Where(place => IsModel([.. byPlace[place]])).ToHashSet(StringComparer.Ordinal);
        var ggufs = files.FindAll(f => IsGguf(f) && !folders.Contains(System.IO.Path.GetDirectoryName(f)!));
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in ggufs.Concat(folders).Order(StringComparer.Ordinal))
        {
            if (!done.Add(path)) continue;
            // The parts of a model that cannot be opened are known by their names alone.
            if (Try(faults, () => Add(path), path) || GgufPartName.Of(path) is null) continue;
            done.UnionWith(ggufs.Where(other => GgufPartName.FirstOf(other) == GgufPartName.FirstOf(path)));
        }

        foreach (var path in files.Where(f => !f.EndsWith(AxisEnding, StringComparison.Ordinal) && !IsGguf(f) && DiskFile.LeadsNowhere(f)))
            faults.Add(DiskFile.Nowhere(path).Message);
        return new ModelCatalog(models, [.. axes.Where(a => !models.Any(m => m.Axes.Contains(a)))], faults);

        void Add(string path)
        {
            if (File.Exists(path) && IsCompanion(path)) return;
            using var source = ModelSource.Open(path);
            done.UnionWith(source.Files);
            models.Add(Model(source, axes, hash, warnings));
        }
    }

    /// <summary>Where models and axes are looked for: the folder and the folders in it, in the order of their names.</summary>
    public static IReadOnlyList<string> Places(string folder)
    {
        // A link may lead back, or to a folder that is there already.
        string[] places = [folder, .. Directory.EnumerateDirectories(folder, "*", Visible).Where(place => System.IO.Path.GetFileName(place) != FileSystemsOwn).Order(StringComparer.Ordinal)];
        return [.. places.DistinctBy(place => DiskFile.RealPath(place) ?? place)];
    }

    /// <summary>The axis files of such a place, in the order of their names; none where it may not be read.</summary>
    public static IEnumerable<string> AxisFiles(string place) =>
        Directory.EnumerateFiles(place, "*" + AxisEnding, new EnumerationOptions { IgnoreInaccessible = true }).Order(StringComparer.Ordinal);

    // What has a point before its name is what programs keep for themselves. That something may not be read is a fault of the list.
    private static EnumerationOptions Visible { get; } = new() { IgnoreInaccessible = false };

    // A folder of .gguf files may have the config.json that they were made from.
    private static bool IsModel(List<string> files) => files.Exists(f => System.IO.Path.GetFileName(f) == "config.json")
        && (files.Exists(f => f.EndsWith(".safetensors", StringComparison.Ordinal) && !f.EndsWith(AxisEnding, StringComparison.Ordinal)) || !files.Exists(IsGguf));

    private static bool IsGguf(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    private static bool Try(List<string> faults, Action read, string path)
    {
        try
        {
            read();
            return true;
        }
        catch (InputException e)
        {
            faults.Add(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new InputException(path, "", $"it cannot be read: {e.Message}", "", e).Message);
        }

        return false;
    }

    private static CatalogAxis Axis(string path)
    {
        var axis = AxisFile.Open(path);
        return new CatalogAxis(path, axis.Name, axis.Provenance.ModelName, axis.Provenance.ModelSha256, axis.Layers, axis.Width, axis.DisplayLayer,
            axis.Recommended is { } cap ? $"{cap.From}:{cap.To} p{cap.Percentile:0.##}" : null);
    }

    private static CatalogModel Model(ModelSource model, List<CatalogAxis> axes, Func<string, string>? hashOf, Func<ModelSource, IReadOnlyList<string>>? warningsOf)
    {
        var hash = hashOf?.Invoke(model.Path) ?? model.Hash();
        return new CatalogModel(model.Path, model.Name, model.Config.Architecture, model.Parameters, model.Quantization, model.Config.Layers, model.Config.Width, model.Config.Context, hash,
            [.. axes.Where(a => string.Equals(a.ModelSha256, hash, StringComparison.OrdinalIgnoreCase))])
        {
            Files = model.Files.Count,
            Bytes = model.Files.Sum(file => DiskFile.Find(file)?.Bytes ?? 0),
            Warnings = [.. warningsOf?.Invoke(model) ?? model.ReadWarnings()],
        };
    }

    // What lies beside models and is none: control vectors, what sees pictures, what quantisation was guided by, adapters.
    private static bool IsCompanion(string path)
    {
        if (GgufPartName.Of(path) is not null) return false;
        using var file = GgufFile.Open(path);
        return file.Metadata.TryString("general.architecture", out var architecture) && architecture is "controlvector" or "clip"
            || file.Metadata.TryString("general.type", out var type) && type is "mmproj" or "imatrix" or "adapter";
    }
}
