using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Interp.Import;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Interp;

/// <summary>A published axis with its capping configuration becomes an axis file with floors.</summary>
public sealed class PublishedCapsTests : IDisposable
{
    private const int Layers = 6, Width = 4;
    private static readonly float[][] Rows = [.. Enumerable.Range(0, Layers).Select(l => new[] { 1f, l, -2, 0.5f * l })];
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ceilings_become_floors_at_the_percentiles_of_the_names_and_nothing_else_is_known()
    {
        var import = Add(Along(), [("layers_3:5-p0.25", Caps(3, 5, -7)), ("layers_2:5-p0.01", Caps(2, 5, -9)), ("layers_3:4-p0.5", Caps(3, 4, -6.5))]);
        new AxisFile(import.Parts).Write(folder.File("x.axis.safetensors"));
        var axis = AxisFile.Open(folder.File("x.axis.safetensors"));

        Assert.Equal((7f, 7f, 9f, 9f, 6.5f), (axis.Threshold(3, 75), axis.Threshold(4, 75), axis.Threshold(2, 99), axis.Threshold(4, 99), axis.Threshold(3, 50)));
        Assert.Equal([[], [], [99], [50, 75, 99], [75, 99], []], Enumerable.Range(0, Layers).Select(axis.KnownPercentiles));
        Assert.Equal(import.Parts.PercentileTable, axis.Parts.PercentileTable);
        Assert.Equal((3, 5, 75.0, false), (axis.Recommended!.From, axis.Recommended.To, axis.Recommended.Percentile, axis.Recommended.Measured));
        Assert.Equal($"caps.pt, sha256 {FileHash.Sha256(folder.File("caps.pt"))}", axis.Provenance.FloorsFrom);
        Assert.Equal([3, 4], axis.Cap(3, 5, 75).Layers.Select(l => l.Layer));
        Assert.Empty(import.Caps!.LeftOut);
        // The vectors are those of the axis, so the cap is the published one.
        Assert.Equal(Rows[3], axis.At(3).Values.ToArray());
    }

    [Fact]
    public void What_is_not_known_is_answered_with_what_is()
    {
        var axis = new AxisFile(Add(Along(), [("layers_3:5-p0.25", Caps(3, 5, -7)), ("layers_3:4-p0.24", Caps(3, 4, -8)), ("layers_3:4-p0.99", Caps(3, 4, -1))]).Parts);

        Assert.Contains("there is no p60 at layer 3: it has p1, p75, p76 at layer 3.", Fault(() => axis.Threshold(3, 60)), StringComparison.Ordinal);
        Assert.Contains("there is no p75.5 at layer 4: it has p75 at layer 4.", Fault(() => axis.Threshold(4, 75.5)), StringComparison.Ordinal);
        Assert.Contains("there is no p75 at layer 1: it has none at layer 1, but at layer 3, 4.", Fault(() => axis.Threshold(1, 75)), StringComparison.Ordinal);
        Assert.Contains("not all there at layer 3", Fault(() => axis.PercentileOf(3, 0)), StringComparison.Ordinal);
        Assert.Contains("p75 at layer 5", Fault(() => axis.Cap(3, 6, 75)), StringComparison.Ordinal);
        Assert.Equal(7.25f, axis.Threshold(3, 75.25));
    }

