using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Model;

/// <summary>
/// One random model per architecture against transformers' float32 (tests/fixtures/tiny-models): float32 against float64 differs there by at
/// most 3e-5, another honest float32 engine by 6e-5, so 1e-4 is fair; any misreading of the architecture shows as 4e-3 or more.
/// </summary>
public class TinyModelTests
{
    private const double Tolerance = 1e-4;

    // "" is the GGUF file; the others name the folder's configuration, in either spelling.
    public static MatrixTheoryData<string, string> Families => new(["llama3", "smollm", "qwen2", "qwen3", "gemma2", "gemma3"], ["", "config.json", "config.hub.json"]);

    [Theory, MemberData(nameof(Families))]
    public void Logits_of_every_prompt_are_the_golden_ones(string family, string config)
    {
        using var golden = Open(family, "golden");
        using var model = OpenFamily(family, config);
        for (var p = 0; p < 3; p++)
        {
            var run = Inspector.Run(model.Transformer, golden.Ints($"prompt.{p}.input_ids"));
            Golden.Close(golden.Floats($"prompt.{p}.logits"), run.Logits, Tolerance, $"{family} prompt {p}");
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void The_long_prompt_gives_the_golden_logits_in_one_step_and_in_many(string family, string config)
    {
        using var golden = Open(family, "golden");
        using var model = OpenFamily(family, config);
        var ids = golden.Ints("long.input_ids");
        var whole = Inspector.Run(model.Transformer, ids, logitsFrom: 196);
        Golden.Close(golden.Floats("long.logits_last4"), whole.Logits, Tolerance, family);
        // What steps do to the numbers does not depend on where they come from.
        foreach (var chunk in config.Length == 0 ? (int[])[1, 7, 64] : [64])
            Assert.Equal(whole.Logits, Inspector.Run(model.Transformer, ids, chunk: chunk, logitsFrom: 196).Logits);
    }

    [Theory, MemberData(nameof(Families))]
    public void Every_hook_is_the_golden_one(string family, string config)
    {
        using var golden = Open(family, "golden");
        using var model = OpenFamily(family, config);
        var names = golden.Names.Where(n => n.Contains("hook_", StringComparison.Ordinal) && n != "ln_final.hook_scale").ToArray();
        Assert.True(names.Length >= 8 * 4);
        var points = names.Select(n => HookPoint.Parse(n, model.Transformer.Config.Layers)).ToArray();
        var run = Inspector.Run(model.Transformer, golden.Ints("prompt.1.input_ids"), points);
        foreach (var name in names) Golden.Close(golden.Floats(name), run.Hooks[name], Tolerance, name);
    }

    [Theory, MemberData(nameof(Families))]
    public void The_residual_stream_adds_up_bit_for_bit(string family, string config)
    {
        using var golden = Open(family, "golden");
        using var model = OpenFamily(family, config);
        var layers = model.Transformer.Config.Layers;
        var points = Enumerable.Range(0, layers).SelectMany(l => new[] { Site.ResidPre, Site.AttnOut, Site.ResidMid, Site.MlpOut, Site.ResidPost }.Select(s => new HookPoint(s, l))).ToArray();
        var run = Inspector.Run(model.Transformer, golden.Ints("prompt.2.input_ids"), points);
        float[] At(Site site, int layer) => run.Hooks[new HookPoint(site, layer).ToString()];
        for (var l = 0; l < layers; l++)
        {
            Assert.Equal(At(Site.ResidMid, l), At(Site.ResidPre, l).Zip(At(Site.AttnOut, l), (a, b) => a + b));
            Assert.Equal(At(Site.ResidPost, l), At(Site.ResidMid, l).Zip(At(Site.MlpOut, l), (a, b) => a + b));
            if (l > 0) Assert.Equal(At(Site.ResidPre, l), At(Site.ResidPost, l - 1));
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void Greedy_text_is_the_golden_one(string family, string config)
    {
        using var golden = Open(family, "golden");
        using var model = OpenFamily(family, config);
        for (var p = 0; p < 3; p++)
            Greedy(model, golden.Ints($"prompt.{p}.input_ids"), golden.Ints($"greedy.{p}.tokens"));
    }

    [Theory]
    [InlineData("llama3.q8_0.gguf", "golden.q8_0")]
    [InlineData("llama3.q4_0.gguf", "golden.q4_0")]
    public void Quantised_weights_in_float_arithmetic_give_the_golden_logits(string file, string goldenName)
    {
        using var golden = Open("llama3", goldenName, "golden.json");
        using var model = OpenModel("llama3", file);
        using var plain = Open("llama3", "golden");
        for (var p = 0; p < 3; p++)
        {
            var ids = plain.Ints($"prompt.{p}.input_ids");
            Golden.Close(golden.Floats($"prompt.{p}.logits"), Inspector.Run(model.Transformer, ids).Logits, Tolerance, $"{file} prompt {p}");
            Greedy(model, ids, golden.Ints($"greedy.{p}.tokens"));
        }

        Golden.Close(golden.Floats("long.logits_last4"), Inspector.Run(model.Transformer, plain.Ints("long.input_ids"), logitsFrom: 196).Logits, Tolerance, file);
    }

    // The golden tokens fed back one pass: each must be the best continuation of what stands before it.
    private static void Greedy(TestModel model, int[] prompt, int[] tokens)
    {
        var vocabulary = model.Transformer.Config.Vocabulary;
        var run = Inspector.Run(model.Transformer, [.. prompt, .. tokens[..^1]], logitsFrom: prompt.Length - 1);
        for (var t = 0; t < tokens.Length; t++)
        {
            var row = run.Logits.AsSpan(t * vocabulary, vocabulary);
            Assert.Equal(tokens[t], System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(row));
        }
    }

    internal static TestModel OpenFamily(string family, string config)
    {
        if (config.Length == 0) return OpenModel(family, $"{family}.gguf");
        if (config == "config.json") return TestModel.Open(Repository.Fixture("tiny-models", family), threads: 1);
        using var folder = FolderModel.Copy(family, config);
        return TestModel.Open(folder.Path, threads: 1);
    }

    private static TestModel OpenModel(string family, string file) => TestModel.Open(Repository.Fixture("tiny-models", family, file), KernelPath.Scalar);

    private static Golden Open(string family, string tensors, string json = "golden.json") =>
        new(Repository.Fixture("tiny-models", family, json), Repository.Fixture("tiny-models", family, tensors + ".safetensors"));
}
