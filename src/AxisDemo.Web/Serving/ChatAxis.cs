using AxisDemo.Interp;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Web.Serving;

/// <summary>What the pages need of an axis file.</summary>
public sealed record ChatAxis
{
    /// <summary>The file's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>SHA-256 of the file, hexadecimal; empty when it was not computed.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>What requests call it: its file's name without the ending.</summary>
    public string Id => System.IO.Path.GetFileName(Path) is { Length: > 0 } file ? file.EndsWith(ModelCatalog.AxisEnding, StringComparison.OrdinalIgnoreCase) ? file[..^ModelCatalog.AxisEnding.Length] : file : Name;

    /// <summary>The block whose projections are shown.</summary>
    public required int DisplayLayer { get; init; }

    /// <summary>The blocks that the recommended cap acts on.</summary>
    public required IReadOnlyList<int> CapLayers { get; init; }

    /// <summary>The axis at a block.</summary>
    public required Func<int, Direction> Direction { get; init; }

    /// <summary>The floor at a block for a percentile (0..100) of the calibration's projections.</summary>
    public required Func<int, double, float> Floor { get; init; }

    /// <summary>Subtracted from projections at the display layer when they are shown.</summary>
    public float Offset { get; init; }

    /// <summary>The recommended percentile.</summary>
    public double Percentile { get; init; } = 75;

    /// <summary>Known roles and where they lie at the display layer.</summary>
    public IReadOnlyList<ReferenceRole> Roles { get; init; } = [];

    /// <summary>What the recommended cap costs on the model's own ordinary answers, nats per token; null when not measured.</summary>
    public double? Price { get; init; }

    /// <summary>Blocks of the model.</summary>
    public required int Layers { get; init; }

    /// <summary>Mean token norm at the display layer, which steering is measured in; null where the file has none.</summary>
    public float? MeanNorm { get; init; }

    /// <summary>Names of the roles that one can steer towards.</summary>
    public IReadOnlyList<string> RoleNames { get; init; } = [];

    /// <summary>From the model as itself to a role, at the display layer; null for an unknown role.</summary>
    public Func<string, Direction?> TowardRole { get; init; } = _ => null;

    /// <summary>Where known roles lie on another direction at the display layer.</summary>
    public Func<Direction, IReadOnlyList<ReferenceRole>> RolesOn { get; init; } = _ => [];

    /// <summary>Subtracted from projections at a block when they are shown.</summary>
    public Func<int, float> OffsetAt { get; init; } = _ => 0;

    /// <summary>What calibration measured: caps, what they did to role expression and what they cost.</summary>
    public IReadOnlyList<CalibrationRow> Measured { get; init; } = [];

    /// <summary>Whether the recommended cap acts on the block that is shown: only there is its floor a floor.</summary>
    public bool CapsDisplayLayer => CapLayers.Contains(DisplayLayer);

    /// <summary>The blocks of a band: those of it that the model has; the recommended ones without a band.</summary>
    public IReadOnlyList<int> Blocks(Components.Chat.Band? band) =>
        band is { } b ? [.. Enumerable.Range(0, Layers).Where(layer => layer >= b.From && layer < b.To)] : CapLayers;

    /// <summary>The cap at a percentile, in a band or in the recommended one.</summary>
    /// <exception cref="AxisDemo.Formats.InputException">The model has no block of the band.</exception>
    public Intervention Cap(double percentile, Components.Chat.Band? band = null) =>
        Intervention.Cap(Blocks(band).Select(layer => (layer, Direction(layer), Floor(layer, percentile))));

    /// <summary>The watch that the chart draws.</summary>
    public Watch Display() => new("assistant", DisplayLayer, Direction(DisplayLayer), Offset);

    /// <summary>A percentile at the display layer in the units that are shown.</summary>
    public float Shown(double percentile) => Floor(DisplayLayer, percentile) - Offset;
}
