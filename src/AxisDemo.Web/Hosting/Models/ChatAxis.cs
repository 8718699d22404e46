using AxisDemo.Interp;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Web.Hosting;

/// <summary>What the pages need of an axis file.</summary>
public sealed record ChatAxis
{
    private static readonly IReadOnlyList<int> Every = [.. Enumerable.Range(0, AxisFile.Percentiles)];

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

    /// <summary>The floor at a block for a percentile (0..100) of the calibration's projections; throws where it is not known.</summary>
    public required Func<int, double, float> Floor { get; init; }

    /// <summary>The whole percentiles whose floor is known at a block, rising. A published axis has a few in some blocks, or none.</summary>
    public Func<int, IReadOnlyList<int>> Known { get; init; } = _ => Every;

    /// <summary>Whether the axis has a vector at a block: an imported one may not have all.</summary>
    public Func<int, bool> HasLayer { get; init; } = _ => true;

    /// <summary>Subtracted from projections at the display layer when they are shown.</summary>
    public float Offset { get; init; }

    /// <summary>The recommended percentile. Like the blocks it means nothing without floors.</summary>
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
    public bool CapsDisplayLayer => HasFloors && CapLayers.Contains(DisplayLayer);

    /// <summary>The recommended cap as requests take it; null without floors.</summary>
    public (string Layers, string Threshold)? Recommended => HasFloors
        ? ($"{CapLayers[0]}:{CapLayers[^1] + 1}", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"p{Percentile}")) : null;

    /// <summary>The blocks of a band: those of it that the model has; the recommended ones without a band.</summary>
    public IReadOnlyList<int> Blocks(LayerRange? band) =>
        band is { } b ? [.. Enumerable.Range(0, Layers).Where(layer => layer >= b.From && layer < b.To)] : CapLayers;

    /// <summary>Whether a floor is known anywhere; else nothing can be capped by a percentile.</summary>
    public bool HasFloors => Enumerable.Range(0, Layers).Any(layer => Known(layer).Count > 0);

    /// <summary>Whether every percentile is known at every block, so that any strength and band can be had.</summary>
    public bool HasEveryFloor => Enumerable.Range(0, Layers).All(layer => Known(layer).Count == Every.Count);

    /// <summary>Whether the median and the 10-90 spread are known at every block: what the layer view colours with.</summary>
    public bool HasScale => Enumerable.Range(0, Layers).All(layer => Knows(layer, 10) && Knows(layer, 50) && Knows(layer, 90));

    /// <summary>The percentiles that are known at all blocks of a band: the strengths that a cap in it can have.</summary>
    public IReadOnlyList<int> Levels(LayerRange? band = null) => Blocks(band) is { Count: > 0 } blocks
        ? [.. blocks.Select(Known).Aggregate((a, b) => ReferenceEquals(a, b) ? a : [.. a.Intersect(b)])] : [];

    /// <summary>Bands of neighbouring blocks that have floors at the same percentiles.</summary>
    public IReadOnlyList<(LayerRange Band, IReadOnlyList<int> Levels)> FloorBands
    {
        get
        {
            var bands = new List<(LayerRange Band, IReadOnlyList<int> Levels)>();
            for (var layer = 0; layer < Layers; layer++)
            {
                var known = Known(layer);
                if (known.Count == 0) continue;
                if (bands.Count > 0 && bands[^1] is var last && last.Band.To == layer && last.Levels.SequenceEqual(known)) bands[^1] = (last.Band with { To = layer + 1 }, known);
                else bands.Add((new(layer, layer + 1), known));
            }

            return bands;
        }
    }

    /// <summary>The cap at a percentile, in a band or in the recommended one.</summary>
    /// <exception cref="AxisDemo.Formats.InputException">The model has no block of the band, or no floor is known there.</exception>
    public Intervention Cap(double percentile, LayerRange? band = null) =>
        Intervention.Cap(Blocks(band).Select(layer => (layer, Direction(layer), Floor(layer, percentile))));

    /// <summary>The watch that the chart draws.</summary>
    public Watch Display() => new("assistant", DisplayLayer, Direction(DisplayLayer), Offset);

    /// <summary>A percentile at the display layer in the units that are shown; null where it is not known there.</summary>
    public float? Shown(double percentile) => Knows(DisplayLayer, percentile) ? Floor(DisplayLayer, percentile) - Offset : null;

    /// <summary>Whether a block has a floor at a percentile: it is known, or lies between two whole ones that are.</summary>
    public bool Knows(int layer, double percentile) => Known(layer) is var known
        && (known.Count == Every.Count || known.Contains((int)Math.Floor(percentile)) && known.Contains((int)Math.Ceiling(percentile)));
}
