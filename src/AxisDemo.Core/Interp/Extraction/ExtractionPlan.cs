using System.Text.Json.Serialization;
using System.Text.Json;
using AxisDemo.Compute;

namespace AxisDemo.Interp;

/// <summary>One rollout to make: an answer of the model in a role to a question.</summary>
/// <param name="Index">Its place in the whole run, from 0; it alone decides order and luck, so shards and restarts change nothing.</param>
/// <param name="Role">The role, or <see cref="PromptSet.DefaultRole"/>.</param>
/// <param name="Prompt">Index of the system prompt.</param>
/// <param name="Question">Index of the question.</param>
/// <param name="Sample">0, 1 … where the same question is answered more than once.</param>
public readonly record struct RolloutKey(int Index, string Role, int Prompt, int Question, int Sample);

/// <summary>
/// All that decides an extraction's rollouts: what a shard's header holds and what an axis file names as its origin. Prompt p of
/// every role and of the default gets the questions p*N … p*N + N - 1.
/// </summary>
public sealed record ExtractionPlan
{
    /// <summary>sha256 of the model, lower-case hex.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>The model's name, for people.</summary>
    public required string ModelName { get; init; }

    /// <summary>Its architecture: "llama".</summary>
    public required string Architecture { get; init; }

    /// <summary>Blocks L.</summary>
    public required int Layers { get; init; }

    /// <summary>Width d.</summary>
    public required int Width { get; init; }

    /// <summary>How prompts were rendered: the template's hash and options.</summary>
    public required string Rendering { get; init; }

    /// <summary>Hash of the whole prompt set (<see cref="PromptSet.Hash"/>).</summary>
    public required string PromptSetHash { get; init; }

    /// <summary>The roles' names, in order; the default is not among them.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>System prompts used of each role.</summary>
    public required int Prompts { get; init; }

    /// <summary>Questions per system prompt.</summary>
    public required int QuestionsPerPrompt { get; init; }

    /// <summary>Answers of the default per prompt and question.</summary>
    public required int DefaultSamples { get; init; }

    /// <summary>System prompts of the default.</summary>
    public required int DefaultPrompts { get; init; }

    /// <summary>Largest number of tokens of an answer.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Sampling temperature.</summary>
    public required float Temperature { get; init; }

    /// <summary>Nucleus.</summary>
    public required float TopP { get; init; }

    /// <summary>Seed of the run; each rollout's own luck follows from it and the rollout's index.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public required ulong Seed { get; init; }

    /// <summary>"none", or what scored the rollouts: "pmi" or the URL of a judge; <see cref="Extraction"/> stores its scheme, host and path only.</summary>
    public string Judge { get; init; } = "none";

    /// <summary>The hook point of the activations.</summary>
    public string HookPoint { get; init; } = "hook_resid_post";

    /// <summary>Whether both plans make the same rollouts.</summary>
    public bool SameAs(ExtractionPlan other) => JsonSerializer.Serialize(this) == JsonSerializer.Serialize(other);

    /// <summary>
    /// Every rollout in order: rounds over (question within the prompt, prompt); within a round all roles, then the default's
    /// samples. A run that is stopped early has so asked every role about equally often.
    /// </summary>
    public IEnumerable<RolloutKey> Rollouts()
    {
        var index = 0;
        for (var n = 0; n < QuestionsPerPrompt; n++)
            for (var p = 0; p < Math.Max(Prompts, DefaultPrompts); p++)
            {
                var question = p * QuestionsPerPrompt + n;
                if (p < Prompts)
                    foreach (var role in Roles) yield return new RolloutKey(index++, role, p, question, 0);
                if (p < DefaultPrompts)
                    for (var s = 0; s < DefaultSamples; s++) yield return new RolloutKey(index++, PromptSet.DefaultRole, p, question, s);
            }
    }

    /// <summary>
    /// The luck of a rollout: the seed and the index, mixed (SplitMix64), so that neighbours share nothing.
    /// </summary>
    public ulong SeedOf(RolloutKey key) => SplitMix.Finalize(Seed + SplitMix.Increment * (ulong)(key.Index + 1));
}
