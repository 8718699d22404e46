using AxisDemo.Formats;

namespace AxisDemo.Interp.Import;

/// <summary>What the user says of a file that is imported.</summary>
public sealed record ImportOptions
{
    /// <summary>Which end of the file's vectors is positive, "assistant" or "role"; null = what the kind of file says.</summary>
    public string? PointsTo { get; init; }

    /// <summary>The layer to show; null = the middle one, or the nearest that has a vector.</summary>
    public int? DisplayLayer { get; init; }

    /// <summary>The model; null = the file is tied to none and checked by its shape alone.</summary>
    public ImportModel? Model { get; init; }
}

/// <summary>
/// A published file (PyTorch or control-vector GGUF) turned into what this program uses: an axis file that points to the assistant,
/// or a file of named vectors with interventions. Signs: a plain axis points to the assistant; the vectors of a capping configuration
/// point to the role (role - default, a ceiling); a role vector is the role's mean and keeps its sign. Source: safety-research/assistant-axis.
/// </summary>
public abstract record AxisImport
{
    private const string Assistant = "assistant", Role = "role";

    /// <summary>The file's name and sha256, as provenance holds them.</summary>
    public required string Source { get; init; }

    /// <summary>Which end the file's vectors point to.</summary>
    public required string SourcePointsTo { get; init; }

    /// <summary>Whether that is the user's word or the file's; else it is what this kind of file does.</summary>
    public bool SignWasTold { get; init; }

    /// <summary>What is odd about the file.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads a published file.</summary>
    /// <exception cref="InputException">It cannot be read, is none of the known kinds, or does not fit the model that was named.</exception>
    public static AxisImport Read(string path, ImportOptions options)
    {
        var isGguf = IsGguf(path);
        var published = isGguf ? null : PublishedFile.Read(path);
        var vector = isGguf ? ControlVector.Read(path) : null;
        var source = $"{Path.GetFileName(path)}, sha256 {FileHash.Sha256(path)}";
        switch (published)
        {
            case PublishedRoles roles: EnsureFits(path, roles.Roles[0].Layers.Length, roles.Roles[0].Layers[0].Length, "", options); break;
            case PublishedCapping capping: EnsureFits(path, null, capping.Vectors.Values.First().Vector.Length, "", options, capping.Vectors.Values.Max(v => v.Layer)); break;
        }

        return published switch
        {
            PublishedAxis axis => Axis(path, source, axis.Layers, axis.ModelName, options),
            PublishedRoles roles => new ImportedVectors
            {
                Source = source,
                SourcePointsTo = KeepsSign(path, options),
                Vectors = VectorsFile.Of(path, roles, Provenance(source, options)),
            },
            PublishedCapping capping => new ImportedVectors
            {
                Source = source,
                SourcePointsTo = KeepsSign(path, options),
                Vectors = VectorsFile.Of(path, capping, Provenance(source, options)),
                Experiments = capping.Experiments,
                VectorLayers = capping.Vectors.ToDictionary(v => v.Key, v => v.Value.Layer, StringComparer.Ordinal),
            },
            _ => Axis(path, source, vector!, options),
        };
    }

