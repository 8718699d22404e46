using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>The content of an axis file. Everything but the axis and the provenance may be absent (empty or null): an imported axis has no more.</summary>
public sealed record AxisParts
{
    /// <summary>Blocks L.</summary>
    public required int Layers { get; init; }

    /// <summary>Width d.</summary>
    public required int Width { get; init; }

    /// <summary>[L, d], not of unit length; a layer of all zeros has no vector (a control vector has none for block 0). The layer to show has one.</summary>
    public required float[] Axis { get; init; }

    /// <summary>Where it comes from.</summary>
    public required AxisProvenance Provenance { get; init; }

    /// <summary>
    /// [L, 101]: percentiles 0..100 of all rollouts' mean projections on the unit axis. NaN where one is not known: a published capping
    /// configuration has a few, in some blocks.
    /// </summary>
    public float[] PercentileTable { get; init; } = [];

    /// <summary>[L]: mean token norm, position 0 left out.</summary>
    public float[] MeanNorm { get; init; } = [];

    /// <summary>[L]: subtracted from projections when shown.</summary>
    public float[] Offset { get; init; } = [];

    /// <summary>Names of the rows of <see cref="RoleVectors"/>.</summary>
    public IReadOnlyList<string> RoleNames { get; init; } = [];

    /// <summary>[R, d] at the display layer.</summary>
    public float[] RoleVectors { get; init; } = [];

    /// <summary>[d] at the display layer: the model as itself.</summary>
    public float[] DefaultVector { get; init; } = [];

    /// <summary>[d]: mean of the role vectors.</summary>
    public float[] PcaMean { get; init; } = [];

    /// <summary>[k, d]: the first principal components of the role vectors at the display layer.</summary>
    public float[] PcaComponents { get; init; } = [];

    /// <summary>Share of variance of every component, also of those not stored.</summary>
    public float[] PcaRatio { get; init; } = [];

    /// <summary>Quality per layer.</summary>
    public IReadOnlyList<LayerReport> Report { get; init; } = [];

    /// <summary>What calibration measured.</summary>
    public CalibrationTable? Calibration { get; init; }

    /// <summary>The cap that it chose, or that was published.</summary>
    public CalibrationRow? Recommended { get; init; }

    internal bool HasVector(int layer) => Axis.AsSpan(layer * Width, Width).ContainsAnyExcept(0f);

    internal void Check(string path)
    {
        InputException Fault(string field, string fault) => new(path, field, fault, "Build or import the axis again.");
        if (Layers < 1 || Width < 1 || Axis.LongLength != (long)Layers * Width) throw Fault("axis", $"{Axis.Length} numbers are not {Layers} layers of width {Width}.");
        if (Provenance.DisplayLayer < 0 || Provenance.DisplayLayer >= Layers) throw Fault("display_layer", $"{Provenance.DisplayLayer} is not one of {Layers} layers.");
        // Floors lift and charts rise towards the Assistant: an axis with the other sign would do the opposite of what they say.
        if (Provenance.PointsTo is not "assistant") throw Fault("points_to", $"it is '{Provenance.PointsTo}'; an axis file points to the assistant.");
        if (!HasVector(Provenance.DisplayLayer)) throw Fault("axis", $"layer {Provenance.DisplayLayer}, the one to show, is all zeros.");

        Shape("percentiles", PercentileTable, (long)Layers * AxisFile.Percentiles);
        Shape("mean_norm", MeanNorm, Layers);
        Shape("offset", Offset, Layers);
        Shape("default_vector", DefaultVector, Width);
        Shape("pca_mean", PcaMean, Width);
        if (RoleVectors.LongLength != (long)RoleNames.Count * Width) throw Fault("role_vectors", $"{RoleVectors.Length} numbers are not {RoleNames.Count} roles of width {Width}.");
        if (PcaComponents.Length % Width != 0) throw Fault("pca_components", $"{PcaComponents.Length} numbers are not rows of width {Width}.");
        foreach (var (field, values) in new[]
        {
            ("axis", Axis), ("mean_norm", MeanNorm), ("offset", Offset), ("role_vectors", RoleVectors),
            ("default_vector", DefaultVector), ("pca_mean", PcaMean), ("pca_components", PcaComponents), ("pca_ratio", PcaRatio),
        })
            if (Array.Exists(values, v => !float.IsFinite(v))) throw Fault(field, "it holds a value that is not a number.");
        // Only what is not known may be no number, and what is known must not fall across the gaps either.
        if (Array.Exists(PercentileTable, float.IsInfinity)) throw Fault("percentiles", "it holds a value that is not finite.");
        for (var row = 0; row < PercentileTable.Length; row += AxisFile.Percentiles)
        {
            var highest = float.NegativeInfinity;
            foreach (var floor in PercentileTable.AsSpan(row, AxisFile.Percentiles))
            {
                if (floor < highest) throw Fault("percentiles", $"they fall at layer {row / AxisFile.Percentiles}.");
                if (!float.IsNaN(floor)) highest = floor;
            }
        }

        if (Array.Exists(MeanNorm, m => m <= 0)) throw Fault("mean_norm", "a norm is not positive.");
        if (Recommended is { } r && (r.From < 0 || r.To > Layers || r.From >= r.To || !(r.Percentile is >= 0 and <= 100)))
            throw Fault("recommended", $"{r.From}:{r.To} at p{r.Percentile} is no cap of {Layers} layers.");

        void Shape(string field, float[] values, long length)
        {
            if (values.Length != 0 && values.LongLength != length) throw Fault(field, $"it has {values.Length} numbers; {length} are needed.");
        }
    }
}
