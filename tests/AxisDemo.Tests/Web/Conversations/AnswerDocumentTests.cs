using AngleSharp.Html.Parser;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Tests.Web.Conversations;

public class AnswerDocumentTests
{
    private const string Text = "First paragraph with **bold** text.\n\nSecond one,\nover two lines.\n\n```python\nfor x in y:\n    pass\n```\n\n- a\n- b\n\nThe end, with 日本語 and 👍🏽.";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    public void However_the_text_arrives_the_finished_markup_is_the_same(int size)
    {
        var growing = Document(size, read: true);
        var whole = Document(Text.Length, read: false);

        Assert.Equal(whole.Blocks.Select(b => Plain(b.Html)), growing.Blocks.Select(b => Plain(b.Html)));
        Assert.Equal(5, growing.Blocks.Count);
        Assert.Empty(growing.Open);
    }

    // Pieces whose meaning hangs on what comes after them, or on what stands before.
    private static readonly string[] Pieces =
    [
        "word", " ", "\n", "\n", "\n\n", "#", "# ", "-", "- ", "1", ".", "2. ", "*", "**", "***", "_", "`", "```", "~~~\n", ">", "> ", "=", "---", "|", "a | b\n", "--|--\n", "    ", "\t", "  ",
        "[", "]", "[r]", "[r]: http://example.org\n", "(", ")", "](http://example.org)", "!", "<", ">", "&amp;", "&", ";", "\\", "http://example.org", "é", "👍", "\r\n", "\u0001",
        string.Concat(Enumerable.Repeat("> ", 200)), string.Concat(Enumerable.Repeat("[", 200)), "<!--", "<div>\n", "</div>", "+ ", ":", "\"", "[r]:\n", "'title\n", "===\n", "\u00a0\n", "\r",
    ];

    [Fact]
    public void However_often_a_growing_text_is_drawn_it_ends_as_one_that_is_drawn_once()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var tokens = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Pieces[random.Next(Pieces.Length)]).ToList();
            var (growing, whole) = (new AnswerDocument(), new AnswerDocument());
            foreach (var token in tokens)
            {
                growing.Append(token, "");
                whole.Append(token, "");
                if (random.Next(2) == 0) _ = growing.Open;
                if (random.Next(20) != 0) continue;
                growing.Complete();
                _ = growing.Open;
                growing.Reopen();
            }

            growing.Complete();
            whole.Complete();

            var text = $"seed {seed}: {string.Concat(tokens)}";
            Assert.Equal(text + string.Concat(whole.Blocks.Select(b => b.Html)), text + string.Concat(growing.Blocks.Select(b => b.Html)));
        }
    }

    [Fact]
    public void Lines_that_nest_too_deep_are_text_and_what_stands_around_them_is_not()
    {
        var deep = string.Concat(Enumerable.Repeat("> ", 5000)) + "deep\nand on";
        var document = new AnswerDocument();
        foreach (var piece in new[] { "[before](http://example.org)\n\n", deep, "\n\n", "**after**" }) document.Append(piece, "");
        document.Complete();

        var shown = new HtmlParser().ParseDocument(string.Concat(document.Blocks.Select(b => b.Html))).Body!.Children;
        Assert.Equal(3, shown.Length);
        Assert.Equal("before", shown[0].QuerySelector("a")?.TextContent);
        Assert.Equal(deep, shown[1].TextContent);
        Assert.All(shown[1].QuerySelectorAll(".t"), token => Assert.Equal("1", token.GetAttribute("data-i")));
        Assert.Equal("after", shown[2].QuerySelector("strong")?.TextContent);
    }

    [Fact]
    public void Many_lines_that_nest_too_deep_take_their_own_time_each()
    {
        // With work that grows by the square of the text this would take minutes.
        var document = new AnswerDocument();
        document.Append(string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat("> ", 130)) + "\n\nfine\n\n", 3000)), "");
        document.Complete();

        Assert.Equal(6000, new HtmlParser().ParseDocument(string.Concat(document.Blocks.Select(b => b.Html))).Body!.ChildElementCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# ")]
    public void Far_too_many_marks_in_one_text_are_text(string heading)
    {
        var text = string.Concat(Enumerable.Repeat("*a ", 5000)) + "end";
        var document = new AnswerDocument();
        document.Append(heading + text, "");
        document.Append("\n\n**after**", "");
        document.Complete();

        var shown = new HtmlParser().ParseDocument(string.Concat(document.Blocks.Select(b => b.Html))).Body!.Children;
        Assert.Equal([text, "after"], shown.Select(e => e.TextContent));
        Assert.Equal("0", Assert.Single(shown[0].Children).GetAttribute("data-i"));
    }

    [Fact]
    public void A_token_is_marked_in_both_blocks_that_it_belongs_to()
    {
        var document = new AnswerDocument();
        foreach (var piece in new[] { "One", "**\n\nTwo", " three\n\n", "Four" }) document.Append(piece, "");
        _ = document.Open;
        document.Mark(1);
        document.Complete();

        Assert.Equal(["**", "Two"], new HtmlParser().ParseDocument(string.Concat(document.Blocks.Select(b => b.Html))).QuerySelectorAll(".part").Select(t => t.TextContent));
    }

    [Fact]
    public void A_finished_block_never_changes_again()
    {
        var document = new AnswerDocument();
        var seen = new Dictionary<int, string>();
        foreach (var piece in Text.Chunk(2))
        {
            document.Append(new string(piece), " b1");
            foreach (var block in document.Blocks)
                if (!seen.TryAdd(block.Key, block.Html)) Assert.Equal(seen[block.Key], block.Html);
        }

        Assert.Equal(4, seen.Count);
    }

    [Fact]
    public void Tints_stay_with_their_tokens_across_blocks()
    {
        var document = new AnswerDocument();
        document.Append("One.\n\n", " b2");
        document.Append("Two", " a1");
        document.Append(" three", "");
        document.Complete();

        var tokens = new HtmlParser().ParseDocument(string.Concat(document.Blocks.Select(b => b.Html))).QuerySelectorAll(".t");
        Assert.Equal(["t b2 0 One.", "t a1 1 Two", "t 2  three"], tokens.Select(t => $"{t.ClassName} {t.GetAttribute("data-i")} {t.TextContent}"));
    }

    [Fact]
    public void Tokens_without_text_do_not_shift_the_others()
    {
        var document = new AnswerDocument();
        foreach (var piece in new[] { "a", "", "", "👍", "b" }) document.Append(piece, "");
        document.Complete();

        var tokens = new HtmlParser().ParseDocument(document.Blocks[0].Html).QuerySelectorAll(".t");
        Assert.Equal(["0:a", "3:👍", "4:b"], tokens.Select(t => $"{t.GetAttribute("data-i")}:{t.TextContent}"));
    }

    private static AnswerDocument Document(int size, bool read)
    {
        var document = new AnswerDocument();
        foreach (var piece in Text.Chunk(size))
        {
            document.Append(new string(piece), "");
            if (read) _ = document.Open;
        }

        document.Complete();
        return document;
    }

    private static string Plain(string html) => System.Text.RegularExpressions.Regex.Replace(html, "</?span[^>]*>", "");
}
