using System.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace AxisDemo.Web.Conversations;

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
    private const int LongestMarked = 10_000;

    private static readonly MarkdownPipeline Pipeline = Build();

    /// <summary>
    /// The text's top-level blocks: where each begins, and its markup, which follows from the block's own lines alone. Lines that nest
    /// too deep for the parser or its writer are shown as they are, up to the next empty line.
    /// </summary>
    public static IReadOnlyList<(int Start, string Html)> Render(string text, TokenSpans? tokens = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (TryRender(text, 0, text.Length, tokens) is { } whole) return whole;
        var blocks = new List<(int Start, StringBuilder Html)>();
        for (var at = 0; at < text.Length;)
        {
            var (fine, deep) = RenderLines(text, at, tokens);
            blocks.AddRange(fine.Select(block => (block.Start, new StringBuilder(block.Html))));
            at = EndOfParagraph(text, deep);
            if (deep == text.Length) break;
            // They may go on with the block before them, so they are one with it.
            if (blocks.Count == 0) blocks.Add((0, new StringBuilder()));
            blocks[^1].Html.Append(AsItIs(text[deep..at], tokens?.From(deep)));
        }

        return [.. blocks.Select(block => (block.Start, block.Html.ToString()))];
    }

    /// <summary>As many lines as there are before one that nests too deep ("> > > > ..."), found by doubling and halving their number.</summary>
    /// <returns>Their blocks, and where they end.</returns>
    private static (IReadOnlyList<(int Start, string Html)> Blocks, int End) RenderLines(string text, int from, TokenSpans? tokens)
    {
        // ends[i]: where i lines end.
        List<int> ends = [from];
        IReadOnlyList<(int, string)> blocks = [];
        var (good, bad) = (0, 0);
        for (var lines = 1; bad == 0; lines *= 2)
        {
            while (ends.Count <= lines && ends[^1] < text.Length) ends.Add(EndOfLine(text, ends[^1]));
            var most = Math.Min(lines, ends.Count - 1);
            if (TryRender(text, from, ends[most], tokens) is not { } rendered) bad = most;
            else if (ends[most] == text.Length) return (rendered, text.Length);
            else (good, blocks) = (most, rendered);
        }

        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            if (TryRender(text, from, ends[middle], tokens) is { } rendered) (good, blocks) = (middle, rendered);
            else bad = middle;
        }

        return (blocks, ends[good]);
    }

    /// <summary>The blocks of a part of the text; null where they nest too deep.</summary>
    private static List<(int Start, string Html)>? TryRender(string text, int from, int to, TokenSpans? tokens)
    {
        try
        {
            var document = Markdown.Parse(text[from..to], Pipeline);
            var starts = Starts(document, text, from);
            var blocks = new List<(int Start, string Html)>(starts.Count);
            for (var i = 0; i < starts.Count; i++)
            {
                var piece = text[starts[i]..(i + 1 < starts.Count ? starts[i + 1] : to)];
                blocks.Add((starts[i], Write(starts.Count == 1 ? document : Markdown.Parse(piece, Pipeline), tokens is null ? null : new Marks(piece, tokens.From(starts[i])))));
            }

            return blocks;
        }
        catch (ArgumentException)
        {
            // So Markdig refuses, when it parses or when it writes.
            return null;
        }
    }

    /// <summary>Where the blocks begin: each with its first line, whose indentation belongs to it.</summary>
    private static List<int> Starts(MarkdownDocument document, string text, int from)
    {
        List<int> starts = [];
        Block? before = null;
        foreach (var block in document)
        {
            var start = before is null ? from : StartOfLine(text, from + block.Span.Start);
            // A table right under a paragraph is one with it: lines to come may make it plain text again.
            var apart = block is not Table || before is not ParagraphBlock || FollowsEmptyLine(text, start);
            if (before is null || apart && start > starts[^1]) starts.Add(start);
            before = block;
        }

        return starts;
    }

    // To markdown a carriage return alone ends a line too.
    private static int StartOfLine(string text, int position) => position == 0 ? 0 : text.AsSpan(0, position).LastIndexOfAny('\n', '\r') + 1;

    private static int EndOfLine(string text, int position) => text.IndexOf('\n', position) is >= 0 and var end ? end + 1 : text.Length;

    private static int EndOfParagraph(string text, int from)
    {
        var end = from;
        while (end < text.Length)
        {
            var line = end;
            end = EndOfLine(text, line);
            if (line > from && IsEmpty(text, line, end)) return line;
        }

        return end;
    }

    private static bool FollowsEmptyLine(string text, int line)
    {
        if (line == 0) return false;
        var end = line > 1 && text[line - 1] == '\n' && text[line - 2] == '\r' ? line - 2 : line - 1;
        return IsEmpty(text, StartOfLine(text, end), line);
    }

    // Other white space is text to markdown.
    private static bool IsEmpty(string text, int from, int to) => text.AsSpan(from, to - from).Trim(" \t\r\n").IsEmpty;

    private static string AsItIs(string text, TokenSpans? tokens)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        renderer.Write("<p class=\"as-it-is\">");
        WriteMarked(renderer, text.AsSpan().TrimEnd(), 0, tokens is null ? null : new Marks(text, tokens));
        renderer.Write("</p>");
        return writer.ToString();
    }

    private static string Write(MarkdownDocument document, Marks? marks)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<LiteralInlineRenderer>(new Literals(marks));
        renderer.ObjectRenderers.Replace<CodeInlineRenderer>(new Code(marks));
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new CodeBlocks(marks));
        renderer.ObjectRenderers.Replace<LinkInlineRenderer>(new Links());
        renderer.ObjectRenderers.Replace<AutolinkInlineRenderer>(new Autolinks());
        renderer.Render(document);
        return writer.ToString().TrimEnd('\n');
    }

    private static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UsePreciseSourceLocation();
        builder.BlockParsers.Replace<ParagraphBlockParser>(new Paragraphs());
        builder.BlockParsers.Replace<HeadingBlockParser>(new Headings());
        return builder.Build();
    }

    /// <summary>
    /// Paragraphs of which nothing vanishes: definitions of links ("[1]: https://...") are text. A definition would not be shown, and
    /// a link would hang on lines far from it.
    /// </summary>
    private sealed class Paragraphs : ParagraphBlockParser
    {
        public override BlockState TryContinue(BlockProcessor processor, Block block)
        {
            // The line under a heading is where the parser looks for definitions above it.
            if (processor.IsBlankLine || ((ParagraphBlock)block).Lines.Lines[0].Slice.CurrentChar != '[') return base.TryContinue(processor, block);
            block.UpdateSpanEnd(processor.Line.End);
            return BlockState.Continue;
        }

        public override bool Close(BlockProcessor processor, Block block)
        {
            if (block is not ParagraphBlock paragraph) return true;
            if (paragraph.Lines.Count == 0) return false;
            foreach (ref var line in paragraph.Lines.Lines.AsSpan(0, paragraph.Lines.Count)) line.Slice.TrimStart();
            paragraph.Lines.Lines[paragraph.Lines.Count - 1].Slice.TrimEnd();
            Limit(paragraph);
            return true;
        }
    }

    private sealed class Headings : HeadingBlockParser
    {
        public override bool Close(BlockProcessor processor, Block block)
        {
            Limit((LeafBlock)block);
            return base.Close(processor, block);
        }
    }

    // Marks inside a text take the parser the square of its length: one that is far longer than anybody writes has none.
    private static void Limit(LeafBlock block)
    {
        var lines = block.Lines.Lines.AsSpan(0, block.Lines.Count);
        var length = 0;
        foreach (ref var line in lines) length += line.Slice.Length;
        if (length <= LongestMarked) return;
        var words = new ContainerInline();
        foreach (ref var line in lines)
        {
            if (words.FirstChild is not null) words.AppendChild(new LineBreakInline());
            words.AppendChild(new LiteralInline(line.Slice) { Span = new SourceSpan(line.Slice.Start, line.Slice.End) });
        }

        (block.Inline, block.ProcessInlines) = (words, false);
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
