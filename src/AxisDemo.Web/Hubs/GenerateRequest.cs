using System.Text.Json;
using System.Text.Json.Serialization;
using AxisDemo.Tokenizers;

namespace AxisDemo.Web.Hubs;

/// <summary>What a program asks for, by hub or REST. Every field but <c>messages</c> may be missing.</summary>
public sealed record GenerateRequest
{
    /// <summary>The conversation: <c>[{role: system|user|assistant, content}]</c>, ending with the user.</summary>
    public IReadOnlyList<RequestMessage>? Messages { get; init; }

    /// <summary>The model, by the name that the host lists it under. Missing: the host's current one.</summary>
    public string? Model { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public RequestSampling? Sampling { get; init; }

    /// <summary>Largest number of tokens to generate.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// A floor along the loaded axis: <c>{layers: "a:b", threshold: number | list | "pNN"}</c>; what is missing is taken from the
    /// axis file's recommendation. Acts before <c>interventions</c>.
    /// </summary>
    public RequestCap? Cap { get; init; }

    /// <summary>A list of interventions as the command line takes it; a file in it is <c>axis</c>, the model's default, or the id of another axis of the model.</summary>
    public JsonElement? Interventions { get; init; }

    /// <summary>What to project on: <c>["axis", "axis@15"]</c>. Missing: the loaded axis at its display layer; empty: nothing.</summary>
    public IReadOnlyList<string>? Watch { get; init; }

    /// <summary>Whether the plain model reads along.</summary>
    public bool Read { get; init; }

    /// <summary>Whether log p of each token is reported.</summary>
    public bool LogProbs { get; init; }
}

/// <summary>A message.</summary>
/// <param name="Role">"system", "user" or "assistant".</param>
/// <param name="Content">The text.</param>
public sealed record RequestMessage(string? Role, string? Content)
{
    /// <summary>As the templates take it.</summary>
    public ChatMessage ToMessage() => new(Role!, Content!);
}

/// <summary>How tokens are chosen.</summary>
/// <param name="Temperature">0 = greedy.</param>
/// <param name="TopP">1 = all.</param>
/// <param name="TopK">0 = all.</param>
/// <param name="RepetitionPenalty">1 = off.</param>
/// <param name="Seed">The conversation's luck, a number or the same in quotes: each turn derives its own seed from it, see <see cref="AxisDemo.Serving.ConversationSeed"/>.</param>
/// <param name="AnswerSeed">Instead of <paramref name="Seed"/>: this answer's own seed, as <c>started</c> and saved files say it; nothing is derived.</param>
public sealed record RequestSampling(
    float? Temperature, float? TopP, int? TopK, float? RepetitionPenalty,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] ulong? Seed,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] ulong? AnswerSeed);

/// <summary>A floor along the loaded axis.</summary>
/// <param name="Layers">"a:b", half open, or a number.</param>
/// <param name="Threshold">A number, a list with one per layer, or "pNN".</param>
/// <param name="Positions">"all", "no-special" or "last".</param>
public sealed record RequestCap(JsonElement? Layers, JsonElement? Threshold, string? Positions);
