using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Cli;

/// <summary>What a model's files leave open is said by every command that runs or shows the model, and never where programs read.</summary>
public sealed class WarningsTests : IDisposable
{
    private const string Warning = "llama.logit_scale: not known here, and not applied";
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public WarningsTests() => model = GgufEdit.Of(Repository.Fixture("tiny-models", "smollm", "smollm.gguf")).Set("llama.logit_scale", 0.25f).Save(folder.File("model.gguf"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_command_that_loads_the_model_says_each_once_on_stderr()
    {
        var run = Axis.Run("generate", "--model", model, "--threads", "1", "--ids", "1,50,60", "--greedy", "--max-tokens", "2", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith($"axis: warning: {model}: {Warning}", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.All(run.JsonLines, e => Assert.True(e.TryGetProperty("kind", out _)));
        var logits = Axis.Run("logits", "--model", model, "--threads", "1", "--ids", "1,50,60", "--out", folder.File("out.safetensors"));
        Assert.Single(logits.Error.Split('\n'), line => line.StartsWith("axis: warning: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_that_reads_the_tokenizer_alone_says_the_tokenizers()
    {
        var run = Axis.Run("detokenize", "--model", Repository.Fixture("reports", "pre-none.gguf"), "--ids", "297");
        Assert.StartsWith("axis: warning: ", Assert.Single(run.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Contains("tokenizer.ggml.pre", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_and_models_show_them()
    {
        Assert.Contains($"  warning: {model}: {Warning}", Axis.Run("inspect", model).Out, StringComparison.Ordinal);
        Assert.Contains(Warning, Assert.Single(Axis.Run("inspect", model, "--json").Json.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        var list = Path.GetDirectoryName(model)!;
        Assert.Contains($"  warning: {model}: {Warning}", Axis.Run("models", "--folder", list).Out, StringComparison.Ordinal);
        var run = Axis.Run("models", "--folder", list, "--json");
        Assert.Contains(Warning, Assert.Single(Assert.Single(run.Json.GetProperty("models").EnumerateArray()).GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void The_embedded_model_gives_none()
    {
        Assert.Empty(Axis.Run("inspect", Repository.Model, "--json").Json.GetProperty("warnings").EnumerateArray());
        Assert.DoesNotContain("warning", Axis.Run("generate", "--model", Repository.Model, "--prompt", "Hi", "--greedy", "--max-tokens", "1").Error, StringComparison.Ordinal);
    }
}
