using System.Globalization;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Pages;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.Extensions.Logging.Abstractions;

namespace AxisDemo.Tests.Web.Pages;

public sealed class MarkdownBlockTests : BunitContext
{
    [Theory]
    [InlineData("a paragraph", "", " word{0}")]
    [InlineData("a list", "- one\n", "- item {0}\n")]
    [InlineData("a nested list", "- one\n", "  - inner {0}\n")]
    [InlineData("a program", "```python\n", "x{0} = 1\n")]
    public async Task What_a_token_costs_does_not_grow_with_its_block(string what, string start, string next)
    {
        var document = new AnswerDocument();
        document.Append(start, "");
        await using var meter = new Meter(Services);
        var costs = new List<int>();
        for (var i = 0; i < 1500; i++)
        {
            document.Append(string.Format(CultureInfo.InvariantCulture, next, i), " b1");
            if (i is 100 or 1499) costs.Add(await meter.Cost(document.Open));
            else if (i is 99 or 1498) await meter.Cost(document.Open);
        }

        Assert.Empty(document.Blocks);
        Assert.True(costs[1] <= costs[0] + 2, $"{what}: {costs[0]} frames and edits after 100 tokens, {costs[1]} after 1,500");
        Assert.InRange(costs[0], 1, 40);
    }

    [Theory]
    [InlineData("A **bold** [link](https://example.org/?a=1&b=2), `code <b>` & \"quotes\"\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n> quote\n\n1. one\n2. two\n\n```\nx < y && z\n```\n\n***\n\nline  \nbreak")]
    public void The_elements_are_those_of_the_markup(string text)
    {
        var document = new AnswerDocument();
        document.Append(text, " a1");
        document.Complete();
        foreach (var block in document.Blocks)
        {
            var page = Drawn(block.Html);
            Assert.Equal(new HtmlParser().ParseDocument(block.Html).Body!.InnerHtml, page.Body!.InnerHtml);
            Assert.Null(page.QuerySelector("script"));
        }
    }

    [Fact]
    public void Characters_that_no_markup_can_hold_are_shown_as_such_and_markup_as_text()
    {
        var document = new AnswerDocument();
        document.Append("<script>alert(1)</script> \u0001\ufffe\ud800 \U0001F600 end", "");
        document.Complete();
        var page = Drawn(document.Blocks[0].Html);

        Assert.Null(page.QuerySelector("script"));
        Assert.Equal("<script>alert(1)</script> \ufffd\ufffd\ufffd \U0001F600 end", page.Body!.TextContent);
    }

    private IHtmlDocument Drawn(string html) => new HtmlParser().ParseDocument(Render<MarkdownBlock>(block => block.Add(b => b.Html, html)).Markup);

    // What travels to the browser can be counted nowhere else; where the framework changes these types, this test changes with it.
#pragma warning disable BL0006
    /// <summary>Counts what a renderer would send.</summary>
    private sealed class Meter : Renderer
    {
        private readonly MarkdownBlock block;
        private readonly int id;
        private int sent;

        public Meter(IServiceProvider services) : base(services, NullLoggerFactory.Instance)
        {
            block = new MarkdownBlock();
            id = AssignRootComponentId(block);
        }

        public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

        public async Task<int> Cost(string html)
        {
            sent = 0;
            await Dispatcher.InvokeAsync(() => RenderRootComponentAsync(id, ParameterView.FromDictionary(new Dictionary<string, object?> { ["Html"] = html })));
            return sent;
        }

        protected override void HandleException(Exception exception) => throw exception;

        protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
        {
            sent += renderBatch.ReferenceFrames.Count;
            for (var i = 0; i < renderBatch.UpdatedComponents.Count; i++) sent += renderBatch.UpdatedComponents.Array[i].Edits.Count;
            return Task.CompletedTask;
        }
    }
#pragma warning restore BL0006
}
