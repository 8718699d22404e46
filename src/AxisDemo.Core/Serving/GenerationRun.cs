namespace AxisDemo.Serving;

/// <summary>The engine failed at a request.</summary>
public sealed class GenerationFailedException(string message) : Exception(message);

/// <summary>Requests that are run to their end by who needs all of what they bring.</summary>
public static class GenerationRun
{
    /// <summary>Runs a request and gives each of its events, as it comes, to the caller too.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="request">The request.</param>
    /// <param name="seen">Takes each event; null: nobody looks.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The last event.</returns>
    /// <exception cref="GenerationFailedException">The engine failed, or ended before the answer was complete.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<FinishedEvent> RunAsync(this IGenerator generator, GenerationRequest request, Action<GenerationEvent>? seen, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(generator);
        FinishedEvent? end = null;
        await foreach (var happened in generator.StreamAsync(request, cancellation).ConfigureAwait(false))
        {
            if (happened is FailedEvent failed) throw new GenerationFailedException(failed.Error);
            seen?.Invoke(happened);
            if (happened is FinishedEvent finished) end = finished;
        }

        cancellation.ThrowIfCancellationRequested();
        return end is null or { Reason: FinishReason.Cancelled } ? throw new GenerationFailedException("the engine ended an answer before it was complete.") : end;
    }
}
