using AxisDemo.Model.Hooks;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>The serving engine over the embedded model: requests in company and alone, turns from the cache, cancellation.</summary>
public abstract class ServingConformanceTests : ServingChecks
{
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
        for (var i = 0; i < requests.Length; i++)
        {
            using var fresh = Open();
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
        FinishReason? reason = null;
        await foreach (var e in engine.StreamAsync(Request(golden, 0, 200), leave.Token))
        {
            if (e is TokenEvent { Index: 2 }) await leave.CancelAsync();
            if (e is FinishedEvent finished) reason = finished.Reason;
        }

        Assert.Equal(FinishReason.Cancelled, reason);
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
            foreach (var request in (GenerationRequest[])[broken, broken with { Watch = [] }, broken with { Sampling = Sampling.Greedy, Read = true }, broken with { WatchPrompt = true }, broken with { Captures = [Capture.AnswerMean(30)] }])
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
}
