using AxisDemo.Formats;
using AxisDemo.Model.Sources;

namespace AxisDemo.Interp;

/// <summary>A model's file or folder as its header describes it.</summary>
/// <param name="Path">The file or folder.</param>
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

    /// <summary>Reads a folder: its files, and those of its sub-folders that are models (they have a config.json).</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hash">The hash of a model, by its path; null: each model is read for it, and its tokenizer for warnings.</param>
    /// <exception cref="InputException">There is no such folder.</exception>
    public static ModelCatalog Read(string folder, Func<string, string>? hash = null)
    {
        if (!Directory.Exists(folder)) throw new InputException(folder, "", "there is no such folder.", "Give a folder with models.");
        var faults = new List<string>();
        var axes = Each(Directory.EnumerateFiles(folder, "*" + AxisEnding), faults, Axis);
        var folders = Directory.EnumerateDirectories(folder).Where(f => File.Exists(System.IO.Path.Combine(f, "config.json")));
        var models = Each(Directory.EnumerateFiles(folder, "*.gguf").Concat(folders), faults, path => Model(path, axes, hash));
        return new ModelCatalog(models, [.. axes.Where(a => !models.Any(m => m.Axes.Contains(a)))], faults);
    }

    private static List<T> Each<T>(IEnumerable<string> paths, List<string> faults, Func<string, T?> read) where T : class
    {
        var found = new List<T>();
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            try
            {
                if (read(path) is { } item) found.Add(item);
            }
            catch (InputException e)
            {
                faults.Add(e.Message);
            }
        }

        return found;
    }

    private static CatalogAxis Axis(string path)
    {
        var axis = AxisFile.Open(path);
        return new CatalogAxis(path, axis.Name, axis.Provenance.ModelName, axis.Provenance.ModelSha256, axis.Layers, axis.Width, axis.DisplayLayer,
            axis.Recommended is { } cap ? $"{cap.From}:{cap.To} p{cap.Percentile:0.##}" : null);
    }

    private static CatalogModel? Model(string path, List<CatalogAxis> axes, Func<string, string>? hashOf)
    {
        if (File.Exists(path) && IsControlVector(path)) return null;
        using var model = ModelSource.Open(path);
        var hash = hashOf?.Invoke(path) ?? model.Hash();
        return new CatalogModel(path, model.Name, model.Config.Architecture, model.Parameters, model.Quantization, model.Config.Layers, model.Config.Width, model.Config.Context, hash,
            [.. axes.Where(a => string.Equals(a.ModelSha256, hash, StringComparison.OrdinalIgnoreCase))])
        {
            // Whoever has the files read wants to know all of them; reading a tokenizer takes a while too.
            Warnings = [.. hashOf is null ? model.ReadWarnings() : model.Warnings],
        };
    }

    private static bool IsControlVector(string path)
    {
        using var file = GgufFile.Open(path);
        return file.Metadata.TryString("general.architecture", out var architecture) && architecture == "controlvector";
    }
}
