using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Model;

/// <summary>
/// Capping inside the model, and its projections, against the published code's own results (tests/fixtures/interventions); each single
/// intervention is in the conformance suite. Tolerance: the models' float32 noise (3e-5 on logits) carried through changed streams; no token lies nearer than 0.003 to a bound.
/// </summary>
public class InterventionGoldenTests
{
    private const double Tolerance = 1e-4;

    public static MatrixTheoryData<string, string> Models => new(["llama3", "qwen3", "gemma2"], ["", "config.json"]);

    [Theory, MemberData(nameof(Models))]
    public void A_plain_run_projects_as_the_golden_one(string name, string config)
    {
        using var golden = Open(name);
        using var model = TinyModelTests.OpenFamily(name, config);
        var layers = model.Transformer.Config.Layers;
        var watches = Enumerable.Range(0, layers).Select(l => new Watch("axis", l, new Direction("axis", golden.Floats($"axis.{l}")))).ToArray();
        foreach (var prompt in (string[])["p17", "p40"])
        {
            var ids = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty(prompt));
            var generated = golden.Ints($"plain.{prompt}.gen_tokens");
            var run = Inspector.Run(model.Transformer, [.. ids, .. generated], watches: watches);
            Golden.Close(golden.Floats($"plain.{prompt}.proj_axis"), run.Pre.SelectMany(p => p[..ids.Length]).ToArray(), Tolerance, "proj_axis");
            Golden.Close(golden.Floats($"plain.{prompt}.gen_proj_axis"), run.Pre.SelectMany(p => p[ids.Length..]).ToArray(), Tolerance, "gen_proj_axis");
            Assert.Equal(run.Pre.SelectMany(p => p), run.Post.SelectMany(p => p));
        }
    }

    [Fact]
    public void Capping_twice_is_capping_once_lands_on_the_floor_and_keeps_the_rest()
    {
        using var golden = Open("llama3");
        using var model = TestModel.Open(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"));
        var ids = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty("p40"));
        var axis = new Direction("axis", golden.Floats("axis.2"));
        const float Floor = 1;
        var cap = Intervention.Cap([(2, axis, Floor)]);
        HookPoint[] post = [new(Site.ResidPost, 2)];
        Watch[] watch = [new("axis", 2, axis)];
        var plain = Inspector.Run(model.Transformer, ids, post, watches: watch);
        var once = Inspector.Run(model.Transformer, ids, post, [cap], watch);
        var twice = Inspector.Run(model.Transformer, ids, post, [cap, cap], watch);
        // A dot product of width 256 at magnitude 5 rounds to a few 1e-6.
        Golden.Close(once.Hooks[post[0].ToString()], twice.Hooks[post[0].ToString()], 8e-6, "cap twice");
        Assert.Contains(once.Touched[0].Tokens, t => t);
        Assert.Contains(once.Touched[0].Tokens, t => !t);
        for (var i = 0; i < ids.Length; i++)
        {
            var (before, after) = (Row(plain, i), Row(once, i));
            if (!once.Touched[0].Tokens[i])
            {
                Assert.Equal(before, after);
                continue;
            }

            Assert.Equal(Floor, once.Post[0][i], 4e-6);
            var (a, b) = (axis.Project(before), axis.Project(after));
            for (var c = 0; c < before.Length; c++)
                Assert.Equal(before[c] - a * axis.Unit[c], after[c] - b * axis.Unit[c], 4e-6);
        }

        float[] Row(Inspection run, int i) => run.Hooks[post[0].ToString()].AsSpan(i * axis.Length, axis.Length).ToArray();
    }

    private static Golden Open(string name) => new(Repository.Fixture("interventions", $"{name}.json"), Repository.Fixture("interventions", $"{name}.safetensors"));
}
