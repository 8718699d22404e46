using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Tokenizers;

namespace AxisDemo.Serving;

/// <summary>
/// One column's conversation: its messages, and the token ids the model has really seen and written. The next prompt is those ids plus
/// what the template adds, not a new encoding, so that the keys and values of earlier turns can be used again.
/// </summary>
public sealed class Conversation
{
    private readonly ITokenizer tokenizer;
    private readonly ChatTemplate template;
    private readonly List<ChatMessage> messages = [];
    private readonly List<int> ids = [];
    private readonly List<bool> special = [];
    private readonly List<bool> generated = [];
    private readonly List<Range> spans = [];

    // Counts new beginnings: ids that were encoded anew are not those that an earlier mark counted.
    private int epoch;

    // The text that ids stand for: the rendering of the last prompt and the answer to it.
    private string seen = "";

    /// <summary>Starts a conversation.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="template">The model's chat template.</param>
    /// <param name="system">System prompt; null or empty: what the template does without one.</param>
    public Conversation(ITokenizer tokenizer, ChatTemplate template, string? system = null)
    {
        (this.tokenizer, this.template) = (tokenizer, template);
        if (!string.IsNullOrEmpty(system)) messages.Add(new ChatMessage("system", system));
    }

    /// <summary>Starts a conversation with a loaded model.</summary>
    public Conversation(IGenerator generator, string? system = null)
        : this((generator ?? throw new ArgumentNullException(nameof(generator))).Tokenizer, generator.Template, system)
    {
    }

    /// <summary>The messages, the system prompt first where there is one.</summary>
    public IReadOnlyList<ChatMessage> Messages => messages;

    /// <summary>Adds the user's message and gives the prompt for the answer.</summary>
    public Prompt Ask(string text)
    {
        messages.Add(new ChatMessage("user", text));
        return Prompt();
    }

    /// <summary>The prompt for an answer to the last message.</summary>
    public Prompt Prompt()
    {
        var parts = template.Render(template.Adapt(messages), addGenerationPrompt: true, tokenizer.TemplateVariables());
        var rendered = string.Concat(parts.Select(p => p.Text));
        if (seen.Length > 0 && rendered.StartsWith(seen, StringComparison.Ordinal))
            Append(Tail(parts, seen.Length), whole: false);
        else
        {
            ids.Clear();
            special.Clear();
            generated.Clear();
            spans.Clear();
            epoch++;
            if (MissingBos(tokenizer, tokenizer.Encode(parts)) is { } bos)
            {
                ids.Add(bos);
                special.Add(true);
                generated.Add(false);
            }

            Append(parts, whole: true);
        }

        seen = rendered;
        return new Prompt([.. ids], [.. special], ConversationSeed.Turn(messages)) { Generated = [.. generated], Messages = [.. spans] };
    }

    /// <summary>Adds the answer: its text and the ids it was generated as (the end-of-turn token not among them).</summary>
    public void Answer(string text, IReadOnlyList<int> answerIds)
    {
        messages.Add(new ChatMessage("assistant", text));
        spans.Add(ids.Count..(ids.Count + answerIds.Count));
        ids.AddRange(answerIds);
        foreach (var id in answerIds)
        {
            special.Add(tokenizer.IsControl(id));
            generated.Add(true);
        }

        seen += text;
    }

    /// <summary>Where the conversation stands now: <see cref="Rewind"/> takes it back there.</summary>
    public ConversationMark Mark() => new(messages.Count, ids.Count, seen.Length, spans.Count, epoch);

    /// <summary>Forgets what came after a mark. False, and nothing is forgotten, where the template has changed what was before it.</summary>
    public bool Rewind(ConversationMark mark)
    {
        if (mark.Epoch != epoch) return false;
        messages.RemoveRange(mark.Messages, messages.Count - mark.Messages);
        ids.RemoveRange(mark.Ids, ids.Count - mark.Ids);
        special.RemoveRange(mark.Ids, special.Count - mark.Ids);
        generated.RemoveRange(mark.Ids, generated.Count - mark.Ids);
        spans.RemoveRange(mark.Spans, spans.Count - mark.Spans);
        seen = seen[..mark.Seen];
        return true;
    }

    /// <summary>
    /// A prompt for messages that already exist, each answer encoded as the template renders it.
    /// </summary>
    public static Prompt Encode(ITokenizer tokenizer, ChatTemplate template, IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, object?>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(template);
        var adapted = template.Adapt(messages);
        var parts = template.Render(adapted, addGenerationPrompt, variables ?? tokenizer.TemplateVariables());
        var ids = tokenizer.Encode(parts);
        var (flags, spans) = (Flags(tokenizer, parts, ids), Spans(tokenizer, parts, ids, adapted));
        var (answers, turn) = (Answers(spans, adapted, ids.Length), ConversationSeed.Turn(messages));
        return MissingBos(tokenizer, ids) is { } bos
            ? new Prompt([bos, .. ids], [true, .. flags], turn) { Generated = [false, .. answers], Messages = [.. spans.Select(s => Behind(s, 1))] }
            : new Prompt(ids, flags, turn) { Generated = answers, Messages = spans };
    }

