using AxisDemo.Serving;
using Bunit;

namespace AxisDemo.Tests.Web.Charts;

/// <summary>The layer view around its drawing: which answer is read, and what becomes of that.</summary>
public sealed class LayerViewTests : ComponentTests
{
    [Fact]
    public async Task The_newest_answer_in_which_something_acted_is_read_and_stands_in_a_table()
    {
        var page = Page();
        Assert.Equal("none yet", page.Text("#layers option"));
        Assert.True(page.Button("Read it").HasAttribute("disabled"));
        await page.Send("One");
        await page.Send("Two");
        Assert.Equal(["turn 2, B: Capped", "turn 2, A: Standard", "turn 1, B: Capped", "turn 1, A: Standard"], page.Texts("#layers option"));
        Assert.Equal("1-B-0", page.Value("#layers select"));

        Generator.Script = Values;
        await page.Press("Read it");
        Assert.Equal(["3", "2", "1", "0"], page.Texts("#layers tbody th"));
        Assert.Equal("turn 2, B: Capped: means over 3 tokens.", page.Text("#layers caption"));
        Assert.False(page.Choice("moved").HasAttribute("disabled"));

        // In a plain answer nothing is moved.
        await page.Set("#layers select", "0-A-0");
        await page.Press("Read it");
        Assert.Equal("turn 1, A: Standard: means over 3 tokens.", page.Text("#layers caption"));
        Assert.True(page.Choice("moved").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Reading_can_be_given_up()
    {
        var page = Page();
        await page.Send("One");
        (Generator.Script, Generator.Hold) = (Values, new TaskCompletionSource());
        var reading = page.Press("Read it");
        page.WaitForElement("#layers progress");
        Assert.True(page.Find("#layers select").HasAttribute("disabled"));
        await page.Press("Cancel");
        await reading;

        Assert.True(page.Offers("Read it"));
        Assert.Empty(page.FindAll("#layers table, #layers .trouble"));
    }

    [Fact]
    public async Task What_cannot_be_read_says_why()
    {
        var page = Page();
        await page.Send("One");
        Generator.Script = _ => [new FailedEvent("The engine has failed.")];
        await page.Press("Read it");

        Assert.Equal("The engine has failed.", page.Text("#layers .trouble[role=alert]"));
        Assert.Empty(page.FindAll("#layers table"));
    }

    [Fact]
    public async Task The_map_goes_with_its_answer()
    {
        var page = Page();
        await page.Send("One");
        Generator.Script = Values;
        await page.Press("Read it");
        Assert.NotEmpty(page.FindAll("#layers table"));

        await page.Press("Undo");
        Assert.Empty(page.FindAll("#layers table"));
    }

    // A value for every token of the prompt that is watched.
    private static IEnumerable<GenerationEvent> Values(GenerationRequest request) =>
    [
        new PromptEvent([.. request.Watch.Select(w => new PromptProjection(w.Axis, w.Layer, new float[request.Prompt.Count], new float[request.Prompt.Count], new bool[request.Prompt.Count]))]),
        new FinishedEvent(FinishReason.Length, 0, 0),
    ];
}
