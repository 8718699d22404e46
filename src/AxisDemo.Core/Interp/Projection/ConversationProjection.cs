using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tokenizers;

namespace AxisDemo.Interp;

/// <summary>A message's place along an axis.</summary>
/// <param name="Turn">Index of the message.</param>
/// <param name="Role">"system", "user", "assistant".</param>
/// <param name="Tokens">Tokens of its content that count: the header, the end of turn and position 0 do not.</param>
/// <param name="Pre">Mean projection before the layer's interventions; none without tokens.</param>
/// <param name="Post">After them.</param>
public sealed record TurnProjection(int Turn, string Role, int Tokens, double? Pre, double? Post)
{
    /// <summary>Every token, when asked for.</summary>
    public IReadOnlyList<TokenPlace>? PerToken { get; init; }
}

/// <summary>A token's place along an axis.</summary>
/// <param name="Position">Position in the conversation.</param>
/// <param name="Id">Token id.</param>
/// <param name="Text">Its text; half a character shows as U+FFFD.</param>
/// <param name="Pre">Projection before the layer's interventions.</param>
/// <param name="Post">After them.</param>
/// <param name="Touched">Whether the layer's cap lifted it.</param>
public sealed record TokenPlace(int Position, int Id, string Text, float Pre, float Post, bool Touched);

/// <summary>Projects an existing conversation: the model reads it once, no answer is used.</summary>
public static class ConversationProjection
{
    /// <summary>Reads the conversation with a watch and gives each message's mean projection.</summary>
    /// <param name="generator">The model that reads.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="template">Its chat template.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="watch">Axis and layer.</param>
    /// <param name="interventions">What acts while it reads.</param>
    /// <param name="perToken">Whether every token is listed.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="Formats.InputException">The conversation cannot be rendered, or is longer than the model's context.</exception>
    /// <exception cref="GenerationFailedException">The engine failed.</exception>
    public static async Task<IReadOnlyList<TurnProjection>> RunAsync(
        IGenerator generator, ITokenizer tokenizer, ChatTemplate template, IReadOnlyList<ChatMessage> messages, Watch watch,
        IReadOnlyList<Intervention> interventions, bool perToken, CancellationToken cancellation)
    {
        var adapted = template.Adapt(messages);
        var parts = template.Render(adapted, addGenerationPrompt: false, tokenizer.TemplateVariables());
        var prompt = Conversation.Encode(tokenizer, template, messages, addGenerationPrompt: false);
        var ids = prompt.Ids;
        var spans = MessageSpans.Find(tokenizer, parts, ids, adapted);
        // A system prompt that the template put before the first question is counted there.
        if (adapted.Count < messages.Count) spans = [0..0, .. spans];
        var request = new GenerationRequest { Prompt = ids, PromptSpecial = prompt.Special, PromptGenerated = prompt.Generated, MaxTokens = 0, Watch = [watch], WatchPrompt = true, Interventions = interventions };
        PromptProjection? projection = null;
        await generator.RunAsync(request, e =>
        {
            if (e is PromptEvent read) projection = read.Projections[0];
        }, cancellation).ConfigureAwait(false);
        if (projection is null) throw new GenerationFailedException("the engine gave no projections.");
        return [.. messages.Select((message, turn) => Turn(turn, message.Role, spans[turn]))];

        TurnProjection Turn(int turn, string role, Range span)
        {
            // Position 0 is an attention sink with a projection of its own.
            var (from, to) = (Math.Max(span.Start.Value, 1), span.End.Value);
            var places = Enumerable.Range(from, Math.Max(0, to - from)).Select(i =>
                new TokenPlace(i, ids[i], tokenizer.Decode([ids[i]]), projection.Pre[i], projection.Post[i], projection.Touched[i])).ToList();
            return new TurnProjection(turn, role, places.Count, places.Count == 0 ? null : places.Average(p => (double)p.Pre), places.Count == 0 ? null : places.Average(p => (double)p.Post))
            {
                PerToken = perToken ? places : null,
            };
        }
    }
}