    private static ImportedAxis Axis(string path, string source, ControlVector vector, ImportOptions options)
    {
        var sign = vector.PointsTo.Length > 0 ? vector.PointsTo : null;
        if (sign is not null && options.PointsTo is not null && options.PointsTo != sign)
            throw new InputException(path, "axisdemo.points_to", $"the file says that it points to the {sign}.", $"Leave out --points-to {options.PointsTo}.");
        if (options.Model is { } model && vector.ModelSha256.Length > 0 && !string.Equals(vector.ModelSha256, model.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new InputException(path, "axisdemo.model_sha256", $"it was made for {(vector.ModelName.Length > 0 ? vector.ModelName : "a model that is not named")} ({vector.ModelSha256}), not for {model.Name} ({model.Sha256}).",
                "Give --model the model it was made for, or leave it out.");
        var count = Math.Max(vector.LeastLayers, options.Model?.Layers ?? 0);
        var layers = Enumerable.Range(0, count).Select(l => vector.Directions.TryGetValue(l, out var own) ? own : new float[vector.Width]).ToArray();
        var axis = Axis(path, source, layers, vector.ModelName, options with { PointsTo = sign ?? options.PointsTo });
        var provenance = axis.Parts.Provenance;
        return axis with
        {
            Warnings = vector.Warnings,
            Parts = axis.Parts with
            {
                Provenance = options.Model is not null ? provenance : provenance with { Architecture = vector.ModelHint, ModelSha256 = vector.ModelSha256 },
            },
        };
    }

    private static ImportedAxis Axis(string path, string source, float[][] layers, string modelName, ImportOptions options)
    {
        var (count, width) = (layers.Length, layers[0].Length);
        EnsureFits(path, count, width, modelName, options);
        var sign = options.PointsTo ?? Assistant;
        var values = layers.SelectMany(row => row).ToArray();
        if (sign == Role) Negate(values);
        var known = Enumerable.Range(0, count).Where(l => layers[l].AsSpan().ContainsAnyExcept(0f)).ToList();
        if (known.Count == 0) throw new InputException(path, "axis", "it is all zeros.", "Give a published axis.");
        if (options.DisplayLayer is { } told && !known.Contains(told))
            throw new InputException(path, "--display-layer", $"{told} is no layer that the axis has a vector for.", $"It has: {string.Join(", ", known.Take(64))}.");
        return new ImportedAxis
        {
            Source = source,
            SourcePointsTo = sign,
            SignWasTold = options.PointsTo is not null,
            Parts = new AxisParts
            {
                Layers = count,
                Width = width,
                Axis = values,
                Provenance = Provenance(source, options) with
                {
                    Name = Path.GetFileNameWithoutExtension(path),
                    ModelName = options.Model?.Name ?? modelName,
                    SourcePointsTo = sign,
                    DisplayLayer = options.DisplayLayer ?? known.MinBy(l => Math.Abs(l - count / 2)),
                },
            },
        };
    }

    private static AxisProvenance Provenance(string source, ImportOptions options) => new()
    {
        DisplayLayer = 0,
        ImportedFrom = source,
        ModelName = options.Model?.Name ?? "",
        ModelSha256 = options.Model?.Sha256 ?? "",
        Architecture = options.Model?.Architecture ?? "",
    };

    private static void EnsureFits(string path, int? layers, int width, string modelName, ImportOptions options, int lastLayer = 0)
    {
        if (options.Model is not { } model || (layers ?? model.Layers) == model.Layers && lastLayer < model.Layers && width == model.Width) return;
        var made = modelName.Length > 0 ? modelName : "a model that is not named";
        var shape = layers is null ? $"vectors of width {width} up to layer {lastLayer}" : $"{layers} layers, width {width}";
        throw new InputException(path, "axis", $"it was made for {made} ({shape}); {model.Name} has {model.Layers} layers, width {model.Width}.", "Give --model the model it was made for, or leave it out.");
    }

    // A ceiling and a role's mean have their sign by what they are.
    private static string KeepsSign(string path, ImportOptions options) => options.PointsTo is null or Role ? Role
        : throw new InputException(path, "--points-to", "the vectors of a capping configuration, and role vectors, point to the role.", "Leave it out, or give --points-to role.");

    internal static void Negate(Span<float> values)
    {
        foreach (ref var value in values) value = 0 - value; // never -0
    }

    private static bool IsGguf(string path)
    {
        if (DiskFile.Find(path) is not { Bytes: > 0 }) return false; // the readers say what is wrong
        Span<byte> first = stackalloc byte[4];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual("GGUF"u8);
    }
}

/// <summary>An axis of every layer that the file has; it has no mean norms, and no percentiles but those of a capping configuration (<see cref="PublishedCaps"/>).</summary>
public sealed record ImportedAxis : AxisImport
{
    /// <summary>What an axis file of it holds.</summary>
    public required AxisParts Parts { get; init; }

    /// <summary>The floors among them, where a capping configuration was given.</summary>
    public ImportedCaps? Caps { get; init; }
}

/// <summary>Named vectors, and the capping experiments that refer to them.</summary>
public sealed record ImportedVectors : AxisImport
{
    /// <summary>The vectors: of a capping configuration negated, so that its ceilings are floors.</summary>
    public required VectorsFile Vectors { get; init; }

    /// <summary>The experiments; none for role vectors.</summary>
    public IReadOnlyList<PublishedExperiment> Experiments { get; init; } = [];

    /// <summary>The block of each vector of a capping configuration, by its name there.</summary>
    public IReadOnlyDictionary<string, int> VectorLayers { get; init; } = new Dictionary<string, int>();
}
