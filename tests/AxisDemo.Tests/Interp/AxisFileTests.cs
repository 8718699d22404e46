using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

public class AxisFileTests
{
    private static readonly Lazy<AxisParts> Built = new(() =>
    {
        using var folder = new TemporaryFolder();
        SampleRun.Write(folder.Path, 1);
        return AxisBuilder.Build(RolloutShard.Find([folder.Path]), new BuildOptions()).Parts;
    });

    [Fact]
    public void What_is_written_is_read_again()
    {
        using var folder = new TemporaryFolder();
        var row = new CalibrationRow { From = 1, To = 3, Percentile = 75, RoleExpression = 0.1, Change = -0.6, Price = 0.1, Lifted = 0.3, Answers = 90 };
        var parts = Built.Value with { Offset = [0.5f, 1, 2], Recommended = row, Calibration = new CalibrationTable(0.25, -1, ["bard"], 5, 56, 1, [row]) };
        new AxisFile(parts).Write(folder.File("x.axis.safetensors"));
        var read = AxisFile.Open(folder.File("x.axis.safetensors"));
        Assert.Equal(parts.Axis, read.Parts.Axis);
        Assert.Equal(parts.PercentileTable, read.Parts.PercentileTable);
        Assert.Equal(parts.RoleVectors, read.Parts.RoleVectors);
        Assert.Equal(parts.PcaComponents, read.Parts.PcaComponents);
        Assert.Equal(parts.Provenance, read.Provenance);
        Assert.Equal(row, read.Recommended);
        Assert.Equal(row, Assert.Single(read.Calibration!.Rows));
        Assert.Equal(parts.Report, read.Parts.Report);
        Assert.Equal(parts.RoleNames, read.Roles.Select(r => r.Role));
        Assert.Equal(read.Project(1, parts.DefaultVector) - 1, read.Default!.Projection);
    }

