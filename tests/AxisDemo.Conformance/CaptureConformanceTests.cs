using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>What a request captures is what one pass over the whole shows, whatever came from the cache; and published greedy texts under each intervention.</summary>
public abstract class CaptureConformanceTests
{
    protected abstract EngineUnderTest Under { get; }

    private Engine Open(int maxRows = 512) =>
        new(LoadedModel.Load(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"), Under.Open()), new EngineOptions { KvBudgetBytes = 64 << 20, MaxRows = maxRows });

    [Theory]
    [InlineData(512)]
    [InlineData(16)] // Spans that several steps bring.
    public async Task Any_site_and_span_is_captured_beside_the_cache(int maxRows)
    {
        using var golden = new Golden(Repository.Fixture("tiny-models", "llama3", "golden.json"), Repository.Fixture("tiny-models", "llama3", "golden.safetensors"));
        using var model = Under.Model("llama3");
        int[] prompt = golden.Ints("long.input_ids")[..60];
        Site[] sites = Enum.GetValues<Site>();
        var points = sites.SelectMany(s => s.InBlocks() ? [new HookPoint(s, 1), new HookPoint(s, 3)] : new[] { new HookPoint(s, -1) }).ToArray();
        using var engine = Open(maxRows);
        // A message in the middle, a list in any order, and the answer; what lies before the first of them may come from the cache.
        foreach (var (first, positions) in ((int, int[])[])[(30, [.. Enumerable.Range(30, 20)]), (41, [59, 41, 50]), (59, [59])])
        {
            await ServingChecks.Collect(engine, new GenerationRequest { Prompt = prompt, MaxTokens = 1 });
            var captures = sites.Select(s => new Capture(s.Name(), s, s.InBlocks() ? [1, 3] : [-1], CaptureSpan.At(positions))).ToArray();
            var events = await ServingChecks.Collect(engine, new GenerationRequest
            {
                Prompt = prompt, MaxTokens = 3, Sampling = Sampling.Greedy, StopAtEndOfTurn = false,
                Captures = [.. captures, .. captures.Select(c => c with { Mean = true }), new Capture("answer", Site.ResidMid, [0, 3], CaptureSpan.Answer)],
            });
            Assert.Equal(first, events.OfType<StartedEvent>().Single().ReusedTokens);
            int[] all = [.. prompt, .. events.OfType<TokenEvent>().Select(t => t.Id)];
            var seen = Inspector.Run(model.Transformer, all, [.. points, new HookPoint(Site.ResidMid, 0), new HookPoint(Site.ResidMid, 3)]);
            var end = Assert.IsType<FinishedEvent>(events[^1]);
            Assert.Equal(captures.Length * 2 + 1, end.Captured.Count);
            for (var c = 0; c < captures.Length; c++)
            {
                Assert.Equal(positions.Order(), end.Captured[c].Positions);
                for (var l = 0; l < captures[c].Layers.Count; l++)
                {
                    var rows = Rows(seen, new HookPoint(captures[c].Site, captures[c].Layers[l]), [.. positions.Order()], all.Length);
                    Same(rows, end.Captured[c].Values(l), $"{captures[c].Name} of block {captures[c].Layers[l]}");
                    var width = end.Captured[c].Width;
                    var mean = Enumerable.Range(0, width).Select(i => (float)Enumerable.Range(0, positions.Length).Average(p => (double)rows[p * width + i])).ToArray();
                    Same(mean, end.Captured[captures.Length + c].Values(l), $"mean of {captures[c].Name}");
                }
            }

            for (var l = 0; l < 2; l++) Same(Rows(seen, new HookPoint(Site.ResidMid, l * 3), [60, 61, 62], all.Length), end.Captured[^1].Values(l), "the answer's");
        }
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("qwen3")]
    [InlineData("gemma2")]
    public async Task Interventions_give_the_published_greedy_text_through_the_cache(string family)
    {
        using var golden = new Golden(Repository.Fixture("interventions", $"{family}.json"), Repository.Fixture("interventions", $"{family}.safetensors"));
        using var engine = new Engine(LoadedModel.Load(Repository.Fixture("tiny-models", family, $"{family}.gguf"), Under.Open()), new EngineOptions { KvBudgetBytes = 64 << 20 });
        foreach (var item in golden.Json.GetProperty("interventions").EnumerateArray())
            foreach (var prompt in (string[])["p17", "p40"])
            {
                var request = new GenerationRequest
                {
                    Prompt = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty(prompt)), MaxTokens = 24, Sampling = Sampling.Greedy,
                    StopAtEndOfTurn = false, Interventions = GoldenInterventions.Build(golden, item),
                };
                var greedy = Golden.Ids(item.GetProperty("runs").GetProperty(prompt).GetProperty("greedy"));
                Assert.Equal(greedy, (await ServingChecks.Collect(engine, request)).OfType<TokenEvent>().Select(t => t.Id));
                // Once more with a beginning, and everything that can be from the cache.
                Assert.Equal(greedy[9..], (await ServingChecks.Collect(engine, request with { Beginning = greedy[..9] })).OfType<TokenEvent>().Select(t => t.Id));
            }
    }

    private void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what) => Golden.Close(expected, actual, Under.Rearranged, what);

    private static float[] Rows(Inspection seen, HookPoint point, int[] positions, int tokens)
    {
        var values = seen.Hooks[point.ToString()];
        if (point.Site != Site.Pattern)
        {
            var width = values.Length / tokens;
            return [.. positions.SelectMany(p => values[(p * width)..((p + 1) * width)])];
        }

        var heads = values.Length / tokens / tokens;
        return [.. positions.SelectMany(p => Enumerable.Range(0, heads).SelectMany(h => values[((h * tokens + p) * tokens)..((h * tokens + p + 1) * tokens)]))];
    }
}
