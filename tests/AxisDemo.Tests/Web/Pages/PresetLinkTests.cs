using AxisDemo.Web.Conversations;
using Bunit;

namespace AxisDemo.Tests.Web.Pages;

/// <summary>A link that names a preset.</summary>
public sealed class PresetLinkTests : ComponentTests
{
    [Theory]
    [InlineData("only-you", "“Only you” lies behind Tense subjects…, below.")]
    [InlineData("nothing-of-ours", "There is no preset “nothing-of-ours”.")]
    public async Task One_that_is_tense_stays_behind_its_warning_and_one_that_is_none_is_named(string preset, string said)
    {
        var page = Page(p => p.Add(c => c.Preset, preset));

        Assert.Equal(said, page.Text(".trouble[role=alert]"));
        Assert.Empty(Session.Turns);
        Assert.NotEmpty(page.FindAll(".welcome"));
        await page.Send("Hello");
        Assert.Equal(["Hello"], page.Texts(".turn .user p span"));
    }

    [Fact]
    public void It_is_played_once_the_model_is_there()
    {
        var there = Generator.State;
        Generator.Become(new(null, "Loading the model, 40 %", null));
        var page = Page(p => p.Add(c => c.Preset, "a-coding-session"));
        Assert.Empty(page.FindAll(".turn"));

        Generator.Become(there);
        page.WaitForElements(".turn", 4);
        page.Idle();
        Assert.Equal(Preset.All.Single(p => p.Slug == "a-coding-session").Turns, page.Texts(".turn .user p span"));
    }

    [Fact]
    public async Task It_takes_no_conversation_away_that_has_begun()
    {
        await Session.SendAsync("Hello");
        var page = Page(p => p.Add(c => c.Preset, "a-coding-session"));

        await page.Send("And now?");
        Assert.Equal(["Hello", "And now?"], page.Texts(".turn .user p span"));
    }
}
