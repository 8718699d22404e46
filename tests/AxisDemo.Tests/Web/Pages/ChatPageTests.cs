using AngleSharp.Html.Dom;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Bunit;

namespace AxisDemo.Tests.Web.Pages;

/// <summary>The page as it comes first, before its script is alive.</summary>
public sealed class ChatPageTests : ComponentTests
{
    public ChatPageTests() => Alive = false;

    [Fact]
    public void The_first_paint_does_not_wait_for_the_model()
    {
        Generator.Become(new ModelState(null, "Loading the model, 40 %", null));
        var page = Page();

        Assert.Equal("Loading the model, 40 %", page.Find(".chip").TextContent.Trim());
        Assert.Equal("Loading the model, 40 %", page.Find("#message").GetAttribute("placeholder"));
        Assert.True(page.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.All(page.FindAll(".cards button"), b => Assert.True(b.HasAttribute("disabled")));
    }

    [Fact]
    public void A_missing_model_says_what_is_wrong_and_what_to_do()
    {
        Generator.Become(new ModelState(null, null, "models/none.gguf: there is no such file."));
        var notice = Page().Find("[role=alert]").TextContent;

        Assert.Contains("models/none.gguf: there is no such file.", notice, StringComparison.Ordinal);
        Assert.Contains("Engine:Model", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void An_axis_of_another_model_is_said_and_the_standard_column_stays()
    {
        Generator.Become(new ModelState(new ReadyModel(Generator, null, "There is no axis. It was made for another model."), null, null));
        var page = Page();

        Assert.Contains("made for another model", page.Find(".trouble").TextContent, StringComparison.Ordinal);
        // The static page waits for its script; that there is a box and no notice in its place is what says that one can talk.
        Assert.NotEmpty(page.FindAll("button[type=submit]"));
        Assert.Empty(page.FindAll(".notice-card h1"));
        Assert.Contains("no axis", page.Find(".column-head.col-b h2").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#strength-b"));
    }

    [Fact]
    public void Every_control_has_a_name()
    {
        var page = Page();

        foreach (var control in page.FindAll("input, select, textarea, button"))
        {
            var named = control.HasAttribute("aria-label") || control.TextContent.Trim().Length > 0 && control is IHtmlButtonElement
                || control.Closest("label") is not null || control.Id is { Length: > 0 } id && page.FindAll($"label[for={id}]").Count > 0;
            Assert.True(named, control.OuterHtml);
        }

        Assert.All(page.FindAll("[popovertarget]"), b => Assert.NotNull(page.Find($"#{b.GetAttribute("popovertarget")}")));
    }

    [Fact]
    public async Task A_kept_conversation_is_in_the_first_paint_with_its_means()
    {
        await Session.SendAsync("Who are <b>you</b>?");
        var page = Page();

        Assert.Equal("Who are <b>you</b>?", page.Find(".user span").TextContent);
        Assert.Equal(["−11", "−21"], page.FindAll(".badge").Select(b => b.TextContent));
        Assert.Equal("Hello there.", page.Find(".answer.col-b .text").TextContent.Trim());
        Assert.Equal(["0", "1", "2"], page.FindAll(".answer.col-a .t").Select(t => t.GetAttribute("data-i")!));
        Assert.Empty(page.FindAll(".welcome"));
    }

    [Theory]
    [InlineData("context", "context is full")]
    [InlineData("length", "Cut off")]
    [InlineData("cancelled", "Stopped")]
    public async Task An_answer_that_ended_early_says_why(string reason, string said)
    {
        Generator.Script = _ => ScriptedGenerator.Say("Half").SkipLast(1).Append(new AxisDemo.Serving.FinishedEvent(AxisDemo.Serving.FinishReasons.Parse(reason)!.Value, 1, 10));
        await Session.SendAsync("Go");
        var page = Page();

        Assert.Contains(said, page.Find(".answer.col-a .ending").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_whose_model_is_gone_stays_on_the_page_with_what_is_wrong()
    {
        await Session.SendAsync("Go");
        Generator.Become(new ModelState(null, null, "It was taken out of memory."));
        var page = Page();

        Assert.Equal("Go", page.Find(".user span").TextContent);
        Assert.Equal("It was taken out of memory.", page.Find(".trouble").TextContent);
        Assert.Empty(page.FindAll(".notice-card"));
    }

    [Fact]
    public async Task Answers_are_headed_by_what_ran_and_seeds_by_what_the_answers_were_made_with()
    {
        Session.Settings = Session.Settings with { Repeats = 4 };
        await Session.SendAsync("Go");
        await Session.RegenerateAsync(Column.B);
        var page = Page();

        Assert.Equal(["Standard", "Capped"], page.FindAll(".answer header b").Select(b => b.TextContent));
        Assert.Equal(["seed 3/4", "seed 4/5", "seed 5/6", "seed 6/7"], page.FindAll(".samples span").Select(s => s.TextContent));
    }

    [Fact]
    public void What_was_begun_in_a_turn_is_not_carried_into_another_in_its_place()
    {
        ChatTurn Turn(string text, IReadOnlyList<Answer> a) => new(0, text, new ChatSettings(), new([(Column.A, a), (Column.B, [new Answer(0, Column.B, 0, new ChatSettings(), "scripted", null)])]));
        IReadOnlyList<Answer> Answers() => [new Answer(0, Column.A, 0, new ChatSettings(), "scripted", null)];
        var first = Turn("One", Answers());

        Assert.True(TurnView.Same(first, first.With(Column.B, Answers())));
        Assert.False(TurnView.Same(first, Turn("One", Answers())));
    }

    [Fact]
    public void A_waiting_answer_says_how_many_are_before_it()
    {
        var answer = new Answer(0, Column.A, 0, new ChatSettings(), "scripted", null);
        answer.Take(new AxisDemo.Serving.QueuedEvent(3));
        var view = Render<AnswerView>(view => view.Add(v => v.Answer, answer).Add(v => v.Trajectory, new Trajectory()));

        Assert.Equal("3 before you", view.Find(".note").TextContent);
    }
}
