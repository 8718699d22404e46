using System.Text;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>One column, three and four: what they are asked, what they remember, and what becomes of a column that goes.</summary>
public sealed class ColumnsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private readonly ScriptedGenerator generator = new();
    private readonly ChatSession session;

    public ColumnsTests() => session = new ChatSession(generator, new LimitOptions());

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task Each_column_answers_under_its_own_variant_and_is_counted()
    {
        var counted = new List<int>();
        session.Admit = answers =>
        {
            counted.Add(answers);
            return new Admission(() => { });
        };
        session.Settings = Four() with { Repeats = 4 };
        await session.SendAsync("Who are you?");

        Assert.Equal([16], counted);
        Assert.Equal(Columns.All, session.Turns[0].Columns.Keys);
        Assert.Equal(["Standard", "Capped", "Steered", "Random"], session.Turns[0].Columns.Keys.Select(column => session.Turns[0].Shown(column)!.Variant.Name));
        Assert.Equal([4, 4, 4, 4], session.Trajectory.Turn(0)!.Columns.Values.Select(column => column.Samples.Count(mean => mean is not null)));
        // The push and its control have one size.
        var pushes = generator.Requests.SelectMany(r => r.Interventions).Where(i => i.Key.Contains("Add", StringComparison.OrdinalIgnoreCase)).Select(i => i.Key).Distinct().ToList();
        Assert.Equal(2, pushes.Count);
        Assert.Equal(session.Settings[Column.C].Strength, session.Settings[Column.D].Strength);
    }

    [Fact]
    public async Task A_column_that_comes_later_remembers_what_the_first_one_said()
    {
        generator.Script = request => Said(request.Interventions.Count == 0 ? "x" : "y");
        await session.SendAsync("One");
        session.Settings = session.Settings.WithAnother(out var added);
        await session.SendAsync("Two");

        Assert.Equal(Column.C, added);
        var (a, b, c) = (Prompt(InterventionKind.Cap, false), Prompt(InterventionKind.Cap, true), Prompt(InterventionKind.Add, true));
        Assert.Equal(a, c);
        Assert.NotEqual(b, c);
        Assert.Equal("C: new, Steered +0.1 towards assistant", session.Trajectory.Turn(1)!.Changed);
    }

    [Fact]
    public async Task A_column_that_is_removed_stays_in_its_turns_and_what_remembered_it_remembers_its_own()
    {
        session.Settings = Four() with { History = Column.B };
        await session.SendAsync("One");
        session.Settings = session.Settings.Without(Column.B).Without(Column.D);
        await session.SendAsync("Two");

        Assert.Null(session.Settings.History);
        Assert.Equal(Columns.All, session.Turns[0].Columns.Keys);
        Assert.Equal([Column.A, Column.C], session.Turns[1].Columns.Keys);
        await session.RegenerateAsync(Column.B);
        Assert.Equal([Column.A, Column.C], session.Turns[1].Columns.Keys);

        Assert.Equal("Two", session.Undo());
        Assert.Equal("One", session.Undo());
        session.Clear();
        session.Settings = new ChatSettings();
        await session.SendAsync("Three");
        Assert.Equal([Column.A, Column.B], session.Turns[0].Columns.Keys);
    }

    [Fact]
    public async Task What_was_cleared_comes_back_with_all_its_columns()
    {
        session.Settings = Four();
        await session.SendAsync("One");
        var drawn = session.Trajectory.Since(default);
        session.Clear();
        session.Settings = new ChatSettings();
        session.Undo();

        Assert.Equal(Columns.All, session.Turns[0].Columns.Keys);
        Assert.Equal(drawn.Points, session.Trajectory.Since(default).Points);
        Assert.Equivalent(drawn.Turns, session.Trajectory.Since(default).Turns, strict: true);
    }

    [Fact]
    public async Task A_column_alone_answers_and_says_nothing_of_others()
    {
        session.Settings = new ChatSettings().Without(Column.A);
        await session.SendAsync("One");

        Assert.Equal("Capped", Assert.Single(session.Turns[0].Answers).Variant.Name);
        Assert.Equal("", TurnNote.Of(session.Turns[0], session.Trajectory).Text);
        Assert.Equal([Column.B], session.Settings.Without(Column.B).Columns.Keys);
    }

    [Fact]
    public async Task The_others_are_compared_with_the_first()
    {
        generator.Script = request => request.Interventions switch
        {
            [] => Said("s", "i", "s"),
            [{ Kind: InterventionKind.Cap }] => Said("n", "i", "s"),
            _ => Said("s", "i", "w"),
        };
        session.Settings = Four().Without(Column.D);
        await session.SendAsync("One");

        Assert.Equal("Beside A, B parts at the first token, C parts after 2 tokens.", TurnNote.Of(session.Turns[0], session.Trajectory).Text);
        // The first column's mark is where the first of the others parts from it.
        Assert.Equal([0, 0, 2], session.Turns[0].Answers.Select(a => a.PartsAt!.Value));
    }

    [Fact]
    public async Task Four_columns_come_back_from_a_file_and_two_are_written_as_they_always_were()
    {
        await session.SendAsync("One");
        var two = ConversationJson.Write(session.File(Now));
        Assert.Contains("\"version\":1", Encoding.UTF8.GetString(two), StringComparison.Ordinal);
        Assert.DoesNotContain("\"c\":", Encoding.UTF8.GetString(two), StringComparison.Ordinal);

        session.Settings = Four() with { History = Column.D };
        await session.SendAsync("Two");
        session.Settings = session.Settings.Without(Column.A);
        await session.SendAsync("Three");
        var file = ConversationJson.Write(session.File(Now));
        Assert.Contains("\"version\":2", Encoding.UTF8.GetString(file), StringComparison.Ordinal);

        using var other = new ChatSession(generator, new LimitOptions());
        other.Open(ConversationJson.Read(file));
        Assert.Equal(session.Settings, other.Settings);
        Assert.Equal(session.Turns.Select(t => string.Concat(t.Columns.Keys)), other.Turns.Select(t => string.Concat(t.Columns.Keys)));
        Assert.Equal(session.Trajectory.Since(default).Points, other.Trajectory.Since(default).Points);
        Assert.Equal(file, ConversationJson.Write(other.File(Now)));
        Assert.Equal(["A", "B", "C", "D"], Encoding.UTF8.GetString(ConversationCsv.Write(other.File(Now))).Split("\r\n").Where(row => row.StartsWith("1,", StringComparison.Ordinal)).Select(row => row.Split(',')[1]).Distinct());
    }

    [Fact]
    public async Task A_file_that_was_saved_when_there_were_two_columns_opens_as_it_was()
    {
        var bytes = File.ReadAllBytes(Repository.Fixture("conversations", "version1.json"));
        var file = ConversationJson.Read(bytes);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(ConversationJson.Write(file)));

        session.Open(file);
        Assert.Equal([Column.A, Column.B], session.Settings.Columns.Keys);
        Assert.All(session.Turns, turn => Assert.Equal([Column.A, Column.B], turn.Columns.Keys));
        Assert.True(await session.SendAsync("And now?"));
        Assert.Equal(file.Turns.Count + 1, session.Turns.Count);
    }

    private static ChatSettings Four() => new ChatSettings().WithAnother(out _).WithAnother(out _);

    // The last prompt of those that are acted on so, or of those that are not.
    private IReadOnlyList<int> Prompt(InterventionKind kind, bool acted) => generator.Requests.Last(r => acted ? r.Interventions is [var one] && one.Kind == kind : r.Interventions.Count == 0).Prompt;

    // With the ids that the tokenizer has for the texts.
    private IEnumerable<GenerationEvent> Said(params string[] pieces) =>
        ScriptedGenerator.Say(pieces).Select(e => e is TokenEvent t ? t with { Id = generator.Tokenizer.Encode(t.Text, false)[0] } : e);
}