    // Where a template has changed what was before, the whole conversation comes in again, and earlier answers with it, as text.
    private void Append(IReadOnlyList<PromptPart> parts, bool whole)
    {
        var added = tokenizer.Encode(parts);
        ChatMessage[] come = [.. template.Adapt(messages).Skip(spans.Count)];
        var found = Spans(tokenizer, parts, added, come);
        special.AddRange(Flags(tokenizer, parts, added));
        generated.AddRange(whole ? Answers(found, come, added.Length) : new bool[added.Length]);
        spans.AddRange(found.Select(s => Behind(s, ids.Count)));
        ids.AddRange(added);
    }

    // BOS goes in front where the vocabulary asks for it and the template has not written it.
    private static int? MissingBos(ITokenizer tokenizer, int[] ids) =>
        tokenizer.AddBos && (ids.Length == 0 || ids[0] != tokenizer.Bos) ? tokenizer.Bos : null;

    // A token is the template's own when its bytes begin in a part that the template wrote.
    private static bool[] Flags(ITokenizer tokenizer, IReadOnlyList<PromptPart> parts, int[] ids)
    {
        var flags = new bool[ids.Length];
        // Where tokens cannot be told apart in the text, only control tokens are known.
        var starts = TokenPlaces.Find(tokenizer, parts, ids);
        int part = 0, end = parts.Count > 0 ? System.Text.Encoding.UTF8.GetByteCount(parts[0].Text) : 0;
        for (var i = 0; i < ids.Length; i++)
        {
            while (starts is not null && starts[i] >= end && part + 1 < parts.Count) end += System.Text.Encoding.UTF8.GetByteCount(parts[++part].Text);
            flags[i] = tokenizer.IsControl(ids[i]) || (starts is not null && (parts[part].FromTemplate || IsRole(parts[part].Text)));
        }

        return flags;
    }

    // The tokens of each message's content; where tokens cannot be told apart in the text, none.
    private static IReadOnlyList<Range> Spans(ITokenizer tokenizer, IReadOnlyList<PromptPart> parts, int[] ids, IReadOnlyList<ChatMessage> messages) =>
        MessageSpans.TryFind(tokenizer, parts, ids, messages) ?? new Range[messages.Count];

    private static Range Behind(Range span, int tokens) => span.Equals(default) ? span : (span.Start.Value + tokens)..(span.End.Value + tokens);

    private static bool[] Answers(IReadOnlyList<Range> spans, IReadOnlyList<ChatMessage> messages, int tokens)
    {
        var answers = new bool[tokens];
        foreach (var (span, _) in spans.Zip(messages).Where(p => p.Second.Role == "assistant")) answers.AsSpan(span).Fill(true);
        return answers;
    }

    // A header's role word comes out of the message, yet nobody wrote it as text. (A message of this one word counts as one, too.)
    private static bool IsRole(string text) => text is "system" or "user" or "assistant";

    private static List<PromptPart> Tail(IReadOnlyList<PromptPart> parts, int from)
    {
        var tail = new List<PromptPart>();
        foreach (var part in parts)
        {
            if (from < part.Text.Length) tail.Add(part with { Text = part.Text[Math.Max(0, from)..] });
            from -= part.Text.Length;
        }

        return tail;
    }
}

/// <summary>A place in a conversation.</summary>
/// <param name="Messages">Messages before it.</param>
/// <param name="Ids">Token ids before it.</param>
/// <param name="Seen">Characters rendered before it.</param>
/// <param name="Spans">Messages before it, as the template takes them.</param>
/// <param name="Epoch">New beginnings before it.</param>
public readonly record struct ConversationMark(int Messages, int Ids, int Seen, int Spans, int Epoch);

/// <summary>A prompt as a request wants it.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Special">For each token whether it is the template's own.</param>
/// <param name="Turn">The turn of the conversation that is answered, from 0: what its seed is derived by (<see cref="ConversationSeed"/>).</param>
public sealed record Prompt(int[] Ids, bool[] Special, int Turn = 0)
{
    /// <summary>For each token whether it is content of an earlier answer; null: none is.</summary>
    public bool[]? Generated { get; init; }

    /// <summary>
    /// For each message, as the template takes them (a system prompt that it does not know stands in the first question), the tokens of
    /// its content; empty where they cannot be told apart.
    /// </summary>
    public IReadOnlyList<Range> Messages { get; init; } = [];

    /// <summary>The tokens of a message's content, to be captured.</summary>
    /// <param name="message">Which of <see cref="Messages"/>.</param>
    /// <exception cref="InputException">There is no such message, or its tokens cannot be told apart.</exception>
    public CaptureSpan Span(int message)
    {
        if (message < 0 || message >= Messages.Count) throw new InputException("request", "captures", $"message {message} does not exist; the prompt has messages 0 to {Messages.Count - 1}.");
        var (from, to) = (Messages[message].Start.Value, Messages[message].End.Value);
        return to > from ? CaptureSpan.Between(from, to) : throw new InputException("request", "captures", $"message {message} has no tokens that can be told apart from the template's.");
    }

    /// <summary>For each token what it is, the same in one list.</summary>
    public IReadOnlyList<TokenMarks> Marks() =>
        [.. Special.Select((special, i) => (special ? TokenMarks.Special : TokenMarks.None) | (Generated?[i] == true ? TokenMarks.Generated : TokenMarks.None))];
}
