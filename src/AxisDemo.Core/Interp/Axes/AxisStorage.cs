using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>
/// An axis in a safetensors file: tensors <c>axis</c> [L, d], <c>percentiles</c> [L, 101] (NaN: not known), <c>mean_norm</c> [L], <c>offset</c> [L],
/// <c>role_vectors</c> [R, d], <c>default_vector</c> [d], <c>pca_mean</c> [d], <c>pca_components</c> [k, d], <c>pca_ratio</c> [m], all
/// float32, absent ones left out; metadata <c>format</c>, <c>version</c> and, in JSON, <c>provenance</c>, <c>roles</c>,
/// <c>report</c>, <c>calibration</c>, <c>recommended</c>.
/// </summary>
internal static class AxisStorage
{
    public const string Format = "axisdemo.axis";
    private const string Version = "1";
    private const long MostNumbers = 1L << 28; // 1 GiB of float32: a 405B model's axis has 2 million
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public static void Write(AxisParts parts, string path)
    {
        long layers = parts.Layers, width = parts.Width, roles = parts.RoleNames.Count;
        var tensors = new List<(string Name, long[] Shape, float[] Data)>
        {
            ("axis", [layers, width], parts.Axis),
            ("percentiles", [layers, AxisFile.Percentiles], parts.PercentileTable),
            ("mean_norm", [layers], parts.MeanNorm),
            ("offset", [layers], parts.Offset),
            ("role_vectors", [roles, width], parts.RoleVectors),
            ("default_vector", [width], parts.DefaultVector),
            ("pca_mean", [width], parts.PcaMean),
            ("pca_components", [parts.PcaComponents.Length / width, width], parts.PcaComponents),
            ("pca_ratio", [parts.PcaRatio.Length], parts.PcaRatio),
        };
        var metadata = new Dictionary<string, string> { ["format"] = Format, ["version"] = Version, ["provenance"] = JsonSerializer.Serialize(parts.Provenance, Json) };
        if (parts.RoleNames.Count > 0) metadata["roles"] = JsonSerializer.Serialize(parts.RoleNames, Json);
        if (parts.Report.Count > 0) metadata["report"] = JsonSerializer.Serialize(parts.Report, Json);
        if (parts.Calibration is not null) metadata["calibration"] = JsonSerializer.Serialize(parts.Calibration, Json);
        if (parts.Recommended is not null) metadata["recommended"] = JsonSerializer.Serialize(parts.Recommended, Json);
        SafetensorsWriter.Write(path, tensors.Where(t => t.Data.Length > 0), metadata);
    }

    public static AxisFile Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var format = file.Metadata.GetValueOrDefault("format");
        if (format != Format)
            throw new InputException(path, "format", "it is a safetensors file, but no axis file.", "Make one with: axis build, or axis import.");
        if (file.Metadata.GetValueOrDefault("version") is var version && version != Version)
            throw new InputException(path, "version", $"it is {version}; this build reads version {Version}.");
        if (!file.TryGet("axis", out var axis)) throw new InputException(path, "axis", "the tensor is missing.");
        if (axis.Shape.Length != 2 || axis.Count > MostNumbers) throw new InputException(path, "axis", $"its shape is [{string.Join(", ", axis.Shape)}]; [layers, width] is needed.");
        return new AxisFile(
            new AxisParts
            {
                Layers = checked((int)axis.Shape[0]),
                Width = checked((int)axis.Shape[1]),
                Axis = Floats(file, "axis"),
                Provenance = Value<AxisProvenance>(file, "provenance") ?? throw new InputException(path, "provenance", "it is missing."),
                PercentileTable = Floats(file, "percentiles"),
                MeanNorm = Floats(file, "mean_norm"),
                Offset = Floats(file, "offset"),
                RoleNames = Value<List<string>>(file, "roles") ?? [],
                RoleVectors = Floats(file, "role_vectors"),
                DefaultVector = Floats(file, "default_vector"),
                PcaMean = Floats(file, "pca_mean"),
                PcaComponents = Floats(file, "pca_components"),
                PcaRatio = Floats(file, "pca_ratio"),
                Report = Value<List<LayerReport>>(file, "report") ?? [],
                Calibration = Value<CalibrationTable>(file, "calibration"),
                Recommended = Value<CalibrationRow>(file, "recommended"),
            },
            path);
    }

    private static float[] Floats(SafetensorsFile file, string name) => file.TryGet(name, out var tensor) ? tensor.ToFloats(MostNumbers) : [];

    private static T? Value<T>(SafetensorsFile file, string name) where T : class
    {
        if (!file.Metadata.TryGetValue(name, out var json)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json);
        }
        catch (JsonException e)
        {
            throw new InputException(file.Path, name, $"it is not the JSON expected there: {e.Message}", "Build or import the axis again.", e);
        }
    }
}
