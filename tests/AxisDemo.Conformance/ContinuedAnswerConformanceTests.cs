using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>An answer whose first tokens are given goes on as if it had never been cut, whatever is watched, captured or changed.</summary>
public abstract class ContinuedAnswerConformanceTests : ServingChecks
{
    private const int Length = 18;

    /// <summary>Where answers are cut.</summary>
    protected virtual IEnumerable<int> Cuts => Enumerable.Range(1, Length - 1);

    [Fact]
    public async Task A_given_beginning_is_continued_as_the_undisturbed_answer()
    {
        using var golden = Golden();
        var cap = Cap(golden);
        var generated = Intervention.Cap(cap.Layers.Select(l => (l.Layer, l.Vector, l.Amount)), Positions.Generated);
        GenerationRequest[] requests =
        [
            // With a penalty that knows the whole answer: greedy answers repeat themselves.
            Request(golden, 0, Length) with { Sampling = Sampling.Greedy with { RepetitionPenalty = 3 }, Watch = [Watch(golden)], LogProbs = true, Captures = [Capture.AnswerMean(30), new Capture("answer", Site.MlpOut, [3, 21], CaptureSpan.Answer)] },
            Request(golden, 1, Length) with { Sampling = new() { Seed = 5 }, Interventions = [cap], Watch = [Watch(golden)], Read = true, LogProbs = true, Captures = [Capture.AnswerMean(30)] },
            Request(golden, 2, Length) with { Sampling = new() { Seed = 6, Temperature = 1 }, Interventions = [generated], Watch = [Watch(golden)], Read = true },
            Request(golden, 3, Length) with { Sampling = new() { Seed = 7, TopK = 40 } },
        ];
        using var engine = Open();
        var whole = await Task.WhenAll(requests.Select(r => Collect(engine, r)));
        foreach (var cut in Cuts)
        {
            // In company, and from the cache as far as it is there; now and then by an engine that has seen nothing.
            using var fresh = cut % 8 == 5 ? Open() : null;
            var continued = await Task.WhenAll(requests.Select((r, i) => Collect(fresh ?? engine, r with { Beginning = [.. whole[i].OfType<TokenEvent>().Take(cut).Select(t => t.Id)] })));
            for (var i = 0; i < requests.Length; i++) Equal(whole[i], continued[i], cut);
        }
    }

    [Fact]
    public async Task A_beginning_that_ends_within_a_character_gives_what_is_left_of_it()
    {
        using var golden = Golden();
        using var engine = Open();
        var bird = engine.Tokenizer.Encode("🦜", parseSpecial: false);
        Assert.True(bird.Length > 1);
        // Nothing is left to write: the half is given as what it is, as at the end of an answer that was cut there.
        var request = Request(golden, 0, 1) with { Beginning = [bird[0]] };
        var end = Assert.IsType<FinishedEvent>((await Collect(engine, request))[^1]);
        Assert.Equal((FinishReason.Length, 1, "\ufffd"), (end.Reason, end.Tokens, end.Text));
    }

    private void Equal(GenerationEvent[] whole, GenerationEvent[] continued, int cut)
    {
        Assert.DoesNotContain(continued, e => e is FailedEvent);
        var (expected, tokens) = (whole.OfType<TokenEvent>().Skip(cut).ToArray(), continued.OfType<TokenEvent>().ToArray());
        Assert.Equal(expected.Length, tokens.Length);
        foreach (var (e, a) in expected.Zip(tokens)) Same(e, a);
        var (end, again) = (Assert.IsType<FinishedEvent>(whole[^1]), Assert.IsType<FinishedEvent>(continued[^1]));
        Assert.Equal((end.Reason, end.Tokens, end.Text), (again.Reason, again.Tokens, again.Text));
        Assert.Equal(end.Captured.Count, again.Captured.Count);
        foreach (var (e, a) in end.Captured.Zip(again.Captured))
        {
            Assert.Equal(e.Positions, a.Positions);
            if (Engine.Rearranged == 0) Assert.Equal(e.AllValues(), a.AllValues());
            else Tests.Model.Golden.CloseByRow(e.AllValues(), a.AllValues(), e.Width, Engine.Rearranged, e.Capture.Name);
        }
    }
}
