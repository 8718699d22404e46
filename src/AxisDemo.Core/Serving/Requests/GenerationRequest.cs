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
    /// <summary>The prompt's token ids.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>For each prompt token whether it is the template's own (true) or text; null: control tokens alone are. Used by <see cref="Positions.NoSpecial"/>.</summary>
    public IReadOnlyList<bool>? PromptSpecial { get; init; }

    /// <summary>For each prompt token whether it is content of an earlier answer; null: none is. Used by <see cref="Positions.Generated"/>.</summary>
    public IReadOnlyList<bool>? PromptGenerated { get; init; }

    /// <summary>
    /// The first tokens of the answer, where they are known already: an answer that was cut off goes on as if it had never been. Their
    /// events do not come again; index, luck, repetition penalty, text, captures, <see cref="MaxTokens"/> and the number of tokens count
    /// from the answer's first token.
    /// </summary>
    public IReadOnlyList<int> Beginning { get; init; } = [];

    /// <summary>Tokens of the answer at most, however it comes about.</summary>
    internal int AnswerTokens => Forced?.Count ?? MaxTokens;

    /// <summary>How tokens are chosen.</summary>
    public Sampling Sampling { get; init; } = new();

    /// <summary>Largest number of tokens of the answer, <see cref="Beginning"/> included.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Changes to the forward pass, in this order.</summary>
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

    /// <summary>Activations that come with <see cref="FinishedEvent.Captured"/>. What lies before the first captured position may come from the cache.</summary>
    public IReadOnlyList<Capture> Captures { get; init; } = [];

    /// <summary>
    /// Keep the residual stream of the prompt before every block beside its keys and values: requests with the same prompt whose
    /// interventions begin in a later block then compute nothing below it. For runs without interventions; the prompt is computed whole.
    /// </summary>
    public bool KeepStream { get; init; }

    /// <summary>Whether an end-of-turn token ends the answer. Default true.</summary>
    public bool StopAtEndOfTurn { get; init; } = true;
}
