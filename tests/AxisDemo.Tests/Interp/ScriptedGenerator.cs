using System.Runtime.CompilerServices;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Interp;

/// <summary>
/// A model of two blocks and width three that is easy to reckon with. A prompt's first token says whether a role was asked for.
/// Plain, it speaks token 1 in a role and token 3 else; under an intervention token 2. log p: token 1 in a role -1, without -1.5;
/// all others -2; an intervention takes 0.25 from each.
/// </summary>
internal sealed class ScriptedGenerator : IGenerator, IPromptEncoder
{
    private int running;

    public int MostAtOnce { get; private set; }

    public int Requests { get; private set; }

    public int FailAt { get; init; } = -1;

    public ModelInfo Model { get; } = new("Scripted", "none", new string('d', 64), "llama", 1, "F32", 2, 3, 100, 10, "script");

    public ITokenizer Tokenizer => throw new NotSupportedException("the script has no tokenizer");

    public ChatTemplate Template => throw new NotSupportedException("the script has no template");

    public EngineStatus Status => new(running, 0, 0, 0, 0);

    public string Rendering => "plain";

    public IReadOnlyList<int> Encode(string system, string question) => [system.Length > 0 ? 1 : 0, .. question.Select(c => (int)c)];

    public async IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        lock (this)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++running);
            Requests++;
        }

        await Task.Delay(1, CancellationToken.None);
        yield return new StartedEvent(request.Prompt.Count, 0);
        if (Requests == FailAt) yield return new FailedEvent("out of order");
        var role = request.Prompt[0] == 1;
        var capped = request.Interventions.Count > 0;
        var count = request.Forced?.Count ?? 1 + (int)(request.Sampling.Seed % (ulong)request.MaxTokens);
        for (var i = 0; i < count; i++)
        {
            if (cancellation.IsCancellationRequested) break;
            var token = request.Forced?[i] ?? (capped ? 2 : role ? 1 : 3);
            var logProb = (token == 1 ? role ? -1f : -1.5f : -2f) - (capped ? 0.25f : 0);
            yield return new TokenEvent(i, token, $"{token} ", [])
            {
                LogProb = request.LogProbs ? logProb : null,
                LiftedLayers = capped ? 1 : null,
            };
        }

        lock (this) running--;
        var x = (float)(request.Sampling.Seed % 1000) / 1000;
        var mean = new[] { x, role ? -1 : 1, 0.5f, 2 * x, role ? -2 : 3, 1 };
        yield return new FinishedEvent(cancellation.IsCancellationRequested ? FinishReason.Cancelled : FinishReason.Length, count, 1)
        {
            Captured = [.. request.Captures.Select(c => new Captured(c, 3, [], [mean[..3], mean[3..]], [1.5f, 2.5f]))],
        };
    }
}
