using AxisDemo.Web.Conversations;
using Bunit;

namespace AxisDemo.Tests.Web.Pages;

/// <summary>What a visitor does to turns that are there, and how an answer ends.</summary>
public sealed class TurnTests : ComponentTests
{
    public TurnTests() => Generator.Script = ScriptedGenerator.SayAsAsked;

    [Fact]
    public async Task Stop_ends_the_answer_and_the_text_so_far_stays()
    {
        Generator.Hold = new TaskCompletionSource();
        var page = Page();
        await page.Begin("Tell me a very long story.");
        page.WaitForElements(".answer.col-a .t", 4);
        Assert.True(page.Button("Edit message 1").HasAttribute("disabled"));
        Assert.Equal("true", page.Button("Again in column A").GetAttribute("aria-disabled"));

        await page.Press("Stop");

        page.Idle();
        Assert.Equal("Stopped.", page.Text(".answer.col-a .ending"));
        Assert.Equal(4, page.FindAll(".answer.col-a .t").Count);
        Assert.False(page.Button("Edit message 1").HasAttribute("disabled"));
        Assert.Null(page.Button("Continue in column A").GetAttribute("aria-disabled"));
    }

    [Fact]
    public async Task Undo_returns_the_text_regenerate_answers_again_and_what_is_cleared_comes_back()
    {
        var page = Page();
        await page.Send("Name a colour.");
        var first = page.Text(".answer.col-a .text");
        await page.Press("Regenerate");
        page.WaitForAssertion(() => Assert.Equal("4", page.Value("#seed")));
        page.Idle();
        Assert.Single(page.FindAll(".turn"));
        Assert.NotEqual(first, page.Text(".answer.col-a .text"));

        await page.Press("Undo");
        Assert.Equal("Name a colour.", page.Value("#message"));
        Assert.Empty(page.FindAll(".turn"));

        await page.Send("Name another colour.");
        await page.Press("Clear");
        Assert.NotEmpty(page.FindAll(".welcome"));
        await page.Press("Undo");
        Assert.Single(page.FindAll(".turn"));
        await page.Press("Undo");
        Assert.NotEmpty(page.FindAll(".welcome"));
        Assert.Equal("Name another colour.", page.Value("#message"));
        Assert.True(page.Button("Undo").HasAttribute("disabled"));
    }

    [Fact]
    public async Task The_box_holds_the_message_that_was_taken_away_last_and_nothing_that_nobody_wrote_there()
    {
        var page = Page();
        await page.Do(() => Acts.Able(page.FindAll(".cards button").Single(b => b.TextContent.StartsWith("A coding session", StringComparison.Ordinal))).ClickAsync());
        page.WaitForElements(".turn", 4);
        page.Idle();

        for (var left = 3; left > 1; left--)
        {
            var last = page.Text($"#turn-{left} .user p span");
            await page.Press("Undo");
            Assert.Equal(last, page.Value("#message"));
        }

        // What somebody is writing stays below what comes back.
        await page.Set("#message", "And why?");
        var below = page.Text("#turn-1 .user p span");
        await page.Press("Undo");
        Assert.Equal($"{below}\nAnd why?", page.Value("#message"));
    }

    [Fact]
    public async Task A_message_is_edited_an_answer_goes_on_and_one_column_is_asked_again()
    {
        Generator.Script = request => ScriptedGenerator.Cut(ScriptedGenerator.SayAsAsked(request));
        var page = Page();
        await page.Send("Tell me about the sea.");
        var b = page.Text(".answer.col-b .text");
        await page.Press("Continue in column A");
        page.WaitForState(() => page.FindAll(".answer.col-a .t").Count > 4);
        page.Idle();
        Assert.Equal(b, page.Text(".answer.col-b .text"));

        var a = page.Text(".answer.col-a .text");
        await page.Press("Again in column B");
        page.WaitForAssertion(() => Assert.Equal("4", page.Value("#seed")));
        page.Idle();
        Assert.Equal(a, page.Text(".answer.col-a .text"));
        Assert.NotEqual(b, page.Text(".answer.col-b .text"));
        Assert.Contains("Different luck: seed 3 in A, 4 in B.", page.Text(".turn-note"), StringComparison.Ordinal);

        await page.Press("Edit message 1");
        await page.Set("#edit-0", "Tell me about the moon.");
        await page.Press("Answer again");
        page.WaitForAssertion(() => Assert.Equal("Tell me about the moon.", page.Text("#turn-0 .user p span")));
        page.Idle();
        Assert.Single(page.FindAll(".turn"));
    }

    [Fact]
    public async Task An_edit_that_is_given_up_or_empty_changes_nothing_and_what_came_after_one_is_taken_away()
    {
        var page = Page();
        await page.Send("One");
        await page.Send("Two");
        await page.Press("Edit message 1");
        await page.Set("#edit-0", "Three");
        await page.Press("Cancel");
        Assert.Equal("One", page.Text("#turn-0 .user p span"));
        await page.Press("Edit message 1");
        Assert.Equal("One", page.Value("#edit-0"));
        await page.Set("#edit-0", " ");
        await page.Press("Answer again");
        await page.Send("Four");
        Assert.Equal(["One", "Two", "Four"], Session.Turns.Select(t => t.User));

        await page.Set("#edit-0", "Three");
        await page.Press("Answer again");
        page.WaitForElements(".turn", 1);
        Assert.Equal("Three", page.Text("#turn-0 .user p span"));
        page.Idle();
    }

    [Fact]
    public async Task Only_the_last_turn_can_be_answered_again_and_only_a_cut_answer_goes_on()
    {
        var page = Page();
        await page.Send("One");
        Assert.False(page.Offers("Continue in column A"));
        await page.Send("Two");

        Assert.Empty(page.FindAll("#turn-0 .again"));
        Assert.Equal(2, page.FindAll("#turn-1 .again").Count);
    }

    [Fact]
    public async Task Four_seeds_answer_can_be_looked_at_and_say_whether_the_difference_is_luck()
    {
        var page = Page();
        await page.Choose("repeat 4 times");
        await page.Send("Who are you?");

        Assert.Matches("4 seeds: A .+ ± \\d+, B .+ ± \\d+\\.", page.Text("#turn-0 .turn-note"));
        var first = page.Text(".answer.col-a .text");
        await page.Choose("seed 6");
        Assert.Equal("0-0-3", page.Find(".answer.col-a").GetAttribute("data-answer"));
        Assert.NotEqual(first, page.Text(".answer.col-a .text"));
        Assert.EndsWith("The conversation goes on from the first, seed 3.", page.Text("#turn-0 .turn-note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_fails_says_so_in_its_column_and_the_other_stands()
    {
        Generator.Script = request => request.Interventions.Count > 0 ? [new AxisDemo.Serving.FailedEvent("The engine has failed.")] : ScriptedGenerator.Say("Hello");
        var page = Page();
        await page.Send("Go");

        Assert.Equal("The engine has failed.", page.Text(".answer.col-b .trouble[role=alert]"));
        Assert.Equal("Hello", page.Text(".answer.col-a .text"));
        Assert.Empty(page.FindAll(".answer.col-a .trouble"));
    }
}
