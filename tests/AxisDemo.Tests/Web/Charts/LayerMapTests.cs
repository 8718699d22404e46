using AxisDemo.Compute;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Charts;

public class LayerMapTests
{
    private static readonly IProgress<double> Nobody = new Heard([]);

    [Fact]
    public async Task Reading_an_answer_again_repeats_its_own_run_bit_for_bit_at_every_block()
    {
        using var engine = new Engine(LoadedModel.Load(Repository.Model, new CpuOps(new CpuOptions())), new EngineOptions());
        var axis = AxisFiles.Open(AxisFiles.Beside(Repository.Model), engine.Model);
        var watches = Enumerable.Range(0, engine.Model.Layers).Select(l => new Watch("assistant", l, axis.Direction(l))).ToList();
        var prompt = new Conversation(engine, "You are a pirate.").Ask("Who are you?");
        var asked = new GenerationRequest
        {
            Prompt = prompt.Ids,
            PromptSpecial = prompt.Special,
            MaxTokens = 12,
            Sampling = new Sampling { Seed = 5 },
            Interventions = [axis.Cap(75)],
            Watch = watches,
            Read = true,
        };
        var tokens = new List<TokenEvent>();
        await foreach (var happened in engine.StreamAsync(asked, TestContext.Current.CancellationToken))
            if (happened is TokenEvent token) tokens.Add(token);

        var map = await LayerMap.ReadAsync(engine, asked, [.. tokens.Select(t => t.Id)], watches, Nobody, TestContext.Current.CancellationToken);

        Assert.Equal(tokens.Count, map.Tokens.Count);
        Assert.True(map.Changed);
        for (var l = 0; l < watches.Count; l++)
            for (var t = 0; t < tokens.Count; t++)
            {
                var seen = tokens[t].Projections[l];
                Assert.Equal((seen.Read!.Value, seen.Pre, seen.Post), (map.Value(Reading.Read, l, t), map.Value(Reading.Pre, l, t), map.Value(Reading.Post, l, t)));
            }

        Assert.All(map.Layers, l => Assert.True(axis.CapLayers.Contains(l) || map.Row(l).Touched == 0));
        Assert.Contains(axis.CapLayers, l => map.Row(l) is { Touched: > 0, Moved: > 0 });
    }

    [Fact]
    public async Task A_row_says_means_and_what_was_lifted_and_the_script_is_given_tenths()
    {
        var generator = new ScriptedGenerator { Script = request => Prompt(request, [-10, -20.5f], request.Interventions.Count > 0 ? [-10, -5.5f] : [-10, -20.5f]) };
        var heard = new Heard([]);

        var map = await LayerMap.ReadAsync(generator, Asked(capped: true), [1, 2], Watches, heard, TestContext.Current.CancellationToken);

        Assert.Equal(2, generator.Requests.Count);
        Assert.All(generator.Requests, r => Assert.Equal([5, 6, 7, 1, 2], r.Prompt));
        Assert.Equal(new LayerRow(2, -15.25f, -15.25f, 1, 15), map.Row(0));
        var packed = map.Pack();
        Assert.Equal([-100, -205, -100, -205, -100, -55], Enumerable.Range(0, packed.Length / 2).Select(i => (int)BitConverter.ToInt16(packed, i * 2)));
        Assert.Equal(1, heard.Parts[^1]);
        Assert.Equal(heard.Parts.Order(), heard.Parts);
    }

    [Fact]
    public async Task An_answer_that_filled_the_context_is_read_without_its_last_tokens()
    {
        var generator = new ScriptedGenerator { Script = request => Prompt(request, new float[96], new float[96]) };

        var map = await LayerMap.ReadAsync(generator, Asked(capped: false), [.. Enumerable.Range(0, 97)], Watches, Nobody, TestContext.Current.CancellationToken);

        Assert.Equal(96, map.Tokens.Count);
        Assert.False(map.Changed);
        Assert.Single(generator.Requests);
    }

    [Fact]
    public async Task Nothing_to_look_at_and_a_failing_engine_are_said_so()
    {
        var generator = new ScriptedGenerator { Script = _ => [new StartedEvent(3, 0), new FailedEvent("It broke.")] };

        await Assert.ThrowsAsync<InputException>(() => LayerMap.ReadAsync(generator, Asked(capped: false), [], Watches, Nobody, TestContext.Current.CancellationToken));
        var failure = await Assert.ThrowsAsync<GenerationFailedException>(() => LayerMap.ReadAsync(generator, Asked(capped: true), [1], Watches, Nobody, TestContext.Current.CancellationToken));
        Assert.Equal("It broke.", failure.Message);
    }

    [Fact]
    public async Task Stopping_ends_the_work()
    {
        using var stop = new CancellationTokenSource();
        var generator = new ScriptedGenerator { Script = request => Prompt(request, [1], [1]), Hold = new TaskCompletionSource() };
        var reading = LayerMap.ReadAsync(generator, Asked(capped: false), [1], Watches, Nobody, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static List<Watch> Watches => [new Watch("assistant", 2, new Direction("axis", [1, 2, 0]))];

    private static GenerationRequest Asked(bool capped) => new() { Prompt = [5, 6, 7], Interventions = capped ? [ScriptedGenerator.TestAxis().Cap(75)] : [] };

    // Three prompt tokens stand before the answer's.
    private static IEnumerable<GenerationEvent> Prompt(GenerationRequest request, float[] pre, float[] post) =>
    [
        new StartedEvent(request.Prompt.Count, 0), new PrefillEvent(2, 4),
        new PromptEvent([.. request.Watch.Select(w => new PromptProjection(w.Axis, w.Layer, [9, 9, 9, .. pre], [9, 9, 9, .. post], new bool[3 + pre.Length]))]),
        new FinishedEvent(FinishReason.Length, 0, 0),
    ];

    private sealed class Heard(List<double> parts) : IProgress<double>
    {
        public List<double> Parts => parts;

        public void Report(double value) => parts.Add(value);
    }
}
