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

    /// <summary>Whether the recommended cap acts on the block that is shown: only there is its floor a floor.</summary>
    public bool CapsDisplayLayer => CapLayers.Contains(DisplayLayer);

    /// <summary>The cap at a percentile.</summary>
    public Intervention Cap(double percentile) =>
        Intervention.Cap(CapLayers.Select(layer => (layer, Direction(layer), Floor(layer, percentile))));

    /// <summary>The watch that the chart draws.</summary>
    public Watch Display() => new("assistant", DisplayLayer, Direction(DisplayLayer), Offset);

    /// <summary>A percentile at the display layer in the units that are shown.</summary>
    public float Shown(double percentile) => Floor(DisplayLayer, percentile) - Offset;
}
