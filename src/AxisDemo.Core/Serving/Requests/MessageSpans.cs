using System.Text;
using AxisDemo.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Serving;

/// <summary>Which tokens of a rendered conversation are the content of which message: headers and end-of-turn tokens belong to none.</summary>
internal static class MessageSpans
{
    /// <summary>For each message the tokens [from, to) of its content; empty where the template leaves it out (or it is empty).</summary>
    /// <param name="tokenizer">The tokenizer that encoded the parts.</param>
    /// <param name="parts">The rendering.</param>
    /// <param name="ids">Its tokens, a BOS in front or not.</param>
    /// <param name="messages">The conversation.</param>
    public static IReadOnlyList<Range> Find(ITokenizer tokenizer, IReadOnlyList<PromptPart> parts, IReadOnlyList<int> ids, IReadOnlyList<ChatMessage> messages)
    {
        return TryFind(tokenizer, parts, ids, messages)
            ?? throw new InputException("request", "messages", "the tokens of the conversation cannot be told apart: the vocabulary lacks some of its characters, or writes them otherwise.");
    }

    /// <summary>The same; null where the tokens cannot be told apart.</summary>
    public static IReadOnlyList<Range>? TryFind(ITokenizer tokenizer, IReadOnlyList<PromptPart> parts, IReadOnlyList<int> ids, IReadOnlyList<ChatMessage> messages)
    {
        if (TokenPlaces.Find(tokenizer, parts, ids) is not { } starts) return null;
        var contents = Contents(parts, messages);
        var spans = new Range[messages.Count];
        // A BOS that the template did not write is nobody's, and begins where the first content may.
        var token = ids.Count > 0 && tokenizer.IsControl(ids[0]) ? 1 : 0;
        for (var m = 0; m < spans.Length; m++)
        {
            if (contents[m] is not { } content) continue;
            // A token that begins inside the content is the content's, also one that reaches beyond its end. Contents follow each
            // other, so the walk over the tokens goes on where the last one ended.
            var from = TokensBefore(content.Start);
            spans[m] = from..TokensBefore(content.End);
        }

        return spans;

        int TokensBefore(int place)
        {
            while (token < ids.Count && starts[token] < place) token++;
            return token;
        }
    }

    // In bytes of the rendering. Parts alternate between template and message, so a content is a part of its own; a role's name
    // ("user") is one too, which is why the first of two equal ones is taken for the role.
    private static (int Start, int End)?[] Contents(IReadOnlyList<PromptPart> parts, IReadOnlyList<ChatMessage> messages)
    {
        var written = new List<(string Text, int Start, int End)>();
        var at = 0;
        foreach (var part in parts)
        {
            var length = Encoding.UTF8.GetByteCount(part.Text);
            if (!part.FromTemplate) written.Add((part.Text.Trim(), at, at + length));
            at += length;
        }

        var found = new (int, int)?[messages.Count];
        var next = 0;
        for (var m = 0; m < messages.Count; m++)
        {
            var content = messages[m].Content.Trim();
            var place = written.FindIndex(next, w => w.Text == content);
            if (place < 0 || content.Length == 0) continue;
            if (content == messages[m].Role && place + 1 < written.Count && written[place + 1].Text == content) place++;
            found[m] = (written[place].Start, written[place].End);
            next = place + 1;
        }

        return found;
    }
}
