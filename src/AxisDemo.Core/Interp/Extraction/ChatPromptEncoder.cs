using AxisDemo.Tokenizers;

namespace AxisDemo.Interp;

/// <summary>Prompts by a model's own chat template, thinking off.</summary>
public sealed class ChatPromptEncoder : IPromptEncoder
{
    private readonly ITokenizer tokenizer;
    private readonly ChatTemplate template;
    private readonly Dictionary<string, object?> variables;

    /// <summary>An encoder for a model's tokenizer and template.</summary>
    public ChatPromptEncoder(ITokenizer tokenizer, ChatTemplate template)
    {
        (this.tokenizer, this.template) = (tokenizer, template);
        variables = tokenizer.TemplateVariables();
        Rendering = $"chat template sha256 {template.Sha256}; {(template.KnowsSystem ? "system turn" : "system prompt in the user's turn")}; enable_thinking=false";
    }

    /// <inheritdoc/>
    public string Rendering { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string system, string question)
    {
        ChatMessage[] messages = system.Length == 0 ? [new("user", question)] : [new("system", system), new("user", question)];
        return tokenizer.EncodePrompt(template.Render(template.Adapt(messages), addGenerationPrompt: true, variables));
    }
}
