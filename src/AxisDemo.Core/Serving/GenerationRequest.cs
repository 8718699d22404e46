using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>How the next token is chosen. Temperature 0 is greedy.</summary>
public sealed record Sampling
{
    /// <summary>Always the most likely token.</summary>
    public static Sampling Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Divides the logits; 0 = greedy. Default 0.7.</summary>
    public float Temperature { get; init; } = 0.7f;

    /// <summary>Keeps the smallest set of tokens whose probability reaches this; 1 = all. Default 0.9.</summary>
    public float TopP { get; init; } = 0.9f;

    /// <summary>Keeps the k most likely tokens; 0 = all (default).</summary>
    public int TopK { get; init; }

    /// <summary>Divides (or, below zero, multiplies) the logits of tokens already in the answer; 1 = off (default).</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>
    /// Luck: the noise of a choice depends on (seed, index in the answer, token id) alone, so two requests with one seed differ only
    /// where their distributions differ, and a request repeats whatever else runs.
    /// </summary>
    public ulong Seed { get; init; }
}

/// <summary>A generation: immutable; interventions and watches belong to it alone.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt's token ids .</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>For each prompt token whether it is the template's own (true) or text; null: control tokens alone are. Used by <see cref="Positions.NoSpecial"/>.</summary>
    public IReadOnlyList<bool>? PromptSpecial { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public Sampling Sampling { get; init; } = new();

    /// <summary>Largest number of tokens to generate.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Changes to the residual stream, in this order.</summary>
    public IReadOnlyList<Intervention> Interventions { get; init; } = [];

    /// <summary>Projections to report for each generated token.</summary>
    public IReadOnlyList<Watch> Watch { get; init; } = [];

    /// <summary>The reader: feed the same tokens to the plain model in the same batch, and report its projections, KL and choice.</summary>
    public bool Read { get; init; }

    /// <summary>Report the watches for the prompt's tokens too, in one <see cref="PromptEvent"/>. Nothing is taken from the cache then.</summary>
    public bool WatchPrompt { get; init; }

    /// <summary>Teacher forcing: these tokens are taken instead of sampled ones, end-of-turn tokens included; ends after the last. Read in pieces of many tokens while nobody else's answer is being written.</summary>
    public IReadOnlyList<int>? Forced { get; init; }

    /// <summary>Report log p of each token under the model that generated it (temperature 1, nats).</summary>
    public bool LogProbs { get; init; }

    /// <summary>Return the mean of <c>resid_post</c> at all layers over the generated tokens in <see cref="FinishedEvent.ResponseMean"/>.</summary>
    public bool CaptureResponseMean { get; init; }

    /// <summary>Whether an end-of-turn token ends the answer. Default true.</summary>
    public bool StopAtEndOfTurn { get; init; } = true;
}
