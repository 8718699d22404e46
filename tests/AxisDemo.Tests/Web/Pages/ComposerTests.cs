using System.Collections.Concurrent;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Pages;

/// <summary>The box at the foot of the page, and what is beside it.</summary>
public sealed class ComposerTests : ComponentTests
{
    private static readonly string[] Acting = ["Regenerate", "Undo", "Clear"];

    [Fact]
    public async Task A_message_is_sent_once_and_leaves_the_box()
    {
        var page = Page();
        await page.Send("Hello");

        Assert.Equal("", page.Value("#message"));
        Assert.Equal("Hello", Assert.Single(Session.Turns).User);
        page.WaitForAssertion(() => Assert.Equal("Standard answered: Hello there. Capped answered: Hello there.", page.Text(".page > [aria-live=polite]")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n ")]
    public async Task Nothing_is_not_sent_and_is_no_fault(string nothing)
    {
        var page = Page();
        var problems = new ConcurrentQueue<string?>();
        Session.Changed += () => problems.Enqueue(Session.Problem);
        await page.Submit(nothing);
        Assert.Empty(page.FindAll(".trouble"));

        // What the page sends it sends at its own pace: this comes after it.
        await page.Send("Hello");
        Assert.Equal("Hello", Assert.Single(Session.Turns).User);
        Assert.All(problems, Assert.Null);
        Assert.Empty(page.FindAll(".trouble"));
    }

    [Fact]
    public async Task Before_anything_is_said_there_is_nothing_to_undo_and_while_an_answer_runs_only_stop()
    {
        Generator.Hold = new TaskCompletionSource();
        var page = Page();
        Assert.All(Acting, name => Assert.True(page.Button(name).HasAttribute("disabled"), name));
        await page.Begin("Hello");

        Assert.Equal("button", page.Button("Stop").GetAttribute("type"));
        Assert.False(page.Offers("Send"));
        // Regenerate keeps the keyboard's focus: it is switched off, not disabled.
        Assert.Equal(("true", false), (page.Button("Regenerate").GetAttribute("aria-disabled"), page.Button("Regenerate").HasAttribute("disabled")));
        Assert.All(["Undo", "Clear", "Tense subjects…"], name => Assert.True(page.Button(name).HasAttribute("disabled"), name));
        Assert.All(page.FindAll(".tries button, #tense li button"), preset => Assert.True(preset.HasAttribute("disabled")));
        await page.Press("Regenerate");
        await page.Submit("And now?");
        Assert.Equal((1, "And now?"), (Session.Turns.Count, page.Value("#message")));

        Generator.Hold.SetResult();
        page.Idle();
        Assert.All(Acting, name => Assert.False(page.Button(name).HasAttribute("disabled"), name));
        Assert.Equal("Hello", Assert.Single(Session.Turns).User);
    }

    [Fact]
    public async Task The_box_waits_for_the_model_and_comes_alive_with_it()
    {
        var there = Generator.State;
        Generator.Become(new ModelState(null, "Loading the model, 40 %", null));
        var page = Page();
        Assert.True(page.Button("Send").HasAttribute("disabled"));
        Assert.Equal("Loading the model, 40 %", page.Find("#message").GetAttribute("placeholder"));
        await page.Submit("Hello");
        Assert.Equal((0, "Hello"), (Session.Turns.Count, page.Value("#message")));

        Generator.Become(there);
        page.WaitForAssertion(() => Assert.False(page.Button("Send").HasAttribute("disabled")));
        Assert.Equal("Ask both…", page.Find("#message").GetAttribute("placeholder"));
        Assert.All(page.FindAll(".cards button"), preset => Assert.False(preset.HasAttribute("disabled")));
    }

    [Fact]
    public async Task A_message_that_is_refused_is_back_in_the_box_with_the_reason_and_what_is_left_is_said()
    {
        Services.Configure<LimitOptions>(limits => limits.AnswersPerMinute = 3);
        var page = Page();
        Assert.Equal("3 answers left", page.Text(".left"));
        await page.Send("One");
        Assert.Equal("1 answers left", page.Text(".left"));

        await page.Submit("Two");
        page.WaitForAssertion(() => Assert.Equal("Two", page.Value("#message")));
        page.WaitForAssertion(() => Assert.StartsWith("Too many answers for your address: 3 a minute are possible.", page.Text(".trouble[role=alert]"), StringComparison.Ordinal));
        Assert.Single(page.FindAll(".turn"));
    }

    [Fact]
    public void Tense_subjects_stand_behind_a_warning_that_says_where_to_find_help()
    {
        var page = Page();
        var warning = page.Find("#tense");

        Assert.Equal("tense", page.Button("Tense subjects…").GetAttribute("popovertarget"));
        Assert.True(warning.HasAttribute("popover"));
        Assert.Contains("findahelpline.com", warning.TextContent, StringComparison.Ordinal);
        foreach (var preset in Preset.Tense)
            Assert.NotNull(Assert.Single(page.FindAll("button"), b => b.TextContent.StartsWith(preset.Name, StringComparison.Ordinal)).Closest("#tense"));
        Assert.Contains("Only you", Preset.Tense.Select(p => p.Name));
        Assert.All(Preset.Tense, preset => Assert.False(page.Button(preset.Name).HasAttribute("disabled")));
    }

    [Fact]
    public async Task A_tense_preset_is_played_once_its_warning_was_read()
    {
        var page = Page();
        var preset = Preset.Tense[0];
        await page.Press(preset.Name);
        page.WaitForElements(".turn", preset.Turns.Count);
        page.Idle();

        Assert.Equal(preset.Turns, page.Texts(".turn .user p span"));
    }

    [Fact]
    public void A_visitor_too_many_is_told_so_and_gets_no_box()
    {
        Services.Configure<LimitOptions>(limits => limits.Sessions = 1);
        Assert.NotNull(Services.GetRequiredService<SessionStore>().Attach(SessionStore.NewId()));
        var page = Page();

        Assert.Contains("This host keeps 1 conversations at a time", page.Text(".notice [role=alert]"), StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".composer"));
    }
}
