using System.Text;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

public sealed class SessionFileTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private readonly ScriptedGenerator generator = new();
    private readonly ChatSession session;

    public SessionFileTests() => session = new ChatSession(generator, new LimitOptions());

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task A_conversation_comes_back_as_it_was_saved()
    {
        session.Settings = session.Settings with
        {
            Temperature = 0.5, Repeats = ChatSettings.ManyRepeats, RepetitionPenalty = 1.2, History = Column.A, SystemPrompt = "You are a ghost.",
            Columns = new(
            [
                (Column.A, new ColumnVariant { Kind = VariantKind.Steered, Toward = "vampire", Strength = -0.5 }),
                (Column.B, new ColumnVariant { Kind = VariantKind.Capped, Percentile = 90, Band = new LayerRange(1, 3), SystemPrompt = "You are a nurse." }),
            ]),
        };
        await session.SendAsync("Who are you?");
        session.Settings = session.Settings.With(Column.B, ColumnVariant.Capped) with { Repeats = 1 };
        await session.SendAsync("And really?");
        await session.RegenerateAsync(Column.B);

        var saved = session.File(Now);
        using var other = new ChatSession(generator, new LimitOptions());
        Assert.True(other.Open(ConversationJson.Read(ConversationJson.Write(saved))));

        Assert.Equal(Text(saved), Text(other.File(Now)));
        Assert.Equal(session.Settings with { Seed = 0 }, other.Settings with { Seed = 0 });
        Assert.Equal(4, other.Turns[0][Column.A].Count);
        Assert.Equal(session.Trajectory.Mean(0, Column.B, Reading.Pre, 3), other.Trajectory.Mean(0, Column.B, Reading.Pre, 3));
        Assert.True(other.Turns.All(t => t.Over));
    }

    [Fact]
    public async Task What_comes_back_can_go_on()
    {
        await session.SendAsync("Who are you?");
        using var other = new ChatSession(generator, new LimitOptions());
        other.Open(session.File(Now));
        await other.SendAsync("And now?");
        Assert.Null(other.Problem);
        Assert.Equal(2, other.Turns.Count);
        // The ids were this model's own, so that its cache knows them.
        Assert.Contains(100, generator.Requests[^1].Prompt);
    }

    [Fact]
    public void Axes_that_a_file_has_readings_of_can_be_drawn_at_once()
    {
        session.Watched = ["random"];
        var turn = ConversationJsonTests.Sample.Turns[0];
        session.Open(ConversationJsonTests.Sample with { Turns = [turn with { A = [turn.A![0] with { More = [new("role:vampire", [1, 2], [1, 2], [1, 2]), new("role:nobody", [1, 2], [1, 2], [1, 2])] }] }] });

        Assert.Equal(["role:vampire", "random"], session.Watched);
    }

    [Fact]
    public async Task Ids_of_another_model_are_not_taken_for_this_ones()
    {
        await session.SendAsync("Who are you?");
        var saved = session.File(Now);
        using var other = new ChatSession(generator, new LimitOptions());
        other.Open(saved with { A = saved.A! with { Model = saved.A.Model! with { Sha256 = "ff" } }, B = saved.B! with { Model = null } });
        await other.SendAsync("And now?");
        Assert.DoesNotContain(100, generator.Requests[^1].Prompt);
        Assert.DoesNotContain(100, generator.Requests[^2].Prompt);
    }

    [Fact]
    public async Task A_transcript_is_read_by_both_columns_and_its_texts_stay()
    {
        session.Open(ConversationJson.Read("""{"conversation": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello there, friend"}, {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "So long"}]}"""u8));
        Assert.Equal(["Hello there, friend", "So long"], session.Turns.Select(t => t.Shown(Column.A)!.Text));
        Assert.Empty(session.Turns[0][Column.B]);
        generator.Script = Reads;

        await session.ReplayAsync();

        Assert.Null(session.Problem);
        Assert.Equal(["Hi", "Bye"], session.Turns.Select(t => t.User));
        var asked = generator.Requests.TakeLast(4).ToList();
        Assert.Equal(generator.Tokenizer.Encode("Hello there, friend", parseSpecial: false), asked[0].Forced);
        Assert.Equal(asked[0].Forced, asked[1].Forced);
        Assert.Equal(generator.Tokenizer.Encode("So long", parseSpecial: false), asked[3].Forced);
        Assert.Single(asked.Take(2), r => r.Interventions.Count > 0 && r.Read);
        Assert.NotNull(session.Trajectory.Mean(1, Column.A));
        Assert.NotNull(session.Trajectory.Mean(1, Column.B));
        Assert.False(session.Turns[1].Shown(Column.A)!.CanContinue);
    }

    [Fact]
    public async Task A_replay_that_cannot_be_finished_leaves_every_turn_that_it_did_not_read()
    {
        session.Open(ConversationJson.Read("""{"conversation": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "So long"}, {"role": "user", "content": "Still here"}, {"role": "assistant", "content": "I am"}]}"""u8));
        generator.Script = request => generator.Tokenizer.Decode([.. request.Forced!]) == "Hello" ? Reads(request) : [new FailedEvent("too long")];

        await session.ReplayAsync();

        Assert.Contains("Turn 2", session.Problem, StringComparison.Ordinal);
        Assert.Equal(["Hello", "So long", "I am"], session.Turns.Select(t => t.Shown(Column.A)!.Text));
        Assert.NotNull(session.Turns[0].Shown(Column.B));
        Assert.Null(session.Turns[1].Shown(Column.B));
        Assert.All(session.Turns.SelectMany(t => t.Answers), a => Assert.Null(a.Error));
    }

    [Fact]
    public async Task A_transcript_that_ends_with_a_question_can_go_on()
    {
        session.Open(ConversationJson.Read("""{"conversation": [{"role": "user", "content": "Hi"}]}"""u8));
        await session.SendAsync("And now?");
        Assert.Null(session.Problem);
        Assert.All(session.Turns[1].Answers, a => Assert.Null(a.Error));
    }

    [Fact]
    public void Who_watches_more_axes_than_a_file_may_have_can_open_it_again_with_the_first()
    {
        var axes = Enumerable.Range(0, ConversationJson.MostAxes + 2).Select(i => $"role:{i}").ToArray();
        session.Open(ConversationJsonTests.Watching(axes[..10], axes[10..]));

        var read = ConversationJson.Read(ConversationJson.Write(session.File(Now)));

        Assert.Equal(axes[..ConversationJson.MostAxes], read.Turns.SelectMany(t => t.A!).SelectMany(a => a.More!).Select(m => m.Axis));
    }

    [Fact]
    public void What_another_model_wrote_stays_its_own_through_another_save()
    {
        var foreign = ConversationJsonTests.Sample with { A = ConversationJsonTests.Sample.A! with { Model = new FiledModel("Llama", "ff") } };
        session.Open(foreign);
        Assert.True(session.Foreign);
        var again = session.File(Now);
        Assert.Equal("Llama", again.Turns[0].A![0].Model!.Name);
        Assert.Equal("cd34", again.Turns[0].A![0].Axis!.Sha256);
        Assert.Null(session.Trajectory.Since(default).Turns[0].Columns[Column.A].Floor);
        using var other = new ChatSession(generator, new LimitOptions());
        other.Open(again);
        Assert.Equal("Llama", other.File(Now).Turns[0].A![0].Model!.Name);
        Assert.Equal([5, 7], other.File(Now).Turns[0].A![0].Ids!);
    }

    [Fact]
    public async Task Nothing_is_opened_while_an_answer_runs()
    {
        generator.Hold = new TaskCompletionSource();
        var sent = session.SendAsync("Who are you?");
        Assert.False(session.Open(new ConversationFile { A = new FiledColumn(), B = new FiledColumn(), Turns = [] }));
        generator.Hold.SetResult();
        await sent;
        Assert.Single(session.Turns);
    }

    [Fact]
    public void Settings_from_a_file_are_kept_within_the_limits()
    {
        var sample = ConversationJsonTests.Sample;
        session.Open(sample with { Turns = [sample.Turns[0] with { Settings = sample.Turns[0].Settings! with { MaxTokens = 1_000_000, Temperature = 99 } }] });
        Assert.Equal(new LimitOptions().MaxTokens, session.Settings.MaxTokens);
        Assert.Equal(2, session.Settings.Temperature);
    }

    // Says what it is given, each token somewhere on the axis.
    private IEnumerable<GenerationEvent> Reads(GenerationRequest request) =>
        [.. request.Forced!.Select((id, i) => new TokenEvent(i, id, generator.Tokenizer.Decode([id]), [new TokenProjection("assistant", 2, -i, -i, false)])), new FinishedEvent(FinishReason.Length, request.Forced!.Count, 1)];

    private static string Text(ConversationFile file) => Encoding.UTF8.GetString(ConversationJson.Write(file));
}
