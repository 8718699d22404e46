using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>Turns and conversations that are taken away, and that come back.</summary>
public sealed class ChatSessionUndoTests : IDisposable
{
    private readonly ScriptedGenerator generator = new();
    private readonly ChatSession session;

    public ChatSessionUndoTests() => session = new ChatSession(generator, new LimitOptions { MessageCharacters = 1000, MaxTokens = 50 });

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task Undo_gives_the_text_back_and_leaves_no_trace()
    {
        await session.SendAsync("One");
        await session.SendAsync("Two");

        Assert.Equal("Two", session.Undo());

        Assert.Single(session.Turns);
        Assert.All(session.Trajectory.Since(default).Points, p => Assert.Equal(0, p.Turn));
        await session.SendAsync("Three");
        Assert.Equal(generator.Requests[2].Prompt.Count, generator.Requests[^1].Prompt.Count);
    }

    [Fact]
    public async Task What_was_cleared_or_replaced_comes_back_as_it_was()
    {
        await session.SendAsync("One");
        session.Settings = session.Settings.With(Column.B, ColumnVariant.Plain) with { SystemPrompt = "Be brief.", Repeats = 4 };
        await session.SendAsync("Two");
        var (turns, drawn, set) = (session.Turns.ToList(), session.Trajectory.Since(default), session.Settings);
        session.Clear();
        Assert.Empty(session.Turns);
        session.Clear();
        UndoAll(0);

        var preset = Preset.All.First(p => p.SystemPrompt.Length > 0);
        await session.PlayAsync(preset);
        UndoAll(preset.Turns.Count);

        session.Watched = ["random"];
        session.Open(ConversationJsonTests.Sample);
        session.Watched = [];
        Assert.NotEqual(set, session.Settings);
        UndoAll(ConversationJsonTests.Sample.Turns.Count);
        Assert.Equal(["random"], session.Watched);
        Assert.NotNull(session.Undo());
        Assert.NotNull(session.Undo());
        Assert.False(session.CanUndo);

        // Whatever a page has drawn before, it is told of all of it.
        void UndoAll(int others)
        {
            for (var i = 0; i < others; i++) Assert.NotNull(session.Undo());
            Assert.Empty(session.Turns);
            Assert.Null(session.Undo());
            Assert.Equal(turns, session.Turns);
            Assert.Equal(set, session.Settings);
            var since = session.Trajectory.Since(drawn.Cursor);
            Assert.Equal((0, drawn.Points.Count), (since.Keep, since.Points.Count));
            var now = session.Trajectory.Since(default);
            Assert.Equal(drawn.Points, now.Points);
            Assert.Equivalent(drawn.Turns, now.Turns, strict: true);
        }
    }

    [Fact]
    public async Task A_presets_system_prompt_goes_when_the_preset_goes()
    {
        session.Settings = session.Settings with { SystemPrompt = "Be brief." };
        var pirate = Preset.All.First(p => p.SystemPrompt.Length > 0);
        await session.PlayAsync(pirate);
        await session.PlayAsync(pirate);
        session.Clear();
        Assert.Equal("Be brief.", session.Settings.SystemPrompt);

        await session.PlayAsync(pirate);
        session.Undo();
        session.Clear();
        session.Undo();
        Assert.Equal(pirate.SystemPrompt, session.Settings.SystemPrompt);
        session.Clear();
        Assert.Equal("Be brief.", session.Settings.SystemPrompt);

        await session.PlayAsync(pirate);
        var other = Preset.All.Last(p => p.SystemPrompt.Length > 0 && p.SystemPrompt != pirate.SystemPrompt);
        await session.PlayAsync(other);
        foreach (var _ in other.Turns) session.Undo();
        session.Undo();
        Assert.Equal(pirate.SystemPrompt, session.Settings.SystemPrompt);
        session.Clear();
        Assert.Equal("Be brief.", session.Settings.SystemPrompt);

        await session.PlayAsync(pirate);
        session.Settings = session.Settings with { SystemPrompt = "Be kind." };
        session.Clear();
        Assert.Equal("Be kind.", session.Settings.SystemPrompt);
        session.Undo();
        Assert.Equal("Be kind.", session.Settings.SystemPrompt);
    }
}
