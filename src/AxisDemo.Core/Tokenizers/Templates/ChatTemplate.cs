using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Tokenizers.Templates;

namespace AxisDemo.Tokenizers;

/// <summary>
/// A model's chat template: a program in the part of Jinja that published templates are written in. It is interpreted as the
/// reference does (trim_blocks, lstrip_blocks, Python's text methods), what is not supported is refused by name, and every character
/// of the result is known to be the template's or a message's. Immutable; may be used from any thread.
/// </summary>
public sealed class ChatTemplate
{
    private const int MaxSource = 1 << 20;

    private readonly Block _body;
    private readonly Frame _frame;
    private readonly string _origin;
    private readonly Lazy<bool> _knowsSystem;

    private ChatTemplate(string jinja, string origin, Block body, Frame frame)
    {
        (Source, _origin, _body, _frame) = (jinja, origin, body, frame);
        _knowsSystem = new(FindSystem);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(jinja)));
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>SHA-256 of the text's UTF-8, in lower-case hex: the provenance of a rendering.</summary>
    public string Sha256 { get; }

    /// <summary>The clock that <c>strftime_now</c> reads.</summary>
    public TimeProvider Clock { get; private init; } = TimeProvider.System;

    /// <summary>Whether a system message reaches the model as one. Where it does not, the template refuses it (Gemma 2) or leaves it out.</summary>
    public bool KnowsSystem => _knowsSystem.Value;

    /// <summary>The same template with another clock: the date a template writes is part of the prompt.</summary>
    public ChatTemplate At(TimeProvider clock) => new(Source, _origin, _body, _frame) { Clock = clock };

    /// <summary>Reads a template.</summary>
    /// <param name="jinja">The template's text.</param>
    /// <param name="source">The file it came from, for error messages.</param>
    /// <exception cref="InputException">The text is no template, or uses a tag that is not supported; the message names the line.</exception>
    public static ChatTemplate Parse(string jinja, string source)
    {
        if (jinja.Length > MaxSource) throw new InputException(source, "chat template", $"{jinja.Length:N0} characters; {MaxSource:N0} are allowed.");
        return new(jinja, source, TemplateParser.Parse(jinja, source, out var frame), frame);
    }

    /// <summary>The template inside a GGUF file; null when it has none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="warn">Takes which template was taken where there are several.</param>
    /// <exception cref="InputException">As for <see cref="Parse"/>.</exception>
    public static ChatTemplate? FromGguf(GgufFile file, ModelWarning? warn = null) => TemplateFiles.Choose(TemplateFiles.InGguf(file), warn);

    /// <summary>
    /// The template of a model's folder as published, in transformers' order: <c>chat_template.jinja</c>, <c>chat_template.json</c>,
    /// <c>chat_template</c> of <c>tokenizer_config.json</c>; of several with names the one named "default". Null when there is none.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="warn">Takes which template was taken where there are several.</param>
    /// <exception cref="InputException">A file cannot be read; or as for <see cref="Parse"/>.</exception>
    public static ChatTemplate? FromFolder(string folder, ModelWarning? warn = null) => TemplateFiles.Choose(TemplateFiles.InFolder(folder), warn);

    /// <summary>
    /// The conversation as this template can render it: where it knows no system message, that text goes before the first question,
    /// an empty line between.
    /// </summary>
    public IReadOnlyList<ChatMessage> Adapt(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0 || messages[0] is not { Role: "system" } system || KnowsSystem) return messages;
        return messages.Count > 1 && messages[1] is { Role: "user" } question
            ? [question with { Content = $"{system.Content}\n\n{question.Content}" }, .. messages.Skip(2)]
            : [system with { Role = "user" }, .. messages.Skip(1)];
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">The conversation, oldest first; at least one message.</param>
    /// <param name="addGenerationPrompt">Whether the header of the coming answer is written at the end.</param>
    /// <param name="variables">
    /// What else the template may ask for: bos_token, eos_token, enable_thinking, date_string, tools ... Texts, booleans, numbers, lists and
    /// dictionaries of them; their texts count as the template's. What is not here is undefined.
    /// </param>
    /// <returns>The rendering; the texts of the parts, one after the other, are the prompt. Neighbours differ in <see cref="PromptPart.FromTemplate"/>.</returns>
    /// <exception cref="InputException">The template refuses the conversation (with its own words), or asks for what is not there.</exception>
    public IReadOnlyList<PromptPart> Render(
        IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables = null) =>
        Text([.. messages.Select(Message)], addGenerationPrompt, variables).Parts();

    /// <summary>As above, for messages of any shape (content in several pieces, tool calls): texts, numbers, lists and dictionaries of them.</summary>
    internal IReadOnlyList<PromptPart> RenderShapes(
        IEnumerable<IReadOnlyDictionary<string, object?>> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables = null) =>
        Text([.. messages.Select(m => Value("messages", m, message: true))], addGenerationPrompt, variables).Parts();

    /// <summary>Renders a conversation whose last message is to be continued: the rendering ends where that message's content ends.</summary>
    /// <param name="messages">The conversation; the last message's content must not be blank.</param>
    /// <param name="variables">As for <see cref="Render"/>.</param>
    /// <exception cref="InputException">As for <see cref="Render"/>; or the last content does not occur in the rendering.</exception>
    public IReadOnlyList<PromptPart> RenderContinuation(
        IReadOnlyList<ChatMessage> messages, IReadOnlyDictionary<string, object?>? variables = null)
    {
        var text = Text([.. messages.Select(Message)], addGenerationPrompt: false, variables);
        var content = MarkedText.FromMessage(messages[^1].Content);
        var trimmed = PythonText.Strip(content, null, left: true, right: true).Value;
        var at = trimmed.Length == 0 ? -1 : text.Value.LastIndexOf(trimmed, StringComparison.Ordinal);
        // The template's own words may contain the same letters behind it. (What comes before may be the template's: thinking tags.)
        while (at >= 0 && !text.IsMessage(at + trimmed.Length - 1)) at = at == 0 ? -1 : text.Value.LastIndexOf(trimmed, at + trimmed.Length - 2, StringComparison.Ordinal);
        if (at < 0)
            throw new InputException("request", "messages", "the last message cannot be continued: " +
                (trimmed.Length == 0 ? "it is empty." : "the template does not write its content as it is."), "Ask for an answer instead.");
        // A template that keeps the space at the end keeps it here too.
        var end = at + PythonText.Strip(content, null, left: true, right: false).Value.Length;
        var keeps = end <= text.Value.Length && text.Value.AsSpan(at, end - at).SequenceEqual(PythonText.Strip(content, null, left: true, right: false).Value);
        return text.Slice(0, keeps ? end : at + trimmed.Length).Parts();
    }

    private bool FindSystem()
    {
        const string Mark = "This is the system turn.";
        try
        {
            var variables = TokenizerConfig.Names.ToDictionary(name => name, _ => (object?)"");
            variables["enable_thinking"] = false;
            return Render([new("system", Mark), new("user", "Hello.")], addGenerationPrompt: true, variables).Any(part => part.Text.Contains(Mark, StringComparison.Ordinal));
        }
        catch (InputException)
        {
            return false;
        }
    }

    private MarkedText Text(List<object?> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables)
    {
        if (messages.Count == 0) throw new InputException("request", "messages", "the conversation is empty.", "Give at least one message.");
        var run = new TemplateRun(_origin, Clock);
        TemplateGlobals.Define(run.Scope);
        foreach (var (name, value) in variables ?? new Dictionary<string, object?>()) run.Scope.Set(name, Value(name, value, message: false));
        run.Scope.Set("messages", messages);
        run.Scope.Set("add_generation_prompt", addGenerationPrompt);
        run.Scope = new Scope(run.Scope);
        run.Scope.Hide(_frame.Hidden);
        _body.Execute(run);
        return run.Output.ToText();
    }

    private static object? Message(ChatMessage message)
    {
        var map = new TemplateMap { ["role"] = MarkedText.FromMessage(message.Role), ["content"] = MarkedText.FromMessage(message.Content) };
        if (message.Reasoning is { } reasoning) map["reasoning_content"] = MarkedText.FromMessage(reasoning);
        return map;
    }

    private static object? Value(string name, object? value, bool message, int depth = 0)
    {
        if (depth > 64) throw new InputException("request", $"variable '{name}'", "it is nested more than 64 deep.");
        switch (value)
        {
            case null or bool: return value;
            case string text: return MarkedText.Of(text, message);
            case sbyte or byte or short or ushort or int or uint or long: return Convert.ToInt64(value, CultureInfo.InvariantCulture);
            case float or double: return Convert.ToDouble(value, CultureInfo.InvariantCulture);
            case IReadOnlyDictionary<string, object?> pairs:
                var map = new TemplateMap();
                foreach (var (key, item) in pairs) map[MarkedText.Of(key, message)] = Value(name, item, message, depth + 1);
                return map;
            case IEnumerable items: return items.Cast<object?>().Select(item => Value(name, item, message, depth + 1)).ToList();
            default: throw new InputException("request", $"variable '{name}'", $"a template cannot hold a {value.GetType().Name}.");
        }
    }
}
