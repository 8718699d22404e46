using AxisDemo.Model.Hooks;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>
/// Activation patching by requests to the serving engine, against the reference's own numbers (tests/fixtures/interventions, patching):
/// two prompts that differ in three tokens; what is compared is the difference of two answers' logits at the last position.
/// </summary>
public abstract class PatchingConformanceTests : IDisposable
{
    private readonly Golden golden = new(Repository.Fixture("interventions", "patching.json"), Repository.Fixture("interventions", "patching.safetensors"));
    private readonly LoadedModel model;
    private readonly Engine engine;
    private readonly int[] clean, corrupted, span;
    private readonly int[] answers;

    protected PatchingConformanceTests()
    {
        (clean, corrupted) = (golden.Ints("clean.input_ids"), golden.Ints("corrupted.input_ids"));
        span = Golden.Ids(golden.Json.GetProperty("span"));
        answers = [golden.Json.GetProperty("answer_clean").GetInt32(), golden.Json.GetProperty("answer_corrupted").GetInt32()];
        model = LoadedModel.Load(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"), Under.Open());
        engine = new Engine(model, new EngineOptions { KvBudgetBytes = 64 << 20, MaxWaiting = 4096 });
    }

    protected abstract EngineUnderTest Under { get; }

    private static int Blocks => 4;

    private static int Heads => 8;

    // A difference of two logits is off by the errors of both.
    private double Tolerance => 2 * Under.Tolerance!.Value;

    public void Dispose()
    {
        engine.Dispose();
        golden.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("denoise")]
    [InlineData("noise")]
    public async Task Each_cell_of_the_reference_is_found(string direction)
    {
        var (donor, receiver) = direction == "denoise" ? (clean, corrupted) : (corrupted, clean);
        var run = await Capture(donor);
        // The receiver's own run, kept: patched ones begin at their block.
        var baseline = await Difference(receiver, [], keep: true);
        Assert.Equal(golden.Json.GetProperty(direction == "denoise" ? "LD_corrupted" : "LD_clean").GetDouble(), baseline, Tolerance);
        var whole = await Difference(donor, []);
        foreach (var site in (Site[])[Site.ResidPre, Site.AttnOut, Site.MlpOut])
        {
            var name = $"{direction}.{site.ShortName()}";
            await Check(name, Blocks * clean.Length, i => Intervention.Patch(site, [run(site, i / clean.Length)], Positions.At([i % clean.Length])));
            await Check($"{name}.span", Blocks, l => Intervention.Patch(site, [run(site, l)], Positions.At(span)));
            await Check($"{name}.all", Blocks, l => Intervention.Patch(site, [run(site, l)]));
        }

        await Check($"{direction}.z_last", Blocks * Heads, i => Intervention.Patch(Site.Z, [run(Site.Z, i / Heads)], Positions.At([clean.Length - 1]), [i % Heads]));
        await Check($"{direction}.z_all", Blocks * Heads, i => Intervention.Patch(Site.Z, [run(Site.Z, i / Heads)], null, [i % Heads]));

        async Task Check(string name, int cells, Func<int, Intervention> patch)
        {
            var (logits, effects) = (golden.Floats(name), golden.Floats($"{name}.effect"));
            var measured = await Task.WhenAll(Enumerable.Range(0, cells).Select(i => Difference(receiver, [patch(i)])));
            for (var i = 0; i < cells; i++)
            {
                Assert.True(Math.Abs(logits[2 * i] - logits[2 * i + 1] - measured[i]) <= Tolerance, $"{name} {i}: {measured[i]}, {logits[2 * i] - logits[2 * i + 1]} is golden");
                Assert.Equal(effects[i], (measured[i] - baseline) / (whole - baseline), Tolerance);
            }
        }
    }

    [Fact]
    public async Task What_must_be_nothing_is_nothing_and_what_must_be_all_is_all()
    {
        var (own, donor) = (await Capture(corrupted), await Capture(clean));
        var (plain, whole) = (await Difference(corrupted, []), await Difference(clean, []));
        foreach (var site in (Site[])[Site.ResidPre, Site.Q, Site.K, Site.V, Site.RotQ, Site.RotK, Site.Z, Site.AttnOut, Site.ResidMid, Site.MlpOut, Site.ResidPost])
            for (var l = 0; l < Blocks; l++) Same(plain, await Difference(corrupted, [Intervention.Patch(site, [own(site, l)])]), $"a run patched into itself at {site} of block {l}");
        for (var l = 0; l < Blocks; l++)
        {
            Same(plain, await Difference(corrupted, [Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, l)], Positions.Between(0, span[0]))]), "positions before the span");
            Same(await Difference(corrupted, [Intervention.Patch(Site.AttnOut, [donor(Site.AttnOut, l)])]), await Difference(corrupted, [Intervention.Patch(Site.Z, [donor(Site.Z, l)], null, Enumerable.Range(0, Heads))]), "all heads' z against attn_out");
        }

        Same(whole, await Difference(corrupted, [Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, 0)])]), "the stream before block 0 everywhere");
        Same(whole, await Difference(corrupted, [Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, 0)], Positions.At(span))]), "the stream before block 0 at the span");
        Same(plain, await Difference(corrupted, [Intervention.MaskHeads([])]), "a mask of nothing");
        Same(plain, await Difference(corrupted, [Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, 2)], Positions.At([]))]), "a patch of no position");
        Assert.NotEqual(plain, await Difference(corrupted, [Intervention.MaskHeads([new MaskedHead(2, 3)])]));
    }

    [Fact]
    public async Task A_masked_head_is_a_head_patched_with_zeros_or_its_mean()
    {
        var run = await Capture(clean);
        var rows = run(Site.Z, 2).Values;
        var headDim = rows.Width / Heads;
        var zeros = new Activations("zeros", rows.Positions, new float[rows.Values.Length]);
        Same(await Difference(corrupted, [Intervention.Patch(Site.Z, [new LayerValues(2, zeros)], null, [5])]), await Difference(corrupted, [Intervention.MaskHeads([new MaskedHead(2, 5)])]), "zero");
        var mean = Enumerable.Range(0, headDim).Select(c => rows.Positions.Average(p => rows.Row(p)[5 * headDim + c])).ToArray();
        var means = new float[rows.Values.Length];
        for (var p = 0; p < rows.Positions.Count; p++) mean.CopyTo(means, p * rows.Width + 5 * headDim);
        Same(await Difference(corrupted, [Intervention.Patch(Site.Z, [new LayerValues(2, new Activations("means", rows.Positions, means))], null, [5])]),
            await Difference(corrupted, [Intervention.MaskHeads([new MaskedHead(2, 5, mean)])]), "mean");
    }

    [Fact]
    public async Task Frozen_patterns_are_the_given_ones()
    {
        var (own, donor) = (await Capture(corrupted), await Capture(clean));
        var plain = await Difference(corrupted, []);
        var freeze = Intervention.Freeze(Enumerable.Range(0, Blocks).Select(l => own(Site.Pattern, l)));
        Same(plain, await Difference(corrupted, [freeze]), "a run's own patterns");
        // With the patterns of the other run the patterns seen are those, and the answer another.
        var others = Intervention.Freeze([donor(Site.Pattern, 1)], null, [0, 3]);
        var seen = (await Run(corrupted, [others], [new Capture("patterns", Site.Pattern, [1], CaptureSpan.Between(0, clean.Length))])).Captured[0];
        for (var row = 0; row < clean.Length; row++)
            for (var head = 0; head < Heads; head++)
            {
                var expected = (head is 0 or 3 ? donor : own)(Site.Pattern, 1).Values.Row(row).Slice(head * clean.Length, clean.Length);
                Golden.Close(expected, seen.Values(0).Slice((row * Heads + head) * clean.Length, clean.Length), Under.Rearranged, $"row {row}, head {head}");
            }

        Assert.NotEqual(plain, await Difference(corrupted, [others]));
        // Direct effect: values change, attention does not. The reference's patterns are those of the receiver in every block.
        Assert.NotEqual(await Difference(corrupted, [Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, 1)])]), await Difference(corrupted, [freeze, Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, 1)])]));
    }

    [Fact]
    public async Task Patched_requests_in_one_batch_answer_as_they_do_alone()
    {
        var donor = await Capture(clean);
        GenerationRequest[] requests =
        [
            Request(corrupted, []),
            Request(corrupted, [Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, 2)], Positions.At(span))]),
            Request(corrupted, [Intervention.Patch(Site.Z, [donor(Site.Z, 1)], Positions.At([16]), [2, 7])]),
            Request(clean, [Intervention.MaskHeads([new MaskedHead(0, 1), new MaskedHead(3, 2)])]),
            Request(corrupted, [Intervention.Freeze([donor(Site.Pattern, 0)], Positions.At(span), [4])]),
            Request(clean, [Intervention.Patch(Site.MlpOut, [donor(Site.MlpOut, 3)], Positions.At([16])), Intervention.MaskHeads([new MaskedHead(1, 1)], Positions.Generated)]),
        ];
        foreach (var kept in (bool[])[false, true])
        {
            if (kept) await Difference(corrupted, [], keep: true);
            var together = await Task.WhenAll(requests.Select(Collect));
            for (var i = 0; i < requests.Length; i++)
            {
                using var fresh = new Engine(LoadedModel.Load(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"), Under.Open()), new EngineOptions { KvBudgetBytes = 64 << 20 });
                var alone = await ServingChecks.Collect(fresh, requests[i]);
                Assert.Equal((12, 12), (alone.OfType<TokenEvent>().Count(), together[i].OfType<TokenEvent>().Count()));
                foreach (var (a, b) in alone.OfType<TokenEvent>().Zip(together[i].OfType<TokenEvent>(), (a, b) => (a, b)))
                {
                    Assert.Equal(a.Id, b.Id);
                    Assert.Equal(a.LogProb!.Value, b.LogProb!.Value, Under.Rearranged);
                }
            }
        }
    }

    [Fact]
    public async Task What_a_patch_cannot_reach_is_not_computed_again()
    {
        var donor = await Capture(clean);
        await Difference(corrupted, [], keep: true);
        foreach (var (layer, positions) in ((int, int[])[])[(0, [16]), (2, span), (3, [16]), (1, [9, 12])])
        {
            var patch = Intervention.Patch(Site.ResidPre, [donor(Site.ResidPre, layer)], Positions.At(positions));
            var before = model.Transformer.RowBlocks;
            var events = await Collect(Request(corrupted, [patch]) with { MaxTokens = 1 });
            Assert.Equal((clean.Length - positions[0]) * (Blocks - layer), model.Transformer.RowBlocks - before);
            Assert.Equal(positions[0], events.OfType<StartedEvent>().Single().ReusedTokens);
            // The same without anything kept: every bit of it.
            using var fresh = new Engine(LoadedModel.Load(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"), Under.Open()), new EngineOptions { KvBudgetBytes = 64 << 20 });
            var alone = await ServingChecks.Collect(fresh, Request(corrupted, [patch]) with { MaxTokens = 1 });
            Assert.Equal(alone.OfType<TokenEvent>().Single().LogProb!.Value, events.OfType<TokenEvent>().Single().LogProb!.Value, Under.Rearranged);
        }
    }

    private void Same(double expected, double actual, string what) => Assert.True(Math.Abs(expected - actual) <= 2 * Under.Rearranged, $"{what}: {actual}, {expected} is expected");

    private static GenerationRequest Request(int[] prompt, Intervention[] interventions) =>
        new() { Prompt = prompt, MaxTokens = 12, Sampling = new() { Seed = 3 }, Interventions = interventions, LogProbs = true, StopAtEndOfTurn = false };

    private Task<GenerationEvent[]> Collect(GenerationRequest request) => ServingChecks.Collect(engine, request);

    private async Task<FinishedEvent> Run(int[] prompt, Intervention[] interventions, Capture[] captures) =>
        Assert.IsType<FinishedEvent>((await Collect(new GenerationRequest { Prompt = prompt, MaxTokens = 0, Interventions = interventions, Captures = captures }))[^1]);

    // The rows of every site and block of a run.
    private async Task<Func<Site, int, LayerValues>> Capture(int[] prompt)
    {
        Site[] sites = [.. Enum.GetValues<Site>().Where(s => s.InBlocks())];
        var end = await Run(prompt, [], [.. sites.Select(s => new Capture(s.ToString(), s, [0, 1, 2, 3], CaptureSpan.Between(0, prompt.Length)))]);
        return (site, layer) => new LayerValues(layer, end.Captured[Array.IndexOf(sites, site)].Activations(layer));
    }

    // logit(A) - logit(B) = log p(A) - log p(B).
    private async Task<double> Difference(int[] prompt, Intervention[] interventions, bool keep = false)
    {
        var logProbs = new double[2];
        for (var i = 0; i < 2; i++)
            logProbs[i] = (await Collect(new GenerationRequest { Prompt = prompt, Forced = [answers[i]], LogProbs = true, Interventions = interventions, KeepStream = keep })).OfType<TokenEvent>().Single().LogProb!.Value;
        return logProbs[0] - logProbs[1];
    }
}
