using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Pages;

/// <summary>The settings of both columns: each is set by its control and acts on the next answer.</summary>
public sealed class SettingsTests : ComponentTests
{
    public SettingsTests()
    {
        Generator.Script = ScriptedGenerator.SayAsAsked;
        Services.Configure<LimitOptions>(limits => limits.MaxTokens = 640);
    }

    [Fact]
    public async Task A_changed_setting_acts_on_the_next_answer_and_is_marked()
    {
        var page = Page();
        await page.Send("Name a thing.");

        await page.Slide("#temperature", "0");
        await page.Slide("#penalty", "1.2");
        await page.Set("#history", page.FindAll("#history option").Single(o => o.TextContent == "A's answers for both").GetAttribute("value"));
        await page.Set("#system", "You count from one to ten.");
        await page.Send("Go on.");

        var changes = page.Text("#turn-1 .changes");
        foreach (var change in new[] { "temperature 0.7 → 0", "repetition penalty 1 → 1.2", "history: each its own → A's for both", "a system prompt" })
            Assert.Contains(change, changes, StringComparison.Ordinal);
        var sampling = Generator.Requests[^1].Sampling;
        Assert.Equal((0f, 1.2f), (sampling.Temperature, sampling.RepetitionPenalty));
    }

    [Fact]
    public async Task A_seed_gives_the_same_answer_again_and_another_seed_another()
    {
        var page = Page();
        await page.Set("#seed", "11");
        var first = await Say();
        await page.Press("Clear");
        var again = await Say();
        await page.Press("Clear");
        await page.Set("#seed", "12");
        var other = await Say();

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        async Task<string[]> Say()
        {
            await page.Send("Tell me of a journey.");
            return page.Texts(".answer .text");
        }
    }

    [Fact]
    public async Task Each_control_says_what_it_is_set_to_and_its_range_is_the_hosts()
    {
        var page = Page();
        Assert.Equal(("16", "640", "off", "0.7"), (page.Find("#length").GetAttribute("min"), page.Find("#length").GetAttribute("max"), page.Text("output[for=penalty]"), page.Text("output[for=temperature]")));

        await page.Slide("#temperature", "0");
        await page.Slide("#length", "640");
        await page.Slide("#penalty", "1.25");
        await page.Choose("repeat 4 times");
        await page.Set("#history", "B");
        await page.Set("#system", "Be brief.");

        Assert.Equal(("greedy", "640 tokens", "÷ 1.25", "System prompt ✓"), (page.Text("output[for=temperature]"), page.Text("output[for=length]"), page.Text("output[for=penalty]"), page.Text(".first")));
        Assert.Equal(new ChatSettings { Temperature = 0, MaxTokens = 640, RepetitionPenalty = 1.25, Repeats = 4, History = Column.B, SystemPrompt = "Be brief." }, Session.Settings);
    }

    [Theory]
    [InlineData("#temperature", "hot")]
    [InlineData("#temperature", "NaN")]
    [InlineData("#length", "")]
    [InlineData("#penalty", "1,5 times")]
    public async Task What_is_no_number_changes_nothing(string control, string value)
    {
        var page = Page();
        await page.Slide(control, value);

        Assert.Equal(new ChatSettings(), Session.Settings);
    }

    [Theory]
    [InlineData("9007199254740993", 9007199254740993)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("18446744073709551616", 3)]
    [InlineData("-1", 3)]
    [InlineData("1.5", 3)]
    [InlineData("", 3)]
    public async Task A_seed_is_a_whole_number_of_64_bits(string typed, ulong seed)
    {
        var page = Page();
        await page.Set("#seed", typed);

        Assert.Equal(seed, Session.Settings.Seed);
    }

    [Fact]
    public async Task A_history_that_is_none_is_not_taken()
    {
        var page = Page();
        await page.Set("#history", "Everything");

        Assert.Null(Session.Settings.History);
    }

    [Fact]
    public async Task On_a_narrow_window_the_settings_come_and_go_and_a_message_takes_them_away()
    {
        var page = Page();
        await page.Press("Settings");
        Assert.Equal((true, "true"), (Open(), page.Button("Settings").GetAttribute("aria-expanded")));
        await page.Click("#controls .close");
        Assert.Equal((false, "false"), (Open(), page.Button("Settings").GetAttribute("aria-expanded")));
        await page.Press("Settings");
        await page.Send("Hello!");
        Assert.False(Open());

        bool Open() => page.Find("#controls").ClassList.Contains("open");
    }

    [Fact]
    public async Task Tints_are_switched_for_the_whole_page()
    {
        var page = Page();
        Assert.Contains("tinted", page.Find(".page").ClassList);
        await page.Choose("tint tokens", false);
        Assert.DoesNotContain("tinted", page.Find(".page").ClassList);
        await page.Choose("tint tokens");
        Assert.Contains("tinted", page.Find(".page").ClassList);
    }

    [Fact]
    public async Task What_the_columns_did_and_cost_stands_below_the_settings()
    {
        var page = Page();
        Assert.Contains("It takes wanted role-play away too.", page.Text(".effects .col-b"), StringComparison.Ordinal);
        await page.Send("Who are you?");

        Assert.Contains("lifted 50 % of its tokens in blocks 1–2, 0.10 nats from the plain model's choices.", page.Text(".effects .col-b"), StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".effects .col-a"));
    }
}