    [Fact]
    public void Experiments_that_are_no_percentile_of_a_band_are_left_out_by_name()
    {
        var import = Add(Along(),
        [
            ("mine", Caps(3, 5, -7)), ("layers_3:5-p0.255", Caps(3, 5, -7)), ("layers_3:5-p1.5", Caps(3, 5, -7)), ("layers_3:5-p0.5", Caps(3, 4, -7)), ("layers_3:5-p0.4", [.. Caps(3, 4, -7), .. Caps(3, 4, -7)]),
            ("layers_5:3-p0.4", []), ("layers_4:5-p0.5", Caps(4, 5, -7)), ("layers_3:5-p0.25 ", Caps(3, 5, -7)),
        ]);

        Assert.Equal(new StoredCap("layers_4:5-p0.5", 4, 5, 50), Assert.Single(import.Caps!.Stored));
        Assert.Equal(["mine", "layers_3:5-p0.255", "layers_3:5-p1.5", "layers_3:5-p0.5", "layers_3:5-p0.4", "layers_5:3-p0.4", "layers_3:5-p0.25 "], import.Caps.LeftOut.Select(l => l.Experiment));
        Assert.Contains("one for each of layers 3 to 4", import.Caps.LeftOut[3].Why, StringComparison.Ordinal);
        Assert.Contains("none of 1 has floors", Fault(() => Add(Along(), [("mine", Caps(3, 5, -7))])), StringComparison.Ordinal);
        Assert.Contains("none of 0 has floors", Fault(() => Add(Along(), [])), StringComparison.Ordinal);
    }

    [Fact]
    public void The_recommended_one_is_the_users_else_the_published_choice_else_the_first_at_a_quarter()
    {
        (string, (string, double)[])[] experiments = [("layers_2:3-p0.01", Caps(2, 3, -9)), ("layers_3:4-p0.25", Caps(3, 4, -7)), ("layers_4:5-p0.25", Caps(4, 5, -7)), ("mine", Caps(3, 5, -7))];
        string Chosen(string? told) => Add(Along(), experiments, told).Caps!.Recommended.Experiment;

        Assert.Equal("layers_3:4-p0.25", Chosen(null));
        Assert.Equal("layers_2:3-p0.01", Chosen("layers_2:3-p0.01"));
        Assert.Equal("layers_2:3-p0.01", Add(Along(), experiments[..1]).Caps!.Recommended.Experiment);
        Assert.Contains("'none' is not among its experiments. It has: layers_2:3-p0.01", Fault(() => Chosen("none")), StringComparison.Ordinal);
        Assert.Contains("'mine' has no floors for an axis file: its name", Fault(() => Chosen("mine")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, "layers_46:54-p0.25")]
    [InlineData(80, "layers_56:72-p0.25")]
    public void The_published_choice_of_the_two_published_models_is_found_behind_others(int layers, string chosen)
    {
        float[][] rows = [.. Enumerable.Range(0, layers).Select(l => new[] { 1f, l })];
        var axis = Axis(rows);
        (string, (string, double)[])[] experiments = [("layers_4:6-p0.25", Caps(4, 6, -1)), ("layers_46:54-p0.25", Caps(46, 54, -1)), ("layers_56:72-p0.25", Caps(56, Math.Min(layers, 72), -1))];
        TorchWriter.Capping(folder.File("caps.pt"), rows.Select((r, l) => ($"layer_{l}/contrast", l, r.Select(v => -v).ToArray())), experiments);

        Assert.Equal(chosen, PublishedCaps.AddTo(axis, folder.File("caps.pt"), null).Caps!.Recommended.Experiment);
    }

    [Fact]
    public void Vectors_rounded_to_bfloat16_are_along_the_axis_and_others_are_refused_by_layer_and_cosine()
    {
        static float Rounded(float value) => BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(value) + 0x7FFF + (BitConverter.SingleToUInt32Bits(value) >> 16 & 1)) & 0xFFFF0000);
        var random = new Random(2);
        float[][] rows = [.. Enumerable.Range(0, Layers).Select(_ => Enumerable.Range(0, 512).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())];
        (string, (string, double)[])[] experiments = [("layers_3:5-p0.25", Caps(3, 5, -7))];
        ImportedAxis With(Func<float[], float[]> change)
        {
            TorchWriter.Capping(folder.File("caps.pt"), rows.Select((r, l) => ($"layer_{l}/contrast", l, l == 4 ? change(r) : [.. r.Select(v => -v)])), experiments);
            return PublishedCaps.AddTo(Axis(rows), folder.File("caps.pt"), null);
        }

