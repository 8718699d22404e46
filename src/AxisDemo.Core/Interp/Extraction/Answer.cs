using System.Text;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Interp;

/// <summary>One answer, gathered from its events.</summary>
/// <param name="Tokens">Its tokens, end-of-turn left out.</param>
/// <param name="Text">Its text.</param>
/// <param name="LogProb">Mean log p of its tokens under the model that gave it, nats; NaN unless asked for, or without tokens.</param>
/// <param name="Lifted">Pairs of (token, layer) at which a cap lifted.</param>
/// <param name="End">The last event.</param>
internal sealed record Answer(int[] Tokens, string Text, double LogProb, long Lifted, FinishedEvent End)
{
    /// <summary>Runs a request to its end.</summary>
    /// <exception cref="GenerationFailedException">The engine failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<Answer> RunAsync(IGenerator generator, GenerationRequest request, CancellationToken cancellation)
    {
        var tokens = new List<int>();
        var text = new StringBuilder();
        double logProbs = 0;
        long lifted = 0;
        var end = await generator.RunAsync(request, e =>
        {
            if (e is not TokenEvent token) return;
            tokens.Add(token.Id);
            text.Append(token.Text);
            logProbs += token.LogProb ?? double.NaN;
            lifted += token.LiftedLayers ?? 0;
        }, cancellation).ConfigureAwait(false);
        text.Append(end.Text);
        return new Answer([.. tokens], text.ToString(), logProbs / tokens.Count, lifted, end);
    }

    /// <summary>Mean log p of given tokens after a prompt, nats.</summary>
    public static async Task<double> ScoreAsync(IGenerator generator, IReadOnlyList<int> prompt, IReadOnlyList<int> tokens, IReadOnlyList<Intervention> interventions, CancellationToken cancellation)
    {
        var request = new GenerationRequest
        {
            Prompt = prompt,
            Forced = tokens,
            MaxTokens = tokens.Count,
            Interventions = interventions,
            LogProbs = true,
            StopAtEndOfTurn = false,
        };
        return (await RunAsync(generator, request, cancellation).ConfigureAwait(false)).LogProb;
    }
}
