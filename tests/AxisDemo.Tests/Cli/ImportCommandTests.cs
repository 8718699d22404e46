using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Cli;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_axis_is_imported_and_its_sign_is_printed()
    {
        var run = Axis.Run("import", Repository.Fixture("pt", "a_raw_f32.pt"), "--out", folder.File("a.axis.safetensors"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("the source points to the assistant", run.Out, StringComparison.Ordinal);
        Assert.Contains("no percentiles: a cap needs its threshold as a number", run.Out, StringComparison.Ordinal);
        var inspected = Axis.Run("inspect", folder.File("a.axis.safetensors"), "--json").Json.GetProperty("metadata").GetProperty("provenance").GetString();
        Assert.Contains("\"sourcePointsTo\":\"assistant\"", inspected, StringComparison.Ordinal);
        Assert.Contains("a_raw_f32.pt, sha256 ", inspected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_capping_configuration_becomes_vectors_and_a_file_for_each_experiment()
    {
        var run = Axis.Run("import", Repository.Fixture("pt", "e_capping_config.pt"), "--out", folder.File("cap.safetensors"), "--json");
        Assert.Equal(("role", "assistant", true), (run.Json.GetProperty("sourcePointsTo").GetString(), run.Json.GetProperty("pointsTo").GetString(), run.Json.GetProperty("negated").GetBoolean()));
        Assert.Equal(7, run.Json.GetProperty("files").GetArrayLength());
        using var items = JsonDocument.Parse(File.ReadAllBytes(folder.File("cap.layers_3_5-p0.01.json")));
        Assert.Equal([1.088, 1.541], items.RootElement.EnumerateArray().Select(i => Math.Round(i.GetProperty("threshold").GetDouble(), 6)));
    }

    [Fact]
    public void One_experiment_becomes_the_interventions_file_that_was_named()
    {
        var source = Repository.Fixture("pt", "e_capping_config.pt");
        Axis.Run("import", source, "--out", folder.File("one.json")).AssertBadInput("6 experiments", "--experiment", "layers_3:5-p0.25");
        Axis.Run("import", source, "--out", folder.File("one.json"), "--experiment", "p1").AssertBadInput("'p1'", "layers_3:5-p0.25");
        Assert.Equal(0, Axis.Run("import", source, "--out", folder.File("one.json"), "--experiment", "layers_3:5-p0.25").ExitCode);
        using var items = JsonDocument.Parse(File.ReadAllBytes(folder.File("one.json")));
        Assert.Equal("one.safetensors#layer_3/contrast_role_pos3_default1", items.RootElement[0].GetProperty("vector").GetString());
        Assert.True(File.Exists(folder.File("one.safetensors")));
    }

    [Fact]
    public void An_axis_takes_the_floors_of_its_capping_configuration_along_and_what_was_stored_is_printed()
    {
        var (source, caps, to) = (folder.File("axis.pt"), folder.File("caps.pt"), folder.File("x.axis.safetensors"));
        TorchWriter.Write(source, new[] { new[] { 1f, 2 }, [3, 4], [5, 6] });
        TorchWriter.Capping(caps, [("low", 1, [-3, -4]), ("high", 2, [-5, -6])],
            [("layers_1:3-p0.5", [("low", -1), ("high", -2)]), ("layers_1:3-p0.25", [("low", -3), ("high", -4)]), ("mine", [("low", -1)]), ("layers_2:3-p0.01", [("high", -9)])]);

        var run = Axis.Run("import", source, "--caps", caps, "--out", to);
        Assert.Equal((0, "axis: caps.pt: left out: 'mine' (its name is no layers_A:B-pX)\n"), (run.ExitCode, run.Error));
        foreach (var line in new[] { "floors from caps.pt, sha256 ", "  blocks 1:3 at p50, p75\n", "  blocks 2:3 at p99\n", "recommended: blocks 1:3 at p75 (layers_1:3-p0.25)\n", "no other percentiles", "no mean norms" })
            Assert.Contains(line, run.Out, StringComparison.Ordinal);
        var axis = AxisDemo.Interp.AxisFile.Open(to);
        Assert.Equal((3f, 9f), (axis.Threshold(1, 75), axis.Threshold(2, 99)));

        var json = Axis.Run("import", source, "--caps", caps, "--out", to, "--experiment", "layers_2:3-p0.01", "--json").Json.GetProperty("caps");
        Assert.Equal("""{"experiment":"layers_2:3-p0.01","layers":"2:3","threshold":"p99"}""", json.GetProperty("recommended").GetRawText());
        Assert.Equal((3, "mine"), (json.GetProperty("stored").GetArrayLength(), json.GetProperty("leftOut")[0].GetProperty("experiment").GetString()));

        Axis.Run("import", source, "--caps", caps, "--out", to, "--experiment", "p1").AssertBadInput("caps.pt", "'p1' is not among its experiments", "layers_1:3-p0.25");
        Axis.Run("import", source, "--experiment", "p1", "--out", to).AssertBadInput("give the configuration with --caps");
        Axis.Run("import", caps, "--caps", caps, "--out", to).AssertBadInput("the file is no axis");
        Axis.Run("import", source, "--caps", caps, "--out", caps).AssertBadInput("it is the capping configuration");
        Axis.Run("import", source, "--caps", source, "--out", to).AssertBadInput("axis.pt", "no capping configuration");
    }

    [Fact]
    public void The_axis_of_the_embedded_model_goes_out_as_a_control_vector_and_comes_back()
    {
        var own = Path.Combine(Repository.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors");
        var exported = Axis.Run("export", own, "--to", "gguf", "--out", folder.File("cv.gguf"));
        Assert.Contains("points to the assistant", exported.Out, StringComparison.Ordinal);
        var vector = ControlVector.Read(folder.File("cv.gguf"));
        var axis = AxisDemo.Interp.AxisFile.Open(own);
        Assert.Equal(("llama", "assistant", axis.Provenance.ModelSha256), (vector.ModelHint, vector.PointsTo, vector.ModelSha256));
        Assert.Equal(Enumerable.Range(1, 29), vector.Directions.Keys);

        Assert.Equal(0, Axis.Run("import", folder.File("cv.gguf"), "--out", folder.File("back.axis.safetensors")).ExitCode);
        var back = AxisDemo.Interp.AxisFile.Open(folder.File("back.axis.safetensors"));
        Assert.Equal(axis.Parts.Axis[576..], back.Parts.Axis[576..]);
        Assert.Equal(axis.Provenance.ModelSha256, back.Provenance.ModelSha256);
        // It serves: watched on a real answer, it projects as the axis it came from does.
        double Watched(string path) => Axis.Run("generate", "--prompt", "Hi", "--greedy", "--max-tokens", "1", "--json", "--watch", path + "@21")
            .JsonLines.First(l => l.GetProperty("kind").GetString() == "token").GetProperty("projections")[0].GetProperty("pre").GetDouble();
        Assert.Equal(Watched(own), Watched(folder.File("back.axis.safetensors")));
    }

    [Fact]
    public void Wrong_input_is_one_line()
    {
        var good = Repository.Fixture("pt", "a_raw_f32.pt");
        Axis.Run("import", good, "--out", good).AssertBadInput("the file that is imported");
        Axis.Run("import", folder.File("none.pt"), "--out", folder.File("x")).AssertBadInput("none.pt");
        Axis.Run("import", Repository.Fixture("pt", "x_top_level_string.pt"), "--out", folder.File("x")).AssertBadInput("x_top_level_string.pt");
        Axis.Run("import", Repository.Model, "--out", folder.File("x")).AssertBadInput("general.architecture", "control vector");
        Axis.Run("import", good, "--out", folder.File("x"), "--points-to", "nowhere").AssertBadInput("assistant", "role");
        Axis.Run("export", Repository.Fixture("pca", "pca.safetensors"), "--to", "gguf", "--out", folder.File("x")).AssertBadInput("no axis file");
        Assert.False(File.Exists(folder.File("x")));
    }
}
