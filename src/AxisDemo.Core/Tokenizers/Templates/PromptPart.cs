namespace AxisDemo.Tokenizers;

/// <summary>A piece of a rendered prompt.</summary>
/// <param name="Text">The characters.</param>
/// <param name="FromTemplate">
/// True: written by the template, so strings of control tokens in it are control tokens. False: taken from a message, always text.
/// </param>
public readonly record struct PromptPart(string Text, bool FromTemplate);

/// <summary>One message of a conversation.</summary>
/// <param name="Role">"system", "user" or "assistant" (a template may know more).</param>
/// <param name="Content">The text.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>What an assistant thought before <see cref="Content"/>, kept apart; templates of thinking models read it as <c>reasoning_content</c>.</summary>
    public string? Reasoning { get; init; }
}
