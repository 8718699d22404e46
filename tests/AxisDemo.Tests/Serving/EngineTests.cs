using System.Text.Json;
using AxisDemo.Compute;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tests.Model;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Serving;

/// <summary>The engine over the embedded model, on its fast path. One engine serves all tests of the class.</summary>
public sealed class EngineTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public async Task A_request_gives_the_same_alone_and_among_others_bit_for_bit()
    {
        var requests = Enumerable.Range(0, 6).Select(i => Request($"Tell me about the number {i}.", 20) with
        {
            Sampling = new Sampling { Seed = (ulong)i },
            Interventions = i % 2 == 0 ? [] : [fixture.Cap],
            Read = i % 3 == 1,
            Watch = [fixture.Watch],
        }).ToArray();
        var alone = new List<GenerationEvent[]>();
        foreach (var request in requests)
        {
            using var fresh = EngineFixture.Open(threads: 1);
            alone.Add(await Collect(fresh, request));
        }

        using var engine = EngineFixture.Open(threads: 2);
        var together = await Task.WhenAll(requests.Select(r => Collect(engine, r)));
        for (var i = 0; i < requests.Length; i++) Assert.Equal(Tokens(alone[i]), Tokens(together[i]));
    }

    [Fact]
    public async Task A_second_turn_from_the_cache_equals_one_computed_anew()
    {
        foreach (var interventions in (Intervention[][])[[], [fixture.Cap]])
        {
            var conversation = new Conversation(Engine);
            GenerationRequest Next(Prompt p) => new() { Prompt = p.Ids, PromptSpecial = p.Special, MaxTokens = 16, Sampling = new() { Seed = 5 }, Interventions = interventions, Watch = [fixture.Watch] };
            var first = await Collect(Engine, Next(conversation.Ask("What is a good name for a cat?")));
            conversation.Answer(Text(first), [.. first.OfType<TokenEvent>().Select(t => t.Id)]);
            var request = Next(conversation.Ask("And for a dog?"));
            var second = await Collect(Engine, request);
            Assert.True(second.OfType<StartedEvent>().Single().ReusedTokens > 30);

            using var fresh = EngineFixture.Open();
            var anew = await Collect(fresh, request);
            Assert.Equal(0, anew.OfType<StartedEvent>().Single().ReusedTokens);
            Assert.Equal(Tokens(anew), Tokens(second));
        }
    }

    [Fact]
    public async Task A_cap_that_lifts_nothing_leaves_every_bit_of_the_text_and_the_projections()
    {
        var plain = Request("Who are you?", 16) with { Watch = [fixture.Watch], Sampling = new() { Seed = 3 } };
        var idle = plain with { Interventions = [Intervention.Cap([(20, fixture.Axis(20), float.NegativeInfinity), (21, fixture.Axis(21), -1e9f)])], Read = true };
        var (a, b) = (await Collect(Engine, plain), await Collect(Engine, idle));
        Assert.Equal(a.OfType<TokenEvent>().Select(t => (t.Id, t.Projections[0].Post)), b.OfType<TokenEvent>().Select(t => (t.Id, t.Projections[0].Post)));
        Assert.All(b.OfType<TokenEvent>(), t =>
        {
            Assert.Equal(t.Projections[0].Pre, t.Projections[0].Read);
            Assert.Equal(0, t.LiftedLayers);
            Assert.InRange(t.Kl!.Value, 0, 1e-5);
        });
    }

    [Fact]
    public async Task A_cap_that_spares_the_template_is_cached_and_computed_alike()
    {
        var cap = Intervention.Cap(fixture.Cap.Layers.Select(l => (l.Layer, l.Vector, 1e6f)), Positions.NoSpecial);
        var request = Request("Tell me a story.", 6) with { Interventions = [cap], Watch = [fixture.Watch], WatchPrompt = true };
        var first = await Collect(Engine, request);
        var prompt = first.OfType<PromptEvent>().Single().Projections[0];
        Assert.Equal(request.PromptSpecial!.Select(s => !s), prompt.Touched);
        Assert.Contains(true, prompt.Touched);
        var second = await Collect(Engine, request with { WatchPrompt = false });
        Assert.True(second.OfType<StartedEvent>().Single().ReusedTokens > 0);
        Assert.Equal(Tokens(first), Tokens(second));
        // The same tokens under the same vectors at every position: nothing of the sparing run may be taken over.
        var everywhere = Intervention.Cap(cap.Layers.Select(l => (l.Layer, l.Vector, l.Amount)));
        var third = await Collect(Engine, request with { WatchPrompt = false, Interventions = [everywhere] });
        Assert.Equal(0, third.OfType<StartedEvent>().Single().ReusedTokens);
    }

    [Fact]
    public async Task A_capped_request_with_a_reader_tells_what_the_golden_files_tell()
    {
        using var golden = SmolLm2Golden.Open();
        using var read = new Golden(Repository.Fixture("smollm2", "smollm2.json"), Repository.Fixture("smollm2", "read.safetensors"));
        const int Case = 1;
        var (prompt, greedy) = SmolLm2Golden.Tokens(golden, Case, "capped");
        using var scalar = EngineFixture.Open(kernels: KernelPath.Scalar);
        var events = await Collect(scalar, new GenerationRequest
        {
            Prompt = prompt, MaxTokens = 12, Sampling = Sampling.Greedy, Interventions = [SmolLm2Golden.Cap(golden)], Read = true, LogProbs = true, Watch = [fixture.Watch],
        });
        var tokens = events.OfType<TokenEvent>().ToArray();
        Assert.Equal(greedy[..12], tokens.Select(t => t.Id));
        var total = prompt.Length + greedy.Length;
        var (pre, post, plain) = (golden.Floats($"{Case}.capped.proj_pre"), golden.Floats($"{Case}.capped.proj_post"), read.Floats($"{Case}.read.proj"));
        var (kl, logp, choice) = (read.Floats($"{Case}.read.kl"), read.Floats($"{Case}.read.logp"), read.Ints($"{Case}.read.plain_choice"));
        for (var t = 0; t < tokens.Length; t++)
        {
            var at = 21 * total + prompt.Length + t;
            var projection = tokens[t].Projections[0];
            // 1e-3 of a row's norm of at most 500.
            Assert.Equal(pre[at], projection.Pre, 0.5);
            Assert.Equal(post[at], projection.Post, 0.5);
            Assert.Equal(plain[at], projection.Read!.Value, 0.5);
            Assert.Equal(pre[at] < post[at], projection.Touched);
            Assert.Equal(kl[t], tokens[t].Kl!.Value, 2e-3);
            Assert.Equal(logp[t], tokens[t].ReadLogProb!.Value, 2e-3);
            Assert.Equal(choice[t], tokens[t].PlainChoiceId);
        }
    }

    [Fact]
    public async Task The_mean_over_the_answer_is_the_mean_of_its_own_positions()
    {
        using var golden = SmolLm2Golden.Open();
        var (prompt, greedy) = SmolLm2Golden.Tokens(golden, 0, "plain");
        using var scalar = EngineFixture.Open(kernels: KernelPath.Scalar);
        var events = await Collect(scalar, new GenerationRequest { Prompt = prompt, Forced = greedy, Captures = [Capture.AnswerMean(30)] });
        var mean = events.OfType<FinishedEvent>().Single().AnswerMean!.AllValues();
        Golden.CloseByRow(golden.Floats("0.plain.response_mean"), mean, 576, 1e-3, "response mean");
    }

    [Fact]
    public async Task Characters_of_several_tokens_survive_every_cut()
    {
        var request = Request("Repeat this line, and nothing else: 🦜🦜🦜🦜🦜🦜🦜🦜🦜🦜", 24) with { Sampling = new() { Seed = 11 } };
        var whole = await Collect(Engine, request);
        var tokens = whole.OfType<TokenEvent>().ToArray();
        Assert.Contains(tokens[..^1], t => t.Text.Length == 0);
        for (var cut = 1; cut < tokens.Length; cut++)
            Assert.Equal(Tokens(whole).Skip(cut), Tokens(await Collect(Engine, request with { Beginning = [.. tokens.Take(cut).Select(t => t.Id)] })));
    }

    [Fact]
    public async Task A_cached_prefix_reaches_as_far_as_nothing_else_acted()
    {
        using var engine = EngineFixture.Open();
        var conversation = new Conversation(engine);
        Intervention Capped(Positions positions) => Intervention.Cap(fixture.Cap.Layers.Select(l => (l.Layer, l.Vector, l.Amount)), positions);
        async Task<int> Reused(Prompt p, Positions? positions, int tokens = 1) => (await Collect(engine, new GenerationRequest
        {
            Prompt = p.Ids, PromptSpecial = p.Special, PromptGenerated = p.Generated, MaxTokens = tokens, Sampling = Sampling.Greedy, StopAtEndOfTurn = false, Interventions = positions is null ? [] : [Capped(positions)],
        })).OfType<StartedEvent>().Single().ReusedTokens;

        var first = conversation.Ask("What is a good name for a cat?");
        var last = first.Ids.Length - 1;
        Assert.Equal(0, await Reused(first, null));
        // Sparing interventions share what they spare with the plain run.
        Assert.Equal(last, await Reused(first, Positions.Last));
        Assert.Equal(last, await Reused(first, Positions.Generated, 6));
        Assert.Equal(12, await Reused(first, Positions.At([12, 20])));
        // With each other they share what they do alike.
        Assert.Equal(13, await Reused(first, Positions.Between(12, 14)));
        Assert.Equal(0, await Reused(first, Positions.All));
        // The next turn: answers' tokens that the first turn acted on, it acts on too.
        var answer = (await Collect(engine, new GenerationRequest { Prompt = first.Ids, PromptSpecial = first.Special, MaxTokens = 6, Sampling = Sampling.Greedy, StopAtEndOfTurn = false, Interventions = [Capped(Positions.Generated)] })).OfType<TokenEvent>().Select(t => t.Id).ToArray();
        conversation.Answer("Whiskers", answer);
        var second = conversation.Ask("And for a dog?");
        Assert.Equal(answer.Length, second.Generated!.Count(g => g));
        Assert.Equal(first.Ids.Length + answer.Length, await Reused(second, Positions.Generated));
        Assert.Equal(first.Ids.Length, await Reused(second, null));
        // The published form of "last" reads earlier answers again without the cap.
        Assert.Equal(second.Ids.Length - 1, await Reused(second, Positions.Last));
    }

    [Fact]
    public async Task Cancelling_ends_the_stream_at_the_next_step()
    {
        using var source = new CancellationTokenSource();
        await using var events = Engine.StreamAsync(Request("Count to a thousand.", 4000) with { Watch = [fixture.Watch] }, source.Token).GetAsyncEnumerator();
        while (await events.MoveNextAsync() && events.Current is not TokenEvent { Index: 3 }) { }
        await source.CancelAsync();
        // What was generated up to now waits in the channel; what has to be waited for is at most the step that was under way.
        var (tokens, awaited, waits) = (0, 0, false);
        var last = events.Current;
        while (true)
        {
            var next = events.MoveNextAsync();
            waits |= !next.IsCompleted;
            if (!await next) break;
            last = events.Current;
            if (last is not TokenEvent) continue;
            tokens++;
            if (waits) awaited++;
        }

        Assert.Equal(FinishReason.Cancelled, Assert.IsType<FinishedEvent>(last).Reason);
        Assert.Equal(4 + tokens, ((FinishedEvent)last).Tokens);
        Assert.InRange(awaited, 0, 1);
        await WaitUntil(() => Engine.Status is { Running: 0, Waiting: 0 });
    }

    [Fact]
    public async Task Who_stops_listening_takes_the_request_along()
    {
        await foreach (var e in Engine.StreamAsync(Request("Count to a thousand.", 4000)))
            if (e is TokenEvent) break;
        await WaitUntil(() => Engine.Status is { Running: 0, Waiting: 0 });
    }

    [Fact]
    public async Task A_stopped_engine_answers_nobody_and_leaves_nobody_waiting()
    {
        var engine = EngineFixture.Open();
        var stream = engine.StreamAsync(Request("Count to a thousand.", 4000)).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        engine.Dispose();
        var last = stream.Current;
        while (await stream.MoveNextAsync()) last = stream.Current;
        Assert.Equal(FinishReason.Cancelled, Assert.IsType<FinishedEvent>(last).Reason);
        Assert.Throws<ObjectDisposedException>(() => engine.StreamAsync(Request("Hi", 1)));
    }

    [Fact]
    public async Task More_requests_than_fit_wait_and_more_than_may_wait_are_refused()
    {
        using var engine = EngineFixture.Open(options: new EngineOptions { MaxRunning = 1, MaxWaiting = 1 });
        using var source = new CancellationTokenSource();
        var first = engine.StreamAsync(Request("One.", 4000), source.Token).GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync());
        var second = engine.StreamAsync(Request("Two.", 4)).GetAsyncEnumerator();
        Assert.True(await second.MoveNextAsync());
        Assert.Equal(new QueuedEvent(0), second.Current);
        var refused = Assert.Throws<InputException>(() => engine.StreamAsync(Request("Three.", 4)));
        Assert.Contains("too many visitors", refused.Message, StringComparison.Ordinal);
        await source.CancelAsync();
        while (await first.MoveNextAsync()) Assert.IsNotType<FailedEvent>(first.Current);
        var last = second.Current;
        while (await second.MoveNextAsync()) last = second.Current;
        Assert.Equal(FinishReason.Length, Assert.IsType<FinishedEvent>(last).Reason);
    }

    [Fact]
    public async Task Captures_of_several_requests_share_one_bound_and_wait_for_each_other()
    {
        using var engine = EngineFixture.Open(options: new EngineOptions { MaxCaptureBytes = 1 << 20 });
        // 4 tokens of 30 blocks and the step's rows: 0.35 MB each.
        var request = Request("Hello", 4) with { Captures = [new Capture("all", Site.ResidPost, [.. Enumerable.Range(0, 30)], CaptureSpan.Answer)], StopAtEndOfTurn = false };
        var ends = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Collect(engine, request)));

        Assert.Contains(ends, events => events.Any(e => e is QueuedEvent));
        Assert.All(ends, events => Assert.Equal(4, Assert.IsType<FinishedEvent>(events[^1]).Captured[0].Positions.Count));
        // The mean of a long span is small, and the rows that make it are not.
        var mean = new Capture("prompt", Site.ResidPost, [.. Enumerable.Range(0, 30)], CaptureSpan.Between(0, request.Prompt.Count), Mean: true);
        Assert.Contains("Engine:CaptureMegabytes", Assert.Throws<InputException>(() => engine.StreamAsync(request with { Captures = [mean] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_request_is_refused_before_it_is_queued()
    {
        var good = Request("Hello", 4);
        (GenerationRequest Request, string Field)[] bad =
        [
            (good with { Prompt = [] }, "prompt"), (good with { Prompt = [-1] }, "prompt"), (good with { Prompt = [60_000] }, "prompt"),
            (good with { Prompt = new int[8192] }, "prompt"), (good with { MaxTokens = -1 }, "maxTokens"), (good with { MaxTokens = 1_000_000 }, "maxTokens"),
            (good with { Sampling = new() { Temperature = float.NaN } }, "temperature"), (good with { Sampling = new() { TopP = 0 } }, "topP"),
            (good with { Watch = [fixture.Watch with { Layer = 30 }] }, "watch"), (good with { Watch = [new Watch("x", 1, new Direction("x", [1, 2]))] }, "watch"),
            (good with { Interventions = [fixture.Cap, Intervention.Cap([(99, fixture.Axis(21), 0)])] }, "interventions[1].layers"), (good with { PromptSpecial = [true] }, "promptSpecial"),
            (good with { PromptGenerated = [true] }, "promptGenerated"), (good with { Beginning = [60_000] }, "beginning"), (good with { Beginning = new int[9000] }, "prompt"), (good with { Beginning = [1], MaxTokens = 4098 }, "maxTokens"),
            (good with { Beginning = [1], Forced = [1, 2] }, "beginning"), (good with { Forced = [-1] }, "forced"),
            (good with { Captures = [new Capture("x", Site.Z, [], CaptureSpan.Answer)] }, "captures"), (good with { Captures = [new Capture("x", Site.Z, [30], CaptureSpan.Answer)] }, "captures"),
            (good with { Captures = [new Capture("x", Site.Embed, [0], CaptureSpan.Answer)] }, "captures"), (good with { Captures = [new Capture("x", Site.Z, [1, 1], CaptureSpan.Answer)] }, "captures"),
            (good with { Captures = [new Capture("x", Site.Z, [1], CaptureSpan.At([]))] }, "captures"), (good with { Captures = [new Capture("x", Site.Z, [1], CaptureSpan.At([good.Prompt.Count]))] }, "captures"),
            (good with { Captures = [.. new[] { Site.ResidPre, Site.ResidPost }.Select(site => new Capture("x", site, [.. Enumerable.Range(0, 30)], CaptureSpan.Answer))], MaxTokens = 4096 }, "captures"),
            (good with { KeepStream = true, Interventions = [fixture.Cap] }, "keepStream"),
            (good with { Interventions = [Intervention.MaskHeads([new MaskedHead(0, 9)])] }, "interventions[0].heads"), (good with { Interventions = [Intervention.MaskHeads([new MaskedHead(0, 1, new float[3])])] }, "interventions[0].mean"),
            (good with { Interventions = [Intervention.Patch(Site.K, [new LayerValues(0, new Activations("x", [0], new float[192]))], null, [3])] }, "interventions[0].heads"),
            (good with { Interventions = [Intervention.Patch(Site.Z, [new LayerValues(0, new Activations("x", [0], new float[5]))])] }, "interventions[0].values"),
            (good with { Interventions = [Intervention.Patch(Site.Z, [new LayerValues(0, new Activations("x", [999], new float[576]))])] }, "interventions[0].positions"),
            (good with { Interventions = [Intervention.Add([(0, fixture.Axis(21), 1)], site: Site.K)] }, "interventions[0].vector"), (good with { Beginning = [1, 2, 3, 4, 5] }, "beginning"),
        ];
        foreach (var (request, field) in bad)
            Assert.Equal(field, Assert.Throws<InputException>(() => Engine.StreamAsync(request)).Field);
    }

    [Fact]
    public async Task Events_are_one_json_with_the_kind_first()
    {
        var events = await Collect(Engine, Request("Hi", 2) with { Watch = [fixture.Watch], Interventions = [fixture.Cap], Read = true });
        Assert.All(events, e => Assert.StartsWith("{\"kind\":\"", e.ToJson(), StringComparison.Ordinal));
        var token = JsonDocument.Parse(events.OfType<TokenEvent>().First().ToJson()).RootElement;
        Assert.Equal(["kind", "index", "id", "text", "projections", "kl", "plainChoice", "plainChoiceId", "liftedLayers"], token.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["axis", "layer", "pre", "post", "touched", "read"], token.GetProperty("projections")[0].EnumerateObject().Select(p => p.Name));
    }

    private GenerationRequest Request(string text, int tokens)
    {
        var prompt = Conversation.Encode(Engine.Tokenizer, Engine.Template, [new ChatMessage("user", text)]);
        return new GenerationRequest { Prompt = prompt.Ids, PromptSpecial = prompt.Special, MaxTokens = tokens, StopAtEndOfTurn = false };
    }

    private static async Task<GenerationEvent[]> Collect(Engine engine, GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var e in engine.StreamAsync(request)) events.Add(e);
        Assert.IsType<FinishedEvent>(events[^1]);
        return [.. events];
    }

    private static IEnumerable<string> Tokens(GenerationEvent[] events) => events.OfType<TokenEvent>().Select(t => t.ToJson());

    private static string Text(GenerationEvent[] events) => string.Concat(events.OfType<TokenEvent>().Select(t => t.Text));

    private static async Task WaitUntil(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await Task.Delay(10, limit.Token);
    }
}

public sealed class EngineFixture : IDisposable
{
    private readonly Golden golden = SmolLm2Golden.Open();

    public Engine Engine { get; } = Open();

    public Watch Watch => new("axis", 21, Axis(21));

    public Intervention Cap => SmolLm2Golden.Cap(golden);

    public Direction Axis(int layer) => new("axis", golden.Floats("axis").AsSpan(layer * 576, 576));

    internal static Engine Open(string? path = null, KernelPath kernels = KernelPath.Vector, int threads = 2, EngineOptions? options = null) =>
        new(LoadedModel.Load(path ?? Repository.Model, new CpuOps(new CpuOptions { Kernels = kernels, Threads = threads })), options);

    public void Dispose()
    {
        Engine.Dispose();
        golden.Dispose();
    }
}
