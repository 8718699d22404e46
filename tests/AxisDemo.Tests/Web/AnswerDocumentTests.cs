using AngleSharp.Html.Parser;
using AxisDemo.Web.Components.Chat;

namespace AxisDemo.Tests.Web;

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
