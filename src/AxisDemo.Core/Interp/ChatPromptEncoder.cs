using AxisDemo.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Interp;

/// <summary>Prompts by a model's own chat template, thinking off.</summary>
public sealed class ChatPromptEncoder : IPromptEncoder
{
    private readonly ITokenizer tokenizer;
    private readonly ChatTemplate template;
    private readonly Dictionary<string, object?> variables;
    private readonly bool knowsSystem;

    /// <summary>An encoder for a model's tokenizer and template.</summary>
    public ChatPromptEncoder(ITokenizer tokenizer, ChatTemplate template)
    {
        (this.tokenizer, this.template) = (tokenizer, template);
        variables = new Dictionary<string, object?>(tokenizer.TemplateVariables()) { ["enable_thinking"] = false };
        knowsSystem = KnowsSystem();
        Rendering = $"chat template sha256 {template.Sha256}; {(knowsSystem ? "system turn" : "system prompt in the user's turn")}; enable_thinking=false";
    }

    /// <inheritdoc/>
    public string Rendering { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string system, string question) =>
        tokenizer.EncodePrompt(template.Render(
            system.Length == 0 ? [new ChatMessage("user", question)]
                : knowsSystem ? [new ChatMessage("system", system), new ChatMessage("user", question)]
                : [new ChatMessage("user", $"{system}\n\n{question}")],
            addGenerationPrompt: true,
            variables));

    // Templates without a system role refuse the message in their own words (Gemma 2), or leave it out.
    private bool KnowsSystem()
    {
        const string Mark = "This is the system turn.";
        try
        {
            return template.Render([new ChatMessage("system", Mark), new ChatMessage("user", "Hello.")], addGenerationPrompt: true, variables)
                .Any(part => part.Text.Contains(Mark, StringComparison.Ordinal));
        }
        catch (InputException)
        {
            return false;
        }
    }
}
