using System.Text.Json.Serialization;
using System.Text.Json;
using AxisDemo.Tokenizers;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Api;

/// <summary>What a program asks for, by hub or REST. Every field but <c>messages</c> may be missing.</summary>
public sealed record GenerateRequest
{
    /// <summary>The conversation, oldest message first; the last one is the user's.</summary>
    public IReadOnlyList<RequestMessage>? Messages { get; init; }

    /// <summary>The model, by the name that the host lists it under. Missing: the host's current one.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Token ids that the answer begins with, as earlier <c>token</c> events told them: it goes on from there as if it had not been cut. Their
    /// events do not come again, and <c>maxTokens</c> counts them.
    /// </summary>
    public IReadOnlyList<int>? Beginning { get; init; }

    /// <summary>How tokens are chosen. What is missing has its default.</summary>
    public RequestSampling? Sampling { get; init; }

    /// <summary>Largest number of tokens of the answer.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>
    /// A floor along the model's own axis. Missing: none; <c>{}</c>: the one that the axis file recommends. Acts before <c>interventions</c>.
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
/// <param name="Role">Whose it is.</param>
/// <param name="Content">The text; may be empty.</param>
public sealed record RequestMessage(string? Role, string? Content)
{
    /// <summary>As the templates take it.</summary>
    public ChatMessage ToMessage() => new(Role!, Content!);
}

/// <summary>How tokens are chosen.</summary>
/// <param name="Temperature">Divides the logits; 0: always the most likely token.</param>
/// <param name="TopP">Keeps the smallest set of tokens whose probability reaches this; 1: all.</param>
/// <param name="TopK">Keeps the k most likely tokens; 0: all.</param>
/// <param name="RepetitionPenalty">Divides (or, below zero, multiplies) the logits of tokens already in the answer; 1: off.</param>
/// <param name="Seed">The conversation's luck, a number or the same in quotes: each turn derives its own seed from it, and a request with the same seed repeats, whatever else runs.</param>
/// <param name="AnswerSeed">This answer's own seed, as <c>started</c> and saved conversations say it: taken as it is, and <paramref name="Seed"/> has no say.</param>
public sealed record RequestSampling(
    float? Temperature, float? TopP, int? TopK, float? RepetitionPenalty,
    [property: JsonConverter(typeof(SeedConverter))] ulong? Seed, [property: JsonConverter(typeof(SeedConverter))] ulong? AnswerSeed);

/// <summary>A floor along the loaded axis.</summary>
/// <param name="Layers">The blocks: "a:b", half open, or a block's number. Missing: those that the axis file recommends.</param>
/// <param name="Threshold">The floor on the projection: a number, a list with one per block, or "pNN", a percentile stored in the axis file; higher caps harder. Missing: what the axis file recommends.</param>
/// <param name="Positions">Where it acts: "all", "no-special" (all but the template's own), "last" (the prompt's last token and all after it), "generated" (the tokens of every answer), or a list of positions from 0.</param>
public sealed record RequestCap(JsonElement? Layers, JsonElement? Threshold, JsonElement? Positions);
