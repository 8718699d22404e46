using System.Text.Json;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Web.Api;

/// <summary>Which conversation to project, and on what. Every field but <c>messages</c> may be missing.</summary>
public sealed record ProjectRequest
{
    /// <summary>The conversation, oldest message first; whoever has the last word.</summary>
    public IReadOnlyList<RequestMessage>? Messages { get; init; }

    /// <summary>The model that reads, by the name that the host lists it under. Missing: the host's current one.</summary>
    public string? Model { get; init; }

    /// <summary>What to project on: <c>axis</c>, the model's own, or the id of another axis of the model, with <c>@LAYER</c> at another block than its display layer.</summary>
    public string? Watch { get; init; }

    /// <summary>Whether every token is listed.</summary>
    public bool Tokens { get; init; }

    /// <summary>A floor while the model reads, as for generation.</summary>
    public RequestCap? Cap { get; init; }

    /// <summary>Interventions while the model reads, as for generation.</summary>
    public JsonElement? Interventions { get; init; }
}

/// <summary>A projection, ready to be run.</summary>
/// <param name="Generator">The model that reads.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Watch">Axis and block.</param>
/// <param name="Interventions">What acts while it reads.</param>
/// <param name="PerToken">Whether every token is listed.</param>
public sealed record ProjectionPlan(IGenerator Generator, IReadOnlyList<ChatMessage> Messages, Watch Watch, IReadOnlyList<Intervention> Interventions, bool PerToken);
