using AxisDemo.Formats;

namespace AxisDemo.Interp.Import;

/// <summary>
/// Vectors in a safetensors file, for <c>FILE#NAME</c>: [L, d] each (role vectors) or [d] each (a capping configuration), float32.
/// Metadata: <c>format</c>, <c>imported_from</c>, <c>points_to</c>, <c>source_points_to</c>, and <c>model_name</c>, <c>model_sha256</c>
/// where the model is known: with those a vector is refused by any other model.
/// </summary>
public sealed record VectorsFile
{
    /// <summary>Metadata <c>format</c> of such a file.</summary>
    public const string Format = "axisdemo.vectors";

    /// <summary>Metadata key of the model's hash.</summary>
    public const string ModelSha256Key = "model_sha256";

    /// <summary>Metadata key of the model's name.</summary>
    public const string ModelNameKey = "model_name";

    /// <summary>Name, shape, values.</summary>
    public required IReadOnlyList<(string Name, long[] Shape, float[] Values)> Tensors { get; init; }

    /// <summary>Strings stored with them.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Which end the stored vectors point to.</summary>
    public string PointsTo => Metadata["points_to"];

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="InputException">The place cannot be written.</exception>
    public void Write(string path) => SafetensorsWriter.Write(path, Tensors, Metadata);

    /// <summary>The name under which a vector is stored: a '#' would end the file's name in <c>FILE#NAME</c>.</summary>
    public static string TensorName(string name) => name.Replace('#', '_');

    internal static VectorsFile Of(string path, PublishedRoles roles, AxisProvenance provenance) => Of(
        path, provenance, "role", [.. roles.Roles.Select(r => (r.Role, new[] { r.Layers.Length, (long)r.Layers[0].Length }, r.Layers.SelectMany(row => row).ToArray()))]);

    internal static VectorsFile Of(string path, PublishedCapping capping, AxisProvenance provenance)
    {
        var negated = new List<(string, long[], float[])>();
        foreach (var (name, vector) in capping.Vectors)
        {
            var values = (float[])vector.Vector.Clone();
            AxisImport.Negate(values);
            negated.Add((name, [values.Length], values));
        }

        return Of(path, provenance, "assistant", negated);
    }

    private static VectorsFile Of(string path, AxisProvenance provenance, string pointsTo, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        var stored = tensors.Select(t => t with { Name = TensorName(t.Name) }).ToList();
        foreach (var (name, _, _) in stored)
            if (name.Length is 0 or > 256 || !names.Add(name)) throw new InputException(path, Printable.Text(name), "is no name for a vector, or two vectors have it.", "Rename it in the published file.");
        var width = stored[0].Shape[^1];
        if (stored.Find(t => t.Shape[^1] != width || t.Shape.Length != stored[0].Shape.Length || t.Shape[0] != stored[0].Shape[0]) is { Name: not null } other)
            throw new InputException(path, Printable.Text(other.Name), $"has the shape [{string.Join(", ", other.Shape)}] where '{Printable.Text(stored[0].Name)}' has [{string.Join(", ", stored[0].Shape)}].", "Import vectors of one model.");
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["imported_from"] = provenance.ImportedFrom,
            ["points_to"] = pointsTo,
            ["source_points_to"] = "role",
        };
        if (provenance.ModelName.Length > 0) metadata[ModelNameKey] = provenance.ModelName;
        if (provenance.ModelSha256.Length > 0) metadata[ModelSha256Key] = provenance.ModelSha256;
        return new VectorsFile { Tensors = stored, Metadata = metadata };
    }
}
