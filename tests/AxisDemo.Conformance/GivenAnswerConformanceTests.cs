using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Tests.Conformance;

/// <summary>An answer that is given to the serving engine is read as it was written, in pieces of any length and in any company.</summary>
public abstract class GivenAnswerConformanceTests : ServingChecks
{
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
            Request(golden, 0, 70) with { Sampling = new() { Seed = 4 }, Interventions = [cap], Watch = [Watch(golden)], Read = true, LogProbs = true, Captures = [Capture.AnswerMean(30)] },
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
        Assert.Equal((FinishReason.Length, length), (end.Reason, end.Tokens));
        Assert.Equal(length, read.OfType<TokenEvent>().Count());
        foreach (var (w, r) in written.OfType<TokenEvent>().Zip(read.OfType<TokenEvent>(), (w, r) => (w, r)))
            Same(w, r.Index == length - 1 ? r with { Text = w.Text } : r); // A character may end with the next token.
        var whole = (FinishedEvent)written[^1];
        if (length < whole.Tokens || request.Captures.Count == 0) return;
        var (means, again) = (whole.AnswerMean!, end.AnswerMean!);
        Assert.Equal(means.MeanNorms!.Length, again.MeanNorms!.Length);
        foreach (var (e, a) in means.MeanNorms.Zip(again.MeanNorms, (e, a) => (e, a))) Assert.Equal(e, a, Engine.Rearranged * e);
        if (Engine.Rearranged == 0) Assert.Equal(means.AllValues(), again.AllValues());
        else Tests.Model.Golden.CloseByRow(means.AllValues(), again.AllValues(), 576, Engine.Rearranged, "mean");
    }
}
