using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>The serving engine over the embedded model: requests in company and alone, turns from the cache, cancellation.</summary>
public abstract class ServingConformanceTests
{
    private static readonly EngineOptions Options = new() { KvBudgetBytes = 256L << 20 };

    protected abstract EngineUnderTest Engine { get; }

    [Fact]
    public async Task Requests_in_one_batch_answer_as_they_do_alone()
    {
        using var golden = Golden();
        GenerationRequest[] requests =
        [
            Request(golden, 0, 10) with { Sampling = new() { Seed = 1 }, Watch = [Watch(golden)], LogProbs = true },
            Request(golden, 1, 12) with { Sampling = new() { Seed = 2, TopK = 20 }, Interventions = [Cap(golden)], Watch = [Watch(golden)], Read = true, LogProbs = true },
            Request(golden, 2, 14) with { Sampling = Sampling.Greedy with { RepetitionPenalty = 1.2f } },
        ];
        using var engine = Open();
        var together = await Task.WhenAll(requests.Select(r => Collect(engine, r)));
        using var fresh = Open();
        for (var i = 0; i < requests.Length; i++)
        {
            var alone = await Collect(fresh, requests[i]);
            Assert.DoesNotContain((GenerationEvent[])[.. alone, .. together[i]], e => e is FailedEvent);
            Assert.Equal(requests[i].MaxTokens, alone.OfType<TokenEvent>().Count());
            foreach (var (a, b) in alone.OfType<TokenEvent>().Zip(together[i].OfType<TokenEvent>(), (a, b) => (a, b))) Same(a, b);
        }
    }

    [Fact]
    public async Task The_greedy_answer_is_the_golden_one_and_comes_from_the_cache_the_second_time()
    {
        using var golden = Golden();
        using var engine = Open();
        var request = Request(golden, 0, 12) with { Sampling = Sampling.Greedy };
        var first = await Collect(engine, request);
        if (Engine.Decides) Assert.Equal(SmolLm2Golden.Tokens(golden, 0, "plain").Greedy[..12], first.OfType<TokenEvent>().Select(t => t.Id));
        var second = await Collect(engine, request);
        Assert.Equal(request.Prompt.Count - 1, second.OfType<StartedEvent>().Single().ReusedTokens);
        Assert.Equal(first.OfType<TokenEvent>().Select(t => t.Id), second.OfType<TokenEvent>().Select(t => t.Id));
    }

    [Fact]
    public async Task A_cancelled_request_ends_and_the_others_do_not_notice()
    {
        using var golden = Golden();
        using var engine = Open();
        var kept = Request(golden, 1, 16) with { Sampling = new() { Seed = 3 } };
        var expected = await Collect(engine, kept);
        using var leave = new CancellationTokenSource();
        var other = Collect(engine, kept);
        var reason = "";
        await foreach (var e in engine.StreamAsync(Request(golden, 0, 200), leave.Token))
        {
            if (e is TokenEvent { Index: 2 }) await leave.CancelAsync();
            if (e is FinishedEvent finished) reason = finished.Reason;
        }

        Assert.Equal("cancelled", reason);
        Assert.Equal(expected.OfType<TokenEvent>().Select(t => t.Id), (await other).OfType<TokenEvent>().Select(t => t.Id));
    }

