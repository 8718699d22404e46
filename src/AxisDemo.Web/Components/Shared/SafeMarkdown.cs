using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace AxisDemo.Web.Components.Shared;

/// <summary>Where tokens begin in a text, and their tints: marks them in the markup.</summary>
/// <param name="Offset">Offset in the whole text of the piece that is rendered.</param>
/// <param name="Starts">Start of each token in the whole text, ascending.</param>
/// <param name="Tints">Class of each token, with a leading space, or empty.</param>
/// <param name="Marked">A token with the class "part" besides; null: none.</param>
public sealed record TokenSpans(int Offset, List<int> Starts, List<string> Tints, int? Marked = null)
{
    /// <summary>The same for a part of the piece that begins at a position in it.</summary>
    public TokenSpans From(int position) => this with { Offset = Offset + position };

    /// <summary>The token that holds a character: the last one that begins at or before it.</summary>
    public int At(int position)
    {
        var index = Starts.BinarySearch(position);
        if (index < 0) return ~index - 1;
        // Tokens without text of their own begin where the next one begins.
        while (index + 1 < Starts.Count && Starts[index + 1] == position) index++;
        return index;
    }
}

/// <summary>
/// Markdown from a model as markup that is safe to show: raw HTML is text, links open only http, https and mailto, in a new tab
/// and without telling where they came from, and pictures are links, since loading them would tell others who reads.
/// </summary>
public static class SafeMarkdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UsePreciseSourceLocation().Build();

    private static readonly char[] LineEnds = ['\n', '\r'];

    /// <summary>
    /// The text's top-level blocks: where each begins, and its markup, which follows from the block's own lines alone. The name that a
    /// link refers to must so be defined right behind the link's block or in it. Lines that nest too deep, up to the next empty line,
    /// are shown as they are, and so is a block that cannot be written for its depth.
    /// </summary>
    public static IReadOnlyList<(int Start, string Html)> Render(string text, TokenSpans? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var blocks = new List<(int Start, string Html)>();
        for (var at = 0; at < text.Length;)
        {
            var (document, end) = Parse(text, at);
            AddBlocks(blocks, document, text, at, end, tokens);
            at = end;
            if (at == text.Length) break;
            end = RestOfParagraph(text, at);
            blocks.Add((at, AsItIs(text[at..end], tokens?.From(at))));
            at = end;
        }

        return blocks;
    }

    private static void AddBlocks(List<(int Start, string Html)> blocks, MarkdownDocument document, string text, int from, int to, TokenSpans? tokens)
    {
        // Indentation belongs to a block: it begins with its first line. What stands before the first one may define names for it.
        var starts = new List<int>();
        Block? before = null;
        foreach (var block in document)
        {
            if (block is LinkReferenceDefinitionGroup) continue;
            var start = before is null ? from : StartOfLine(text, from + block.Span.Start);
            // A table right under a paragraph is one with it: lines to come may make it plain text again.
            var apart = block is not Table || before is not ParagraphBlock || FollowsEmptyLine(text, start);
            if (before is null || apart && start > starts[^1]) starts.Add(start);
            before = block;
        }

        for (var i = 0; i < starts.Count; i++)
        {
            var piece = text[starts[i]..(i + 1 < starts.Count ? starts[i + 1] : to)];
            var spans = tokens?.From(starts[i]);
            var parsed = starts.Count == 1 ? document : TryParse(piece);
            blocks.Add((starts[i], (parsed is null ? null : Write(parsed, piece, spans)) ?? AsItIs(piece, spans)));
        }

        // Nothing but names of links.
        if (starts.Count == 0 && !string.IsNullOrWhiteSpace(text[from..to])) blocks.Add((from, AsItIs(text[from..to], tokens?.From(from))));
    }

    /// <summary>Parses as many lines as there are before one that nests too deep ("> > > > ..."), which Markdig refuses.</summary>
    /// <returns>The lines that could be parsed, and where they end.</returns>
    private static (MarkdownDocument Document, int End) Parse(string text, int from)
    {
        if (TryParse(text[from..]) is { } whole) return (whole, text.Length);
        var ends = new List<int> { from };
        for (var end = from; (end = text.IndexOf('\n', end) + 1) > 0;) ends.Add(end);
        var (good, bad) = (0, ends.Count);
        var document = new MarkdownDocument();
        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            if (TryParse(text[from..ends[middle]]) is { } parsed) (good, document) = (middle, parsed);
            else bad = middle;
        }

        return (document, ends[good]);
    }

    private static MarkdownDocument? TryParse(string text)
    {
        try
        {
            return Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static int StartOfLine(string text, int position) => position == 0 ? 0 : text.LastIndexOfAny(LineEnds, position - 1) + 1;

    private static bool FollowsEmptyLine(string text, int line) => line < 2 || string.IsNullOrWhiteSpace(text[(text.LastIndexOf('\n', line - 2) + 1)..line]);

    private static int RestOfParagraph(string text, int from)
    {
        for (var line = from; line < text.Length;)
        {
            var end = text.IndexOf('\n', line) + 1;
            if (end == 0) return text.Length;
            if (line > from && string.IsNullOrWhiteSpace(text[line..end])) return line;
            line = end;
        }

        return text.Length;
    }

    private static string AsItIs(string text, TokenSpans? tokens)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        renderer.Write("<p>");
        WriteMarked(renderer, text.AsSpan().TrimEnd(), 0, tokens is null ? null : new Marks(text, tokens));
        renderer.Write("</p>");
        return writer.ToString();
    }

    /// <summary>The markup; null where the text nests too deep to be written.</summary>
    private static string? Write(MarkdownDocument document, string text, TokenSpans? tokens)
    {
        var marks = tokens is null ? null : new Marks(text, tokens);
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<LiteralInlineRenderer>(new Literals(marks));
        renderer.ObjectRenderers.Replace<CodeInlineRenderer>(new Code(marks));
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new CodeBlocks(marks));
        renderer.ObjectRenderers.Replace<LinkInlineRenderer>(new Links());
        renderer.ObjectRenderers.Replace<AutolinkInlineRenderer>(new Autolinks());
        try
        {
            renderer.Render(document);
        }
        catch (ArgumentException)
        {
            return null;
        }

        return writer.ToString().TrimEnd('\n');
    }

    private static void WriteMarked(HtmlRenderer renderer, ReadOnlySpan<char> content, int start, Marks? marks)
    {
        if (marks is null) renderer.WriteEscape(content);
        else marks.Write(renderer, content, start);
    }

    private static string? Safe(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "mailto" ? uri.AbsoluteUri : null;

    private static void OpenLink(HtmlRenderer renderer, string url) =>
        renderer.Write("<a href=\"").WriteEscapeUrl(url).Write("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");

    /// <summary>Writes text in pieces, one for each token.</summary>
    private sealed class Marks(string source, TokenSpans tokens)
    {
        // How far the parser's positions may be off: cells of tables count their padding, code its fence.
        private const int Slack = 8;

        public void Write(HtmlRenderer renderer, ReadOnlySpan<char> content, int start)
        {
            var found = Locate(content, start);
            var from = 0;
            while (from < content.Length)
            {
                var token = tokens.At(tokens.Offset + (found < 0 ? start : found + from));
                var end = content.Length;
                // Entities and escapes differ from their source: such a piece belongs to its first token.
                if (found >= 0 && token + 1 < tokens.Starts.Count) end = Math.Clamp(tokens.Starts[token + 1] - tokens.Offset - found, from + 1, content.Length);
                if (token >= 0) renderer.Write("<span class=\"t").Write(tokens.Tints[token]).Write(token == tokens.Marked ? " part" : "").Write("\" data-i=\"").Write(token.ToString()).Write("\">");
                renderer.WriteEscape(content[from..end]);
                if (token >= 0) renderer.Write("</span>");
                from = end;
            }
        }

        private int Locate(ReadOnlySpan<char> content, int start)
        {
            start = Math.Clamp(start, 0, source.Length);
            if (source.AsSpan(start).StartsWith(content, StringComparison.Ordinal)) return start;
            var from = Math.Max(0, start - Slack);
            var window = source.AsSpan(from, Math.Min(source.Length - from, content.Length + 2 * Slack));
            var at = window.IndexOf(content, StringComparison.Ordinal);
            return at < 0 ? -1 : from + at;
        }
    }

    private sealed class Literals(Marks? marks) : HtmlObjectRenderer<LiteralInline>
    {
        protected override void Write(HtmlRenderer renderer, LiteralInline obj) =>
            WriteMarked(renderer, obj.Content.AsSpan(), obj.Span.Start, marks);
    }

    private sealed class Code(Marks? marks) : HtmlObjectRenderer<CodeInline>
    {
        protected override void Write(HtmlRenderer renderer, CodeInline obj)
        {
            renderer.Write("<code>");
            WriteMarked(renderer, obj.Content, obj.Span.Start + obj.DelimiterCount, marks);
            renderer.Write("</code>");
        }
    }

    private sealed class CodeBlocks(Marks? marks) : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            renderer.Write("<pre tabindex=\"0\"><code>");
            for (var i = 0; i < obj.Lines.Count; i++)
            {
                var line = obj.Lines.Lines[i];
                WriteMarked(renderer, line.Slice.AsSpan(), line.Position, marks);
                renderer.Write("\n");
            }

            renderer.Write("</code></pre>");
        }
    }

    private sealed class Links : HtmlObjectRenderer<LinkInline>
    {
        protected override void Write(HtmlRenderer renderer, LinkInline obj)
        {
            var url = Safe(obj.GetDynamicUrl?.Invoke() ?? obj.Url);
            if (url is not null) OpenLink(renderer, url);
            renderer.WriteChildren(obj);
            if (url is not null) renderer.Write("</a>");
        }
    }

    private sealed class Autolinks : HtmlObjectRenderer<AutolinkInline>
    {
        protected override void Write(HtmlRenderer renderer, AutolinkInline obj)
        {
            var url = Safe(obj.IsEmail ? "mailto:" + obj.Url : obj.Url);
            if (url is not null) OpenLink(renderer, url);
            renderer.WriteEscape(obj.Url);
            if (url is not null) renderer.Write("</a>");
        }
    }
}
