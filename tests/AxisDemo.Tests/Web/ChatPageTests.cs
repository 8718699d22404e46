using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AxisDemo.Web.Components.Chat;
using AxisDemo.Web.Serving;

namespace AxisDemo.Tests.Web;

public class ChatPageTests
{
    private static readonly string Id = SessionStore.NewId();
    private readonly ScriptedGenerator generator = new();

    [Fact]
    public async Task The_first_paint_does_not_wait_for_the_model()
    {
        generator.Become(new ModelState(null, "Loading the model, 40 %", null));
        var page = await Page();

        Assert.Equal("Loading the model, 40 %", page.QuerySelector(".chip")!.TextContent.Trim());
        Assert.Equal("Loading the model, 40 %", page.QuerySelector("#message")!.GetAttribute("placeholder"));
        Assert.True(page.QuerySelector("button[type=submit]")!.HasAttribute("disabled"));
        Assert.All(page.QuerySelectorAll(".cards button"), b => Assert.True(b.HasAttribute("disabled")));
    }

    [Fact]
    public async Task A_missing_model_says_what_is_wrong_and_what_to_do()
    {
        generator.Become(new ModelState(null, null, "models/none.gguf: there is no such file."));
        var notice = (await Page()).QuerySelector("[role=alert]")!.TextContent;

        Assert.Contains("models/none.gguf: there is no such file.", notice, StringComparison.Ordinal);
        Assert.Contains("Engine:Model", notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_axis_of_another_model_is_said_and_the_standard_column_stays()
    {
        generator.Become(new ModelState(new ReadyModel(generator, null, "There is no axis. It was made for another model."), null, null));
        var page = await Page();

        Assert.Contains("made for another model", page.QuerySelector(".trouble")!.TextContent, StringComparison.Ordinal);
        // The static page waits for its script; that there is a box and no notice in its place is what says that one can talk.
        Assert.NotNull(page.QuerySelector("button[type=submit]"));
        Assert.Null(page.QuerySelector(".notice-card h1"));
        Assert.Contains("no axis", page.QuerySelector(".column-head.col-b h2")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("#strength-b"));
    }

    [Fact]
    public async Task Every_control_has_a_name()
    {
        var page = await Page();

        foreach (var control in page.QuerySelectorAll("input, select, textarea, button"))
        {
            var named = control.HasAttribute("aria-label") || control.TextContent.Trim().Length > 0 && control is IHtmlButtonElement
                || control.Closest("label") is not null || control.Id is { Length: > 0 } id && page.QuerySelector($"label[for={id}]") is not null;
            Assert.True(named, control.OuterHtml);
        }

        Assert.All(page.QuerySelectorAll("[popovertarget]"), b => Assert.NotNull(page.GetElementById(b.GetAttribute("popovertarget")!)));
    }

    [Fact]
    public async Task A_kept_conversation_is_in_the_first_paint_with_its_means()
    {
        var page = await Page(session => session.SendAsync("Who are <b>you</b>?"));

        Assert.Equal("Who are <b>you</b>?", page.QuerySelector(".user span")!.TextContent);
        Assert.Equal(["−11", "−21"], page.QuerySelectorAll(".badge").Select(b => b.TextContent));
        Assert.Equal("Hello there.", page.QuerySelector(".answer.col-b .text")!.TextContent.Trim());
        Assert.Equal(["0", "1", "2"], page.QuerySelectorAll(".answer.col-a .t").Select(t => t.GetAttribute("data-i")!));
        Assert.Null(page.QuerySelector(".welcome"));
    }

    [Theory]
    [InlineData("context", "context is full")]
    [InlineData("length", "Cut off")]
    [InlineData("cancelled", "Stopped")]
    public async Task An_answer_that_ended_early_says_why(string reason, string said)
    {
        generator.Script = _ => ScriptedGenerator.Say("Half").SkipLast(1).Append(new AxisDemo.Serving.FinishedEvent(reason, 1, 10));
        var page = await Page(session => session.SendAsync("Go"));

        Assert.Contains(said, page.QuerySelector(".answer.col-a .ending")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_whose_model_is_gone_stays_on_the_page_with_what_is_wrong()
    {
        var page = await Page(async session =>
        {
            await session.SendAsync("Go");
            generator.Become(new ModelState(null, null, "It was taken out of memory."));
        });

        Assert.Equal("Go", page.QuerySelector(".user span")!.TextContent);
        Assert.Equal("It was taken out of memory.", page.QuerySelector(".trouble")!.TextContent);
        Assert.Null(page.QuerySelector(".notice-card"));
    }

    [Fact]
    public async Task Answers_are_headed_by_what_ran_and_seeds_by_what_the_answers_were_made_with()
    {
        var page = await Page(async session =>
        {
            session.Settings = session.Settings with { Repeats = 4 };
            await session.SendAsync("Go");
            await session.RegenerateAsync(Column.B);
        });

        Assert.Equal(["Standard", "Capped"], page.QuerySelectorAll(".answer header b").Select(b => b.TextContent));
        Assert.Equal(["seed 3/4", "seed 4/5", "seed 5/6", "seed 6/7"], page.QuerySelectorAll(".samples span").Select(s => s.TextContent));
    }

    [Fact]
    public void What_was_begun_in_a_turn_is_not_carried_into_another_in_its_place()
    {
        ChatTurn Turn(string text, IReadOnlyList<Answer> a) => new(0, text, new ChatSettings(), a, [new Answer(0, Column.B, 0, new ChatSettings(), "scripted", null)]);
        IReadOnlyList<Answer> Answers() => [new Answer(0, Column.A, 0, new ChatSettings(), "scripted", null)];
        var first = Turn("One", Answers());

        Assert.True(TurnView.Same(first, first.With(Column.B, Answers())));
        Assert.False(TurnView.Same(first, Turn("One", Answers())));
    }

    [Fact]
    public async Task A_waiting_answer_says_how_many_are_before_it()
    {
        var answer = new Answer(0, Column.A, 0, new ChatSettings(), "scripted", null);
        answer.Take(new AxisDemo.Serving.QueuedEvent(3));
        var view = await Markup.Render<AnswerView>(generator, new() { ["Answer"] = answer, ["Trajectory"] = new Trajectory() });

        Assert.Equal("3 before you", view.QuerySelector(".note")!.TextContent);
    }

    private async Task<IHtmlDocument> Page(Func<ChatSession, Task>? talk = null) =>
        await Markup.Render<ChatPage>(generator, new() { ["SessionId"] = Id }, store =>
        {
            if (talk is not null) Assert.True(Task.Run(() => talk(store.Attach(Id)!)).Wait(TimeSpan.FromMinutes(1)));
        });
}