    [Fact]
    public async Task A_request_whose_numbers_overflow_fails_alone_and_leaves_nothing_behind()
    {
        using var golden = Golden();
        var axis = SmolLm2Golden.Axis(golden)[21].Vector;
        var fine = Request(golden, 1, 6) with { Sampling = new() { Seed = 3 }, Watch = [Watch(golden)], Read = true, LogProbs = true };
        using var fresh = Open();
        var alone = await Collect(fresh, fine);
        // Few pages: who comes next gets those that the failed ones leave.
        using var engine = Open(kvBytes: 16L << 20);
        foreach (var amount in (float[])[float.MaxValue, -float.MaxValue])
        {
            // Added eight times, the largest elements leave float32's range.
            var broken = Request(golden, 0, 16) with { Interventions = [Intervention.Add(Enumerable.Range(16, 8).Select(l => (l, axis, amount)))], Watch = [Watch(golden)] };
            foreach (var request in (GenerationRequest[])[broken, broken with { Watch = [] }, broken with { Sampling = Sampling.Greedy, Read = true }, broken with { WatchPrompt = true }, broken with { CaptureResponseMean = true }])
            {
                var (other, failed) = (Collect(engine, fine), await Collect(engine, request));
                Assert.Contains("not a finite number", Assert.IsType<FailedEvent>(failed[^1]).Error, StringComparison.Ordinal);
                Assert.Empty(failed.OfType<TokenEvent>());
                foreach (var (a, b) in alone.OfType<TokenEvent>().Zip((await other).OfType<TokenEvent>(), (a, b) => (a, b))) Same(a, b);
                // Nothing of a failed one is reused, and its pages are ordinary again.
                Assert.Equal(0, (await Collect(engine, request)).OfType<StartedEvent>().Single().ReusedTokens);
                foreach (var (a, b) in alone.OfType<TokenEvent>().Zip((await Collect(engine, fine)).OfType<TokenEvent>(), (a, b) => (a, b))) Same(a, b);
            }
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(16)] // Pieces that a step cannot take whole.
    public async Task A_given_answer_reads_as_it_was_written(int maxRows)
    {
        using var golden = Golden();
        using var engine = Open(maxRows);
        var cap = Cap(golden);
        var sparing = Intervention.Cap(cap.Layers.Select(l => (l.Layer, l.Vector, l.Amount)), Positions.NoSpecial);
        GenerationRequest[] requests =
        [
            Request(golden, 0, 70) with { Sampling = new() { Seed = 4 }, Interventions = [cap], Watch = [Watch(golden)], Read = true, LogProbs = true, CaptureResponseMean = true },
            Request(golden, 1, 70) with { Sampling = new() { Seed = 5 }, Interventions = [sparing], Watch = [Watch(golden)], Read = true },
            Request(golden, 2, 70) with { Sampling = new() { Seed = 6 }, Watch = [Watch(golden)] },
            Request(golden, 3, 70) with { Sampling = new() { Seed = 7, TopK = 40 }, LogProbs = true },
        ];
        var answers = await Task.WhenAll(requests.Select(r => Collect(engine, r)));
        foreach (var (request, written) in requests.Zip(answers))
        {
            Assert.DoesNotContain(written, e => e is FailedEvent);
            Assert.Equal(70, written.OfType<TokenEvent>().Count());
            // Alone a step has up to 64 tokens after the first: of 66 the third step has one, 70 end within a step.
            foreach (var length in (int[])[1, 66, 70]) SameAnswer(request, written, await Collect(engine, Given(request, written, length)), length);
            // Two given answers share a step, 32 tokens each.
            var other = Collect(engine, requests[2] with { Forced = requests[2].Prompt });
            SameAnswer(request, written, await Collect(engine, Given(request, written, 70)), 70);
            await other;
        }

        // Somebody who writes has all of them go token by token.
        var writer = Collect(engine, requests[3]);
        var read = await Task.WhenAll(requests.Zip(answers, (r, written) => Collect(engine, Given(r, written, 70))));
        for (var i = 0; i < requests.Length; i++) SameAnswer(requests[i], answers[i], read[i], 70);
        await writer;
    }

    private static GenerationRequest Given(GenerationRequest request, GenerationEvent[] written, int length) =>
        request with { Forced = [.. written.OfType<TokenEvent>().Take(length).Select(t => t.Id)], Sampling = new() };

    private void SameAnswer(GenerationRequest request, GenerationEvent[] written, GenerationEvent[] read, int length)
    {
        Assert.DoesNotContain(read, e => e is FailedEvent);
        var end = Assert.IsType<FinishedEvent>(read[^1]);
        Assert.Equal(("length", length), (end.Reason, end.Tokens));
        Assert.Equal(length, read.OfType<TokenEvent>().Count());
        foreach (var (w, r) in written.OfType<TokenEvent>().Zip(read.OfType<TokenEvent>(), (w, r) => (w, r)))
            Same(w, r.Index == length - 1 ? r with { Text = w.Text } : r); // A character may end with the next token.
        var whole = (FinishedEvent)written[^1];
        if (length < whole.Tokens || !request.CaptureResponseMean) return;
        Assert.Equal(whole.ResponseMeanNorm!.Length, end.ResponseMeanNorm!.Length);
        foreach (var (e, a) in whole.ResponseMeanNorm.Zip(end.ResponseMeanNorm, (e, a) => (e, a))) Assert.Equal(e, a, Engine.Rearranged * e);
        if (Engine.Rearranged == 0) Assert.Equal(whole.ResponseMean, end.ResponseMean);
        else Tests.Model.Golden.CloseByRow(whole.ResponseMean!, end.ResponseMean!, 576, Engine.Rearranged, "mean");
    }

    /// <summary>An engine over the embedded model.</summary>
    protected Engine Open(int maxRows = 512, long? kvBytes = null) =>
        new(LoadedModel.Load(Repository.Model, Engine.Open()), Options with { MaxRows = maxRows, KvBudgetBytes = kvBytes ?? Options.KvBudgetBytes });

    private void Same(TokenEvent expected, TokenEvent actual)
    {
        if (Engine.Rearranged == 0)
        {
            Assert.Equal(expected.ToJson(), actual.ToJson());
            return;
        }

        // Projections of this model reach some hundreds, so what a rearranged sum may differ by is taken of that.
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.PlainChoiceId, actual.PlainChoiceId);
        Assert.Equal(expected.LogProb ?? 0, actual.LogProb ?? 0, Engine.Rearranged * 10);
        Assert.Equal(expected.Kl ?? 0, actual.Kl ?? 0, Engine.Rearranged * 10);
        foreach (var (e, a) in expected.Projections.Zip(actual.Projections, (e, a) => (e, a)))
        {
            Assert.Equal(e.Pre, a.Pre, Engine.Rearranged * 500);
            Assert.Equal(e.Post, a.Post, Engine.Rearranged * 500);
            Assert.Equal(e.Read ?? 0, a.Read ?? 0, Engine.Rearranged * 500);
        }
    }

    internal static async Task<GenerationEvent[]> Collect(Engine engine, GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var e in engine.StreamAsync(request)) events.Add(e);
        return [.. events];
    }

    internal static GenerationRequest Request(Golden golden, int k, int tokens) => new() { Prompt = SmolLm2Golden.Tokens(golden, k, "plain").Prompt, MaxTokens = tokens, StopAtEndOfTurn = false };

    internal static Watch Watch(Golden golden) => SmolLm2Golden.Axis(golden)[21];

    internal static Intervention Cap(Golden golden) => SmolLm2Golden.Cap(golden);

    internal static Golden Golden() => SmolLm2Golden.Open();
}
