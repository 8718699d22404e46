using AxisDemo.Model;
using AxisDemo.Tokenizers;

namespace AxisDemo.Serving;

/// <summary>A loaded model that answers requests. Everything above the engine (pages, hub, command line, axis tools) sees only this.</summary>
public interface IGenerator
{
    /// <summary>The loaded model.</summary>
    ModelInfo Model { get; }

    /// <summary>The model's tokenizer.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>The model's own chat template.</summary>
    ChatTemplate Template { get; }

    /// <summary>Load and speed of the engine right now.</summary>
    EngineStatus Status { get; }

    /// <summary>
    /// Runs a request. The first event comes at once; cancelling the token takes the request out at the next step and ends the stream
    /// with <see cref="FinishReason.Cancelled"/>. An invalid request, or one beyond the queue's limit, throws
    /// <see cref="Formats.InputException"/> before anything is queued.
    /// </summary>
    IAsyncEnumerable<GenerationEvent> StreamAsync(GenerationRequest request, CancellationToken cancellation = default);
}

/// <summary>The engine's state for headers and health checks.</summary>
/// <param name="Running">Requests in the batch.</param>
/// <param name="Waiting">Requests in the queue.</param>
/// <param name="TokensPerSecond">Rows generated per second, recent average over all requests; 0 when idle since start.</param>
/// <param name="KvBytes">Bytes of the KV pages in use or cached.</param>
/// <param name="KvBudgetBytes">The most they may take.</param>
public sealed record EngineStatus(int Running, int Waiting, double TokensPerSecond, long KvBytes, long KvBudgetBytes);
