using System.Text.Json.Serialization;
using System.Text.Json;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>
/// What happens to a request, in order: queued*, started, prefill*, token*, then finished or failed; after prefill also prompt, where
/// the prompt's projections are asked for (requests of the hub and of REST do not). One JSON for the command line, the hub and REST:
/// camelCase, <c>kind</c> first.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(QueuedEvent), "queued")]
[JsonDerivedType(typeof(StartedEvent), "started")]
[JsonDerivedType(typeof(PrefillEvent), "prefill")]
[JsonDerivedType(typeof(PromptEvent), "prompt")]
[JsonDerivedType(typeof(TokenEvent), "token")]
[JsonDerivedType(typeof(FinishedEvent), "finished")]
[JsonDerivedType(typeof(FailedEvent), "failed")]
public abstract record GenerationEvent
{
    /// <summary>The one JSON form of events.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>This event as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>The request waits.</summary>
/// <param name="Ahead">Requests before it.</param>
public sealed record QueuedEvent(int Ahead) : GenerationEvent;

/// <summary>The engine has begun with it.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="ReusedTokens">Of these, already computed in an earlier turn.</param>
public sealed record StartedEvent(int PromptTokens, int ReusedTokens) : GenerationEvent
{
    /// <summary>The seed of this answer: with it, and the same request otherwise, the answer comes again. As text, since many readers' numbers end at 2^53.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    public ulong Seed { get; init; }
}

/// <summary>A long prompt advances.</summary>
/// <param name="Done">Prompt tokens computed.</param>
/// <param name="Total">Prompt tokens to compute in all.</param>
public sealed record PrefillEvent(int Done, int Total) : GenerationEvent;

/// <summary>The watches over the prompt's tokens.</summary>
/// <param name="Projections">One entry per watch.</param>
public sealed record PromptEvent(IReadOnlyList<PromptProjection> Projections) : GenerationEvent;

/// <summary>A watch over the prompt: one value per token.</summary>
/// <param name="Axis">The watch's name.</param>
/// <param name="Layer">Block.</param>
/// <param name="Pre">Before that block's interventions.</param>
/// <param name="Post">After them.</param>
/// <param name="Touched">Whether the block's cap lifted the token.</param>
public sealed record PromptProjection(string Axis, int Layer, float[] Pre, float[] Post, bool[] Touched);

/// <summary>One generated token.</summary>
/// <param name="Index">Index in the answer, from 0.</param>
/// <param name="Id">Token id.</param>
/// <param name="Text">Text that became complete with it; may be empty in the middle of a character.</param>
/// <param name="Projections">One entry per watch, of this token's own position.</param>
public sealed record TokenEvent(int Index, int Id, string Text, IReadOnlyList<TokenProjection> Projections) : GenerationEvent
{
    /// <summary>KL(this model || plain model) in nats at the position that predicted this token; only with a reader.</summary>
    public float? Kl { get; init; }

    /// <summary>The plain model's best token there, as text; only with a reader.</summary>
    public string? PlainChoice { get; init; }

    /// <summary>The plain model's best token there; only with a reader.</summary>
    public int? PlainChoiceId { get; init; }

    /// <summary>log p of the token under the model that generated it, nats; only when asked for.</summary>
    public float? LogProb { get; init; }

    /// <summary>log p of the token under the plain model, nats; only when asked for, with a reader.</summary>
    public float? ReadLogProb { get; init; }

    /// <summary>At how many layers a cap lifted this token; only with a cap.</summary>
    public int? LiftedLayers { get; init; }
}

/// <summary>A watch at one token.</summary>
/// <param name="Axis">The watch's name.</param>
/// <param name="Layer">Block.</param>
/// <param name="Pre">Projection before that block's interventions.</param>
/// <param name="Post">Projection after them.</param>
/// <param name="Touched">Whether a cap at this block lifted the token.</param>
public sealed record TokenProjection(string Axis, int Layer, float Pre, float Post, bool Touched)
{
    /// <summary>Projection of the plain model reading the same text; only with a reader.</summary>
    public float? Read { get; init; }
}

/// <summary>The answer is complete.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Tokens">Tokens generated.</param>
/// <param name="TokensPerSecond">Rate of generation, or of reading a given answer; the prompt's time left out.</param>
public sealed record FinishedEvent(FinishReason Reason, int Tokens, double TokensPerSecond) : GenerationEvent
{
    /// <summary>Milliseconds from the request to its first sampled token.</summary>
    public double FirstTokenMilliseconds { get; init; }

    /// <summary>What was left of an incomplete character at the very end (U+FFFD), if anything.</summary>
    public string? Text { get; init; }

    /// <summary>The end-of-turn token that was chosen, if the reason is <see cref="FinishReason.Stop"/>.</summary>
    public int? StopId { get; init; }

    /// <summary>What the request's captures brought, in their order; a mean over nothing is left out. Of a cancelled request what there was.</summary>
    [JsonIgnore]
    public IReadOnlyList<Captured> Captured { get; init; } = [];

    /// <summary>The mean of a capture over the answer, see <see cref="Capture.AnswerMean"/>; null where none was asked for, or no token came.</summary>
    [JsonIgnore]
    public Captured? AnswerMean => Captured.FirstOrDefault(c => c.Capture is { Mean: true, Span.Positions: null });
}

/// <summary>The request failed; nothing else did.</summary>
/// <param name="Error">What is wrong and what to do.</param>
public sealed record FailedEvent(string Error) : GenerationEvent;
