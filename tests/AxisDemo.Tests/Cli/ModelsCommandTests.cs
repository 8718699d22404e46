namespace AxisDemo.Tests.Cli;

public class ModelsCommandTests
{
    [Fact]
    public void The_embedded_model_is_listed_with_what_its_header_says()
    {
        var run = Axis.Run("models", "--json");
        Assert.Equal(0, run.ExitCode);
        var model = run.Json.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("path").GetString()!.EndsWith(Path.GetFileName(Repository.Model), StringComparison.Ordinal));
        Assert.Equal(("llama", "Q4_1", 30, 576, 8192), (model.GetProperty("architecture").GetString(), model.GetProperty("quantization").GetString(),
            model.GetProperty("layers").GetInt32(), model.GetProperty("width").GetInt32(), model.GetProperty("context").GetInt32()));
        Assert.Equal(134515008, model.GetProperty("parameters").GetInt64());
        Assert.Equal(64, model.GetProperty("sha256").GetString()!.Length);
    }

    [Fact]
    public void A_damaged_file_is_told_and_the_rest_is_listed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("broken.gguf", "GGUF");
        File.Copy(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"), folder.File("tiny.gguf"));
        var run = Axis.Run("models", "--folder", Path.GetDirectoryName(folder.File("x"))!, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Single(run.Json.GetProperty("models").EnumerateArray());
        Assert.Contains("broken.gguf", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_axis_that_is_tied_to_no_model_says_what_it_fits()
    {
        using var folder = new TemporaryFolder();
        var imported = Axis.Run("import", Repository.Fixture("pt", "a_raw_f32.pt"), "--out", folder.File("a.axis.safetensors"));
        Assert.Contains("it is tied to no model; it fits 6 layers of width 8: --model ties it to one", imported.Out, StringComparison.Ordinal);
        Assert.Contains("tied to no model; fits 6 layers of width 8", Axis.Run("models", "--folder", Path.GetDirectoryName(folder.File("x"))!).Out, StringComparison.Ordinal);
    }
}
