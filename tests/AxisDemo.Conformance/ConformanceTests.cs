using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>
/// What every engine must do, over the golden files: one class, run for each engine by a class of its own. The model's code is the same
/// for all; only the operations under it differ.
/// </summary>
public abstract class ConformanceTests
{
    public static TheoryData<string> Families => ["llama3", "smollm", "qwen2", "qwen3", "gemma2", "gemma3"];

    public static MatrixTheoryData<string, string> FamiliesAndForms => new([.. Families.Select(f => f.Data)], Forms);

    public static MatrixTheoryData<string, string> IntervenedAndForms => new(["llama3", "qwen3", "gemma2"], Forms);

    private static readonly string[] Forms = ["gguf", "safetensors"];

    protected abstract EngineUnderTest Engine { get; }

    [Theory, MemberData(nameof(FamiliesAndForms))]
    public void Logits_are_the_golden_ones(string family, string form)
    {
        using var golden = Open(family);
        using var model = Engine.Model(family, form);
        for (var p = 0; p < 3; p++)
        {
            var run = Inspector.Run(model.Transformer, golden.Ints($"prompt.{p}.input_ids"));
            Engine.Close(golden.Floats($"prompt.{p}.logits"), run.Logits, model.Transformer.Config.Vocabulary, $"{family} prompt {p}");
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void A_long_prompt_in_chunks_is_the_whole(string family)
    {
        using var golden = Open(family);
        using var model = Engine.Model(family);
        var ids = golden.Ints("long.input_ids");
        var whole = Inspector.Run(model.Transformer, ids, logitsFrom: 196);
        Engine.Close(golden.Floats("long.logits_last4"), whole.Logits, model.Transformer.Config.Vocabulary, family);
        foreach (var chunk in (int[])[1, 7, 64])
            Engine.Same(whole.Logits, Inspector.Run(model.Transformer, ids, chunk: chunk, logitsFrom: 196).Logits, $"{family} in chunks of {chunk}");
    }

    [Theory, MemberData(nameof(Families))]
    public void Every_hook_is_the_golden_one(string family)
    {
        using var golden = Open(family);
        using var model = Engine.Model(family);
        var names = golden.Names.Where(n => n.Contains("hook_", StringComparison.Ordinal) && n != "ln_final.hook_scale").ToArray();
        var points = names.Select(n => HookPoint.Parse(n, model.Transformer.Config.Layers)).ToArray();
        var ids = golden.Ints("prompt.1.input_ids");
        var run = Inspector.Run(model.Transformer, ids, points);
        for (var h = 0; h < names.Length; h++)
        {
            // A softmax's relative error is its scores' error twice: the score's own, and the others' in the sum.
            var (width, times) = points[h].Site == Site.Pattern ? (ids.Length, 2) : (model.Transformer.Config.Shape.WidthOf(points[h].Site), 1);
            Engine.Close(golden.Floats(names[h]), run.Hooks[names[h]], width, names[h], times);
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void Sequences_in_one_batch_do_not_touch_one_another(string family)
    {
        using var golden = Open(family);
        using var model = Engine.Model(family);
        int[][] prompts = [golden.Ints("prompt.0.input_ids"), golden.Ints("long.input_ids"), golden.Ints("prompt.2.input_ids"), golden.Ints("prompt.1.input_ids")];
        var alone = prompts.Select(p => Inspector.Run(model.Transformer, p, logitsFrom: Math.Max(0, p.Length - 2)).Logits).ToArray();
        using var batch = new Batch(model.Transformer, prompts.Length, 256);
        // All but the last token of each together, then one row of each: prefill and decode.
        var width = model.Transformer.Config.Vocabulary;
        var first = batch.Step([.. prompts.Select(p => p[..^1])]);
        var second = batch.Step([.. prompts.Select(p => p[^1..])]);
        for (var s = 0; s < prompts.Length; s++)
        {
            if (prompts[s].Length > 1) Engine.Same(alone[s].AsSpan(0, width), first[s], $"{family} sequence {s} in a batch");
            Engine.Same(alone[s].AsSpan(alone[s].Length - width), second[s], $"{family} sequence {s} in a batch, its last token");
        }
    }

    [Theory, MemberData(nameof(IntervenedAndForms))]
    public void Interventions_are_the_golden_ones(string family, string form)
    {
        using var golden = new Golden(Repository.Fixture("interventions", $"{family}.json"), Repository.Fixture("interventions", $"{family}.safetensors"));
        using var model = Engine.Model(family, form);
        var seen = 0;
        foreach (var item in golden.Json.GetProperty("interventions").EnumerateArray())
            foreach (var prompt in (string[])["p17", "p40"])
            {
                InterventionChecks.Check(Engine, golden, model.Transformer, item, prompt, Golden.Ids(golden.Json.GetProperty("prompts").GetProperty(prompt)));
                seen++;
            }

        Assert.True(seen >= 22);
    }

    [Fact]
    public void A_cap_that_nobody_reaches_changes_nothing()
    {
        using var golden = new Golden(Repository.Fixture("interventions", "llama3.json"), Repository.Fixture("interventions", "llama3.safetensors"));
        using var model = Engine.Model("llama3");
        var ids = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty("p40"));
        var axis = new Direction("axis", golden.Floats("axis.2"));
        var plain = Inspector.Run(model.Transformer, ids).Logits;
        Assert.Equal(plain, Inspector.Run(model.Transformer, ids, interventions: [Intervention.Cap([(2, axis, float.NegativeInfinity)])]).Logits);
        Assert.Equal(plain, Inspector.Run(model.Transformer, ids, interventions: [Intervention.Cap([(2, axis, -1000)])]).Logits);
        Assert.Equal(plain, Inspector.Run(model.Transformer, ids, interventions: [Intervention.Add([(2, axis, 0)])]).Logits);
    }

    [Fact]
    public void An_intervention_of_one_sequence_is_nobody_elses()
    {
        using var golden = new Golden(Repository.Fixture("interventions", "llama3.json"), Repository.Fixture("interventions", "llama3.safetensors"));
        using var model = Engine.Model("llama3");
        var ids = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty("p40"));
        Intervention[] cap = [Intervention.Cap([(2, new Direction("axis", golden.Floats("axis.2")), 2)])];
        var plain = Inspector.Run(model.Transformer, ids, logitsFrom: ids.Length - 1).Logits;
        var capped = Inspector.Run(model.Transformer, ids, interventions: cap, logitsFrom: ids.Length - 1).Logits;
        using var batch = new Batch(model.Transformer, 3, 64);
        var together = batch.Step([ids, ids, ids], [[], cap, []]);
        Engine.Same(plain, together[0], "the plain row before");
        Engine.Same(capped, together[1], "the capped row");
        Engine.Same(plain, together[2], "the plain row after");
        Assert.NotEqual(together[0], together[1]);
    }

    [Fact]
    public void A_copied_page_is_the_page()
    {
        using var golden = Open("llama3");
        using var model = Engine.Model("llama3");
        var ids = golden.Ints("long.input_ids")[..40];
        var alone = Inspector.Run(model.Transformer, ids, logitsFrom: 39).Logits;
        using var batch = new Batch(model.Transformer, 2, 64);
        batch.Step([ids[..39], []]);
        batch.CopyFirst(0, 1, 39);
        Engine.Same(alone, batch.Step([[], ids[39..]])[1], "a sequence that goes on from copied pages");
    }

    private static Golden Open(string family) => new(Repository.Fixture("tiny-models", family, "golden.json"), Repository.Fixture("tiny-models", family, "golden.safetensors"));
}