    [Fact]
    public void An_axis_alone_is_enough_and_says_what_it_lacks()
    {
        using var folder = new TemporaryFolder();
        var parts = new AxisParts { Layers = 2, Width = 3, Axis = [0, 3, 4, 1, 0, 0], Provenance = new AxisProvenance { DisplayLayer = 1 } };
        new AxisFile(parts).Write(folder.File("x"));
        var read = AxisFile.Open(folder.File("x"));
        Assert.Equal([0f, 0.6f, 0.8f], read.Unit(0).ToArray());
        Assert.Equal(5, read.Project(0, [7, 3, 4]), 5);
        Assert.Empty(read.Roles);
        Assert.Null(read.Default);
        Assert.Equal(0, read.Offset(1));
        Assert.Contains("percentiles", Assert.Throws<InputException>(() => read.Threshold(0, 50)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => read.MeanNorm(0));
        Assert.Throws<InputException>(() => read.At(2));
        read.EnsureMatches("any", "hash", 2, 3);
    }

    [Fact]
    public void Thresholds_lie_between_the_stored_percentiles_and_a_higher_one_is_higher()
    {
        var axis = new AxisFile(Built.Value);
        var row = Built.Value.PercentileTable.AsSpan(AxisFile.Percentiles, AxisFile.Percentiles).ToArray();
        Assert.Equal(row[75], axis.Threshold(1, 75));
        Assert.Equal(row[100], axis.Threshold(1, 100));
        Assert.Equal((row[10] + row[11]) / 2, axis.Threshold(1, 10.5), 1e-4);
        Assert.True(axis.Threshold(1, 90) > axis.Threshold(1, 10));
        Assert.Equal(62, axis.PercentileOf(1, axis.Threshold(1, 62)), 0.01);
        Assert.Equal((0.0, 100.0), (axis.PercentileOf(1, -1e9f), axis.PercentileOf(1, 1e9f)));
        foreach (var wrong in new[] { -1, 101, double.NaN }) Assert.Throws<InputException>(() => axis.Threshold(1, wrong));
    }

    [Fact]
    public void A_table_with_gaps_is_kept_and_one_without_any_value_counts_as_none()
    {
        using var folder = new TemporaryFolder();
        var table = new float[3 * AxisFile.Percentiles];
        Array.Fill(table, float.NaN);
        Assert.False(new AxisFile(Built.Value with { PercentileTable = table }).HasPercentiles);
        (table[75], table[76], table[AxisFile.Percentiles + 100]) = (2, 4, -0f);
        new AxisFile(Built.Value with { PercentileTable = table }).Write(folder.File("x"));
        var read = AxisFile.Open(folder.File("x"));
        Assert.True(read.HasPercentiles);
        Assert.Equal(table, read.Parts.PercentileTable);
        Assert.Equal([[75, 76], [100], []], Enumerable.Range(0, 3).Select(read.KnownPercentiles));
        Assert.Equal((2f, 2.5f, 4f, 0f), (read.Threshold(0, 75), read.Threshold(0, 75.25), read.Threshold(0, 76), read.Threshold(1, 100)));
        Assert.Contains("there is no p76.5 at layer 0", Assert.Throws<InputException>(() => read.Threshold(0, 76.5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_complete_table_gives_the_bits_of_plain_interpolation()
    {
        var axis = new AxisFile(Built.Value);
        var row = Built.Value.PercentileTable;
        for (var percentile = 0.0; percentile < 100; percentile += 0.25)
        {
            var below = (int)percentile;
            Assert.Equal((float)(row[below] + (percentile - below) * ((double)row[below + 1] - row[below])), axis.Threshold(0, percentile));
        }
    }

    [Fact]
    public void Caps_and_steering_take_their_amounts_from_the_file()
    {
        var axis = new AxisFile(Built.Value);
        var cap = axis.Cap(1, 3, 75);
        Assert.Equal([(1, axis.Threshold(1, 75)), (2, axis.Threshold(2, 75))], cap.Layers.Select(l => (l.Layer, l.Amount)));
        var step = axis.Steer(2, -0.5).Layers.Single();
        Assert.Equal(-0.5 * axis.MeanNorm(2), step.Amount * axis.At(2).Norm, 1e-4);
        Assert.Equal(0, axis.Steer(2, 0).Layers.Single().Amount);
        foreach (var (a, b) in new[] { (-1, 2), (2, 2), (1, 4) }) Assert.Throws<InputException>(() => axis.Cap(a, b, 75));
    }

    [Fact]
    public void Another_model_or_width_is_refused_with_both_names()
    {
        var axis = new AxisFile(Built.Value);
        axis.EnsureMatches("Sample 1M", new string('A', 64), 3, 4);
        var hash = Assert.Throws<InputException>(() => axis.EnsureMatches("Other", new string('c', 64), 3, 4)).Message;
        var width = Assert.Throws<InputException>(() => axis.EnsureMatches("Other", new string('a', 64), 3, 5)).Message;
        Assert.All([hash, width], m => Assert.True(m.Contains("Sample 1M", StringComparison.Ordinal) && m.Contains("Other", StringComparison.Ordinal), m));
    }

    [Fact]
    public void A_layer_without_a_vector_is_refused_where_it_is_used_and_the_others_serve()
    {
        var parts = Without(Built.Value, layer: 1);
        var axis = new AxisFile(parts with { Provenance = parts.Provenance with { DisplayLayer = 2 } });
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(axis.HasLayer));
        Assert.Equal(Built.Value.Axis[8..12], axis.At(2).Values.ToArray());
        Assert.Contains("no vector for layer 1. It has one for: 0, 2.", Assert.Throws<InputException>(() => axis.At(1)).Message, StringComparison.Ordinal);
    }

    private static AxisParts Without(AxisParts good, int layer)
    {
        var axis = (float[])good.Axis.Clone();
        axis.AsSpan(layer * good.Width, good.Width).Clear();
        return good with { Axis = axis };
    }

    public static TheoryData<string, AxisParts> Wrong()
    {
        var good = Built.Value;
        float[] With(float[] values, int i, float value)
        {
            var copy = (float[])values.Clone();
            copy[i] = value;
            return copy;
        }

        return new()
        {
            { "axis", good with { Axis = good.Axis[1..] } },
            { "axis", good with { Axis = With(good.Axis, 3, float.NaN) } },
            { "layer 1, the one to show, is all zeros", Without(good, layer: 1) with { Provenance = good.Provenance with { DisplayLayer = 1 } } },
            { "display_layer", good with { Provenance = good.Provenance with { DisplayLayer = 3 } } },
            { "points_to", good with { Provenance = good.Provenance with { PointsTo = "nowhere" } } },
            { "points to the assistant", good with { Provenance = good.Provenance with { PointsTo = "role" } } },
            { "percentiles", good with { PercentileTable = good.PercentileTable[1..] } },
            { "they fall", good with { PercentileTable = With(good.PercentileTable, 5, 1e9f) } },
            { "they fall at layer 1", good with { PercentileTable = With(With(good.PercentileTable, AxisFile.Percentiles + 5, 1e9f), AxisFile.Percentiles + 6, float.NaN) } },
            { "percentiles: it holds a value that is not finite", good with { PercentileTable = With(good.PercentileTable, 100, float.PositiveInfinity) } },
            { "mean_norm", good with { MeanNorm = With(good.MeanNorm, 0, 0) } },
            { "mean_norm: it holds a value", good with { MeanNorm = With(good.MeanNorm, 0, float.NaN) } },
            { "offset: it holds a value", good with { Offset = [0, float.NaN, 0] } },
            { "role_vectors: it holds a value", good with { RoleVectors = With(good.RoleVectors, 0, float.NaN) } },
            { "offset", good with { Offset = [1] } },
            { "role_vectors", good with { RoleNames = ["one"] } },
            { "pca_components", good with { PcaComponents = [1] } },
            { "recommended", good with { Recommended = new CalibrationRow { From = 2, To = 9, Percentile = 75, RoleExpression = 0, Change = 0, Price = 0, Lifted = 0, Answers = 1 } } },
        };
    }

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_wrong_part_is_refused_by_its_name(string expected, AxisParts parts) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => new AxisFile(parts)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_no_axis_file_is_refused()
    {
        var plain = Repository.Fixture("pca", "pca.safetensors");
        Assert.Contains("no axis file", Assert.Throws<InputException>(() => AxisFile.Open(plain)).Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("x"), [("axis", [1L, 2], new float[] { 1, 2 })], new Dictionary<string, string> { ["format"] = "axisdemo.axis", ["version"] = "1", ["provenance"] = "{" });
        Assert.Contains("provenance", Assert.Throws<InputException>(() => AxisFile.Open(folder.File("x"))).Message, StringComparison.Ordinal);
        SafetensorsWriter.Write(folder.File("x"), [("axis", [1L, 2], new float[] { 1, 2 })], new Dictionary<string, string> { ["format"] = "axisdemo.axis", ["version"] = "7" });
        Assert.Contains("version", Assert.Throws<InputException>(() => AxisFile.Open(folder.File("x"))).Message, StringComparison.Ordinal);
    }
}