        Assert.NotNull(With(r => [.. r.Select(v => 3 * Rounded(-v))]).Caps);
        Assert.Contains("layer 4: its vector, negated, is not along the axis there: the cosine is -1.0000", Fault(() => With(r => r)), StringComparison.Ordinal);
        Assert.Contains("--points-to", Fault(() => With(r => r)), StringComparison.Ordinal);
        var skew = Fault(() => With(r => [.. r.Select((v, i) => i < 8 ? v : -v)]));
        Assert.Matches("the cosine is 0\\.9[0-8]", skew);
        Assert.Contains("published with this configuration", skew, StringComparison.Ordinal);
        Assert.Contains("the cosine is 0.0000", Fault(() => With(r => new float[512])), StringComparison.Ordinal);
    }

    [Fact]
    public void Experiments_that_contradict_each_other_are_refused_with_both_names()
    {
        var differ = Fault(() => Add(Along(), [("layers_3:5-p0.25", Caps(3, 5, -7)), ("layers_2:4-p0.25", Caps(2, 4, -7.5))]));
        Assert.Contains("'layers_3:5-p0.25' and 'layers_2:4-p0.25' give layer 3 different floors at p75: 7 and 7.5", differ, StringComparison.Ordinal);
        var falls = Fault(() => Add(Along(), [("layers_3:5-p0.25", Caps(3, 5, -7)), ("layers_3:5-p0.5", Caps(3, 5, -8))]));
        Assert.Contains("'layers_3:5-p0.25' gives layer 3 a lower floor at p75 (7) than 'layers_3:5-p0.5' at p50 (8)", falls, StringComparison.Ordinal);
        Assert.Contains("beyond float32", Fault(() => Add(Along(), [("layers_3:5-p0.25", Caps(3, 5, 1e300))])), StringComparison.Ordinal);
        // The same twice is no contradiction.
        Assert.Single(Add(Along(), [("layers_3:5-p0.25", Caps(3, 5, -7)), ("layers_3:5-p0.25", Caps(3, 5, -7))]).Caps!.Stored);
    }

    [Fact]
    public void A_configuration_of_another_model_or_another_kind_of_file_is_refused()
    {
        Assert.Contains("no capping configuration", Fault(() => PublishedCaps.AddTo(Axis(Rows), Repository.Fixture("pt", "a_raw_f32.pt"), null)), StringComparison.Ordinal);
        Assert.Contains("the axis has 6 layers, width 4", Fault(() => PublishedCaps.AddTo(Axis(Rows), Repository.Fixture("pt", "e_capping_config.pt"), null)), StringComparison.Ordinal);
        Assert.Contains("vector of layer 9 and width 4", Fault(() => Add([.. Along(), ("far", 9, Rows[0])], [("layers_3:5-p0.25", Caps(3, 5, -7))])), StringComparison.Ordinal);
        var noVector = Axis(Rows);
        noVector.Parts.Axis.AsSpan(4 * Width, Width).Clear();
        TorchWriter.Capping(folder.File("caps.pt"), Along(), [("layers_3:5-p0.25", Caps(3, 5, -7))]);
        Assert.Contains("layer 4: the axis has no vector there", Fault(() => PublishedCaps.AddTo(noVector, folder.File("caps.pt"), null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_that_a_file_names_again_and_again_are_not_copied_without_end()
    {
        // 5,000 experiments that are one and the same, of 5,000 interventions that are one and the same: 25 million in 20 kilobytes.
        object Same(object value) => new TorchWriter.Shared(value);
        List<object> Often(object item) => [.. Enumerable.Repeat(Same(item), 5000)];
        var vector = Same(new Dictionary<string, object> { ["layer"] = 3, ["vector"] = Rows[3] });
        var experiment = new Dictionary<string, object> { ["id"] = "layers_3:4-p0.25", ["interventions"] = Often(new Dictionary<string, object> { ["vector"] = "v", ["cap"] = -7.0 }) };
        var path = TorchWriter.Write(folder.File("many.pt"), new Dictionary<string, object> { ["vectors"] = new Dictionary<string, object> { ["v"] = vector }, ["experiments"] = Often(experiment) });
        Assert.Contains("more than 1048576 interventions", Bounds.Within(32 << 20, "many.pt", () => Fault(() => PublishedFile.Read(path))), StringComparison.Ordinal);

        var wide = Same(new Dictionary<string, object> { ["layer"] = 3, ["vector"] = new float[100_000] });
        path = TorchWriter.Write(folder.File("wide.pt"), new Dictionary<string, object> { ["vectors"] = Enumerable.Range(0, 1000).ToDictionary(i => $"{i}", _ => wide), ["experiments"] = new List<object>() });
        Assert.Contains("more than 67108864 numbers", Fault(() => PublishedFile.Read(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_contrast_vectors_of_a_large_model_take_the_floors_of_their_own_configuration()
    {
        var data = Environment.GetEnvironmentVariable("AXISDEMO_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "AXISDEMO_DATA is not set: it names the folder with neuronpedia-llama-3.3-70b/contrast_vectors.pt.");
        var axis = Assert.IsType<ImportedAxis>(AxisImport.Read(Path.Combine(data!, "neuronpedia-llama-3.3-70b", "contrast_vectors.pt"), new()));
        float[] Negated(int layer) => [.. axis.Parts.Axis.AsSpan(layer * axis.Parts.Width, axis.Parts.Width).ToArray().Select(v => -v)];
        TorchWriter.Capping(folder.File("caps.pt"), Enumerable.Range(56, 16).Select(l => ($"layer_{l}/contrast", l, Negated(l))), [("layers_56:72-p0.25", Caps(56, 72, -1.5)), ("layers_56:72-p0.01", Caps(56, 72, -4))]);

        var caps = PublishedCaps.AddTo(axis, folder.File("caps.pt"), null);
        Assert.Equal((56, 72, 75.0), (caps.Parts.Recommended!.From, caps.Parts.Recommended.To, caps.Parts.Recommended.Percentile));
        Assert.Equal(1.5f, new AxisFile(caps.Parts).Threshold(71, 75));
        // Its neighbour's direction would not do.
        TorchWriter.Capping(folder.File("caps.pt"), Enumerable.Range(56, 16).Select(l => ($"layer_{l}/contrast", l, Negated(l + 1))), [("layers_56:72-p0.25", Caps(56, 72, -1.5))]);
        Assert.Contains("the cosine is", Fault(() => PublishedCaps.AddTo(axis, folder.File("caps.pt"), null)), StringComparison.Ordinal);
    }

    private static string Fault(Action act) => Assert.Throws<InputException>(act).Message;

    private static string Fault(Func<object> act) => Assert.Throws<InputException>(() => { act(); }).Message;

    private static (string, double)[] Caps(int from, int to, double ceiling) => [.. Enumerable.Range(from, to - from).Select(l => ($"layer_{l}/contrast", ceiling))];

    private static IEnumerable<(string, int, float[])> Along() => Rows.Select((r, l) => ($"layer_{l}/contrast", l, r.Select(v => -2 * v).ToArray()));

    private ImportedAxis Axis(float[][] rows) => Assert.IsType<ImportedAxis>(AxisImport.Read(TorchWriter.Write(folder.File("axis.pt"), rows), new()));

    private ImportedAxis Add(IEnumerable<(string, int, float[])> vectors, IEnumerable<(string, (string, double)[])> experiments, string? told = null) =>
        PublishedCaps.AddTo(Axis(Rows), TorchWriter.Capping(folder.File("caps.pt"), vectors, experiments), told);
}
