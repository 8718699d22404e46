using System.Text.Json;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Model;

/// <summary>
/// Capping, steering and ablation inside the model against the published code's own results (tests/fixtures/interventions).
/// Tolerance: the models' float32 noise (3e-5 on logits) carried through changed streams; no token lies nearer than 0.003 to a bound.
/// </summary>
public class InterventionGoldenTests
{
    private const double Tolerance = 1e-4;

    public static MatrixTheoryData<string, string> Models => new(["llama3", "qwen3", "gemma2"], ["", "config.json"]);

    [Theory, MemberData(nameof(Models))]
    public void Every_intervention_gives_the_golden_logits_streams_and_choices(string name, string config)
    {
        using var golden = Open(name);
        using var model = TinyModelTests.OpenFamily(name, config);
        var seen = 0;
        foreach (var item in golden.Json.GetProperty("interventions").EnumerateArray())
        {
            foreach (var prompt in (string[])["p17", "p40"])
            {
                var ids = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty(prompt));
                Check(golden, model, item, prompt, ids);
                seen++;
            }
        }

        Assert.True(seen >= 22);
    }

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
    public void A_cap_that_nobody_reaches_leaves_every_bit()
    {
        using var golden = Open("llama3");
        using var model = TestModel.Open(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"));
        var ids = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty("p40"));
        var axis = new Direction("axis", golden.Floats("axis.2"));
        var plain = Inspector.Run(model.Transformer, ids).Logits;
        Assert.Equal(plain, Inspector.Run(model.Transformer, ids, interventions: [Intervention.Cap([(2, axis, float.NegativeInfinity)])]).Logits);
        Assert.Equal(plain, Inspector.Run(model.Transformer, ids, interventions: [Intervention.Cap([(2, axis, -1000)])]).Logits);
        Assert.Equal(plain, Inspector.Run(model.Transformer, ids, interventions: [Intervention.Add([(2, axis, 0)])]).Logits);
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

    private static void Check(Golden golden, TestModel model, JsonElement item, string prompt, int[] ids)
    {
        var name = $"{item.GetProperty("name").GetString()}.{prompt}";
        var layers = model.Transformer.Config.Layers;
        var run = item.GetProperty("runs").GetProperty(prompt);
        var interventions = Build(golden, item);
        var items = item.GetProperty("items").EnumerateArray().ToArray();
        var watches = items.Select(i => new Watch("v", i.GetProperty("layer").GetInt32(), new Direction("v", golden.Floats(i.GetProperty("vector").GetString()!)))).ToArray();
        var post = Enumerable.Range(0, layers).Select(l => new HookPoint(Site.ResidPost, l)).ToArray();
        var result = Inspector.Run(model.Transformer, ids, post, interventions, watches);
        var vocabulary = model.Transformer.Config.Vocabulary;

        if (golden.Has($"{name}.logits")) Golden.Close(golden.Floats($"{name}.logits"), result.Logits, Tolerance, name);
        if (golden.Has($"{name}.logits_last8")) Golden.Close(golden.Floats($"{name}.logits_last8"), result.Logits.AsSpan((ids.Length - 8) * vocabulary), Tolerance, name);
        for (var l = 0; l < layers; l++)
        {
            var hook = result.Hooks[post[l].ToString()];
            if (golden.Has($"{name}.resid_post.{l}")) Golden.Close(golden.Floats($"{name}.resid_post.{l}"), hook, Tolerance, $"{name} block {l}");
            if (golden.Has($"{name}.resid_post_last4.{l}")) Golden.Close(golden.Floats($"{name}.resid_post_last4.{l}"), hook.AsSpan((ids.Length - 4) * hook.Length / ids.Length), Tolerance, $"{name} block {l}");
        }

        if (item.GetProperty("kind").GetString() == "cap")
            for (var i = 0; i < items.Length; i++)
            {
                Assert.Equal(golden.Ints($"{name}.touched.{i}"), result.Touched[i].Tokens.Select(t => t ? 1 : 0));
                // Two caps on one block: the watch sees the block before the first and after the last.
                if (items.Count(o => o.GetProperty("layer").GetInt32() == watches[i].Layer) > 1) continue;
                Golden.Close(golden.Floats($"{name}.proj_before.{i}"), result.Pre[i], Tolerance, $"{name} before {i}");
                Golden.Close(golden.Floats($"{name}.proj_after.{i}"), result.Post[i], Tolerance, $"{name} after {i}");
            }

        // With a cache, `last` acts on every generated token as it passes through: one pass over the whole cannot show that.
        var greedy = Golden.Ids(run.GetProperty("greedy"));
        if (item.GetProperty("positions").GetString() == "last") greedy = greedy[..1];
        var fed = Inspector.Run(model.Transformer, [.. ids, .. greedy[..^1]], interventions: interventions, logitsFrom: ids.Length - 1);
        for (var t = 0; t < greedy.Length; t++)
            Assert.Equal(greedy[t], System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(fed.Logits.AsSpan(t * vocabulary, vocabulary)));
    }

    internal static Intervention[] Build(Golden golden, JsonElement item)
    {
        var positions = item.GetProperty("positions").GetString() == "last" ? Positions.Last : Positions.All;
        return [.. item.GetProperty("items").EnumerateArray().Select(i =>
        {
            var layer = i.GetProperty("layer").GetInt32();
            var vector = new Direction("v", golden.Floats(i.GetProperty("vector").GetString()!));
            return item.GetProperty("kind").GetString() switch
            {
                "cap" => Intervention.Cap([(layer, Negative(vector), i.GetProperty("floor_on_axis").GetSingle())], positions),
                "add" => Intervention.Add([(layer, vector, i.GetProperty("coefficient").GetSingle())], positions),
                "ablate" => Intervention.Ablate([(layer, vector, 0, null)], positions),
                "mean_ablate" => Intervention.Ablate([(layer, vector, 1, new Direction("m", golden.Floats(i.GetProperty("mean").GetString()!)))], positions),
                var kind => throw new NotSupportedException(kind),
            };
        })];
    }

    private static Direction Negative(Direction v)
    {
        var values = v.Values.ToArray();
        for (var i = 0; i < values.Length; i++) values[i] = -values[i];
        return new Direction("axis", values);
    }

    private static Golden Open(string name) => new(Repository.Fixture("interventions", $"{name}.json"), Repository.Fixture("interventions", $"{name}.safetensors"));
}
