using AxisDemo.Formats;

namespace AxisDemo.Tests.Cli;

/// <summary>Every command takes a folder of safetensors where it takes a .gguf file.</summary>
public class FolderModelTests
{
    private static readonly string Qwen3 = Repository.Fixture("tiny-models", "qwen3");

    [Fact]
    public void Logits_of_a_sharded_folder_are_the_golden_ones()
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Qwen3, "golden.safetensors"));
        using var folder = new TemporaryFolder();
        var run = Axis.Run("logits", "--model", Qwen3, "--kernels", "scalar", "--threads", "1", "--ids", Ids(golden), "--hooks", "blocks.2.hook_resid_post", "--out", folder.File("out.safetensors"));
        Assert.True(run.ExitCode == 0, run.Error);
        using var written = SafetensorsFile.Open(folder.File("out.safetensors"));
        foreach (var (name, expected) in ((string, string)[])[("logits", "prompt.1.logits"), ("blocks.2.hook_resid_post", "blocks.2.hook_resid_post")])
            Assert.All(Find(written, name).ToFloats().Zip(Find(golden, expected).ToFloats()), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    [Fact]
    public void Ids_are_generated_without_a_tokenizer_and_text_is_told_what_it_needs()
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Qwen3, "golden.safetensors"));
        var run = Axis.Run("generate", "--model", Qwen3, "--threads", "1", "--ids", Ids(golden), "--greedy", "--max-tokens", "6", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var generated = run.JsonLines.Where(e => e.GetProperty("kind").GetString() == "token").Select(e => e.GetProperty("id").GetInt32()).ToList();
        Assert.Equal(Find(golden, "greedy.1.tokens").ToInts().TakeWhile(id => id != 2).Take(6), generated);
        Axis.Run("generate", "--model", Qwen3, "--prompt", "Hi").AssertBadInput("chat template");
        Axis.RunWithInput("Hi", "tokenize", "--model", Qwen3).AssertBadInput("tokenizer.json");
    }

    [Fact]
    public void A_folder_is_listed_and_inspected()
    {
        var list = Axis.Run("models", "--folder", Repository.Fixture("tiny-models"), "--json");
        Assert.True(list.ExitCode == 0, list.Error);
        var models = list.Json.GetProperty("models").EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!);
        Assert.Equal(6, models.Count);
        Assert.Equal(("llama", "BF16", 512, 64), (models["llama3"].GetProperty("architecture").GetString(), models["llama3"].GetProperty("quantization").GetString(),
            models["llama3"].GetProperty("context").GetInt32(), models["llama3"].GetProperty("sha256").GetString()!.Length));
        foreach (var path in (string[])[Qwen3, Path.Combine(Qwen3, "config.json")])
        {
            var header = Axis.Run("inspect", path, "--json");
            Assert.True(header.ExitCode == 0, header.Error);
            Assert.Equal("qwen3", header.Json.GetProperty("metadata").GetProperty("model_type").GetString());
            Assert.Contains(header.Json.GetProperty("tensors").EnumerateArray(), t => t.GetProperty("name").GetString() == "model.layers.3.mlp.down_proj.weight");
        }
    }

    [Fact]
    public void An_axis_of_another_model_is_refused_with_both_names() =>
        Axis.Run("generate", "--model", Qwen3, "--ids", "5", "--watch", Path.Combine(Repository.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors"))
            .AssertBadInput("it was made for", "30 layers, width 576", "qwen3 has 4 layers, width 64");

    [Fact]
    public void A_model_that_does_not_run_here_is_named_with_those_that_do()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", """{"model_type": "mamba2"}""");
        Axis.Run("generate", "--model", Path.GetDirectoryName(folder.File("x"))!, "--ids", "1").AssertBadInput("config.json", "'mamba2'", "llama", "qwen3", "gemma3");
    }

    private static TensorView Find(SafetensorsFile file, string name) => file.TryGet(name, out var tensor) ? tensor : throw new KeyNotFoundException(name);

    private static string Ids(SafetensorsFile golden) => string.Join(',', Find(golden, "prompt.1.input_ids").ToInts());
}
