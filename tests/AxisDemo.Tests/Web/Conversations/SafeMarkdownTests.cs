using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Tests.Web.Conversations;

public class SafeMarkdownTests
{
    private static readonly string[] Elements = ["a", "p", "span", "code", "pre", "em", "strong", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "br"];
    private static readonly string[] Attributes = ["class", "data-i", "href", "target", "rel", "tabindex"];

    public static TheoryData<string> Names => [.. Hostile.All.Select(h => h.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_in_an_answer_runs_or_loads_and_all_of_it_is_seen(string name)
    {
        var hostile = Hostile.All.First(h => h.Name == name);
        var body = Parse(hostile.Text).Body!;

        foreach (var element in body.QuerySelectorAll("*"))
        {
            Assert.Contains(element.LocalName, Elements);
            Assert.All(element.Attributes, a => Assert.Contains(a.Name, Attributes));
            if (element is IHtmlAnchorElement link) Assert.StartsWith("http", link.GetAttribute("href"), StringComparison.Ordinal);
        }

        Assert.Contains(Hostile.Plain(hostile.InMarkdown ?? hostile.Text), Hostile.Plain(body.TextContent), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_opens_elsewhere_and_tells_nothing()
    {
        var link = Assert.IsAssignableFrom<IHtmlAnchorElement>(Parse("See [the paper](https://arxiv.org/abs/2601.10387).").QuerySelector("a"));

        Assert.Equal("https://arxiv.org/abs/2601.10387", link.Href);
        Assert.Equal("_blank", link.Target);
        Assert.Equal("noopener noreferrer nofollow", link.Relation);
    }

    [Theory]
    [InlineData("Claim one [1].\n\n## Sources\n\n[1]: https://a.example\n[2]: https://b.example\n")]
    [InlineData("[Alice]: Hello\n\n[Bob]: Hi\n\n[Alice]: Bye there\n")]
    [InlineData("[1]: https://a.example\n---\nBelow")]
    [InlineData("  [1]: https://a.example\n'title'\n===\nBelow")]
    [InlineData("> [1]: https://a.example\n> ---\n> Below")]
    public void No_words_vanish(string markdown)
    {
        var shown = Parse(markdown).Body!.TextContent;

        Assert.All(markdown.Split((char[])['\n', ' ', '#', '-', '>'], StringSplitOptions.RemoveEmptyEntries), word => Assert.Contains(word, shown, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Above\n---\nBelow", "h2")]
    [InlineData("Above\n===\nBelow", "h1")]
    [InlineData("Above\n\n---\nBelow", "hr")]
    public void A_line_below_makes_a_heading(string markdown, string element) => Assert.NotNull(Parse(markdown).QuerySelector(element));

    [Theory]
    [InlineData("> ")]
    [InlineData("[")]
    [InlineData("*a ")]
    [InlineData("1. ")]
    public void Nesting_without_end_is_shown_as_text(string opening)
    {
        var html = SafeMarkdown.Render(string.Concat(Enumerable.Repeat(opening, 5000)) + "deep");

        Assert.Contains("deep", html[^1].Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Plain words, one after the other.")]
    [InlineData("Some **bold and *nested* words** with `code()` and a [link](https://example.org).")]
    [InlineData("1. first\n2. second\n   - inner\n\n> quoted & <escaped> text\n\n```python\nlist.reverse()\nprint(list)\n```")]
    [InlineData("line one\nline two of the paragraph\n\n| a | b |\n|---|---|\n| one | two |")]
    public void Every_character_that_is_shown_carries_its_own_token(string markdown)
    {
        var starts = Enumerable.Range(0, markdown.Length).Where(i => i % 3 == 0).ToList();
        var spans = new TokenSpans(0, starts, [.. starts.Select(_ => "")]);

        foreach (var (_, html) in SafeMarkdown.Render(markdown, spans))
        foreach (var token in new HtmlParser().ParseDocument(html).QuerySelectorAll(".t"))
        {
            var start = starts[int.Parse(token.GetAttribute("data-i")!)];
            Assert.Contains(token.TextContent, markdown.Substring(start, Math.Min(3, markdown.Length - start)), StringComparison.Ordinal);
        }
    }

    private static IHtmlDocument Parse(string markdown) =>
        new HtmlParser().ParseDocument(string.Concat(SafeMarkdown.Render(markdown, new TokenSpans(0, [0], [""])).Select(b => b.Html)));
}
