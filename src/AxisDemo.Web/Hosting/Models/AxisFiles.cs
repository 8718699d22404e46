using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Web.Hosting;

/// <summary>Finds a model's axis file and turns it into what the pages need.</summary>
public static partial class AxisFiles
{
    private const int LabelledRoles = 7;
    private static readonly string[] Known = ["assistant", "teacher", "poet", "ghost", "vampire", "pirate", "demon", "mystic"];

    /// <summary>Where the axis of a model is looked for: beside it, its quantisation and ending replaced.</summary>
    public static string Beside(string model) => WithoutQuantisation(model) + ".axis.safetensors";

    /// <summary>"models/SmolLM2-135M-Instruct" of "models/SmolLM2-135M-Instruct.Q4_1.gguf", and of its parts.</summary>
    public static string WithoutQuantisation(string model) => Quantisation().Replace(model, "");

    /// <summary>Opens an axis file for a model.</summary>
    /// <exception cref="InputException">It is not there, is damaged, or belongs to another model.</exception>
    public static ChatAxis Open(string path, ModelInfo model)
    {
        if (!File.Exists(path)) throw new InputException(path, "", "there is no such axis file.", "Set Engine:Axis to one, or make it with: axis extract, axis build.");
        var file = AxisFile.Open(path);
        file.EnsureMatches(model.Name, model.Sha256, model.Layers, model.Width);
        // Each render of the page asks for them.
        IReadOnlyList<int>[] known = [.. Enumerable.Range(0, file.Layers).Select(file.KnownPercentiles)];
        // Without a calibration: the published bands' place in the depth.
        var (from, to, percentile) = file.Recommended is { } r ? (r.From, r.To, r.Percentile) : ((int)(0.67 * model.Layers), (int)(0.87 * model.Layers), 75.0);
        var offset = file.Offset(file.DisplayLayer);
        var axis = new ChatAxis
        {
            Name = file.Provenance.Name,
            Path = path,
            Sha256 = FileHash.Sha256(path),
            DisplayLayer = file.DisplayLayer,
            // A model of very few blocks has no block between the two: it is capped at one.
            CapLayers = [.. Enumerable.Range(from, Math.Max(1, to - from))],
            Direction = file.At,
            Floor = file.Threshold,
            Known = layer => known[layer],
            HasLayer = file.HasLayer,
            Offset = offset,
            Percentile = percentile,
            Roles = Label(file.Roles),
            RolesOn = direction => Label(RolesOn(file.Parts, direction)),
            OffsetAt = file.Offset,
            Price = file.Recommended is { Measured: true } measured ? measured.Price : null,
            Measured = file.Calibration?.Rows ?? [],
            Layers = file.Layers,
            MeanNorm = file.Parts.MeanNorm.Length > 0 ? file.MeanNorm(file.DisplayLayer) : null,
            RoleNames = file.Parts.DefaultVector.Length > 0 ? [.. file.Parts.RoleNames.Order(StringComparer.Ordinal)] : [],
            TowardRole = role => TowardRole(file.Parts, role),
        };
        if (file.Recommended is not null || !axis.HasFloors || axis.HasEveryFloor) return axis;
        // Few floors are known and none is recommended: one that there is.
        var (band, levels) = axis.FloorBands[0];
        return axis with { CapLayers = axis.Blocks(band), Percentile = levels.MinBy(p => Math.Abs(p - percentile)) };
    }

    // The ends of the scale and the roles that visitors know come first; the chart leaves out what would cover a label before it.
    private static List<ReferenceRole> Label(IEnumerable<ReferenceRole> roles)
    {
        var all = roles.OrderByDescending(r => r.Projection).ToList();
        if (all.Count == 0) return all;
        var known = Known.Select(name => all.FirstOrDefault(r => r.Role == name)).OfType<ReferenceRole>();
        var between = Enumerable.Range(1, LabelledRoles - 1).Select(i => all[i * (all.Count - 1) / LabelledRoles]);
        return [.. new[] { all[0], all[^1] }.Concat(known).Concat(between).DistinctBy(r => r.Role).Select(r => r with { Role = r.Role.Replace('_', ' ') })];
    }

    private static IEnumerable<ReferenceRole> RolesOn(AxisParts parts, Direction direction) =>
        parts.RoleNames.Select((role, i) => new ReferenceRole(role, direction.Project(parts.RoleVectors.AsSpan(i * parts.Width, parts.Width))));

    private static Direction? TowardRole(AxisParts parts, string role)
    {
        var index = parts.RoleNames.ToList().IndexOf(role);
        if (index < 0 || parts.DefaultVector.Length == 0) return null;
        var difference = new float[parts.Width];
        TensorPrimitives.Subtract(parts.RoleVectors.AsSpan(index * parts.Width, parts.Width), parts.DefaultVector, difference);
        return new Direction(role, difference);
    }

    [GeneratedRegex(@"([.-](Q\d\w*|IQ\d\w*|BF16|F16|F32))?((-\d{5}-of-\d{5})?\.gguf)?/?$", RegexOptions.IgnoreCase)]
    private static partial Regex Quantisation();
}
