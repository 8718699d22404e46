using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>What columns have in common, what each does by itself, and how they come and go.</summary>
public sealed class ChatSessionColumnsTests : IDisposable
{
    private readonly ScriptedGenerator generator = new();
    private readonly ChatSession session;

    public ChatSessionColumnsTests() => session = new ChatSession(generator, new LimitOptions { MessageCharacters = 1000, MaxTokens = 50 });

    public void Dispose() => session.Dispose();

    [Fact]
    public async Task A_message_asks_both_columns_with_the_same_luck_and_only_one_of_them_capped()
    {
        await session.SendAsync("Who are you?");

        var standard = Assert.Single(generator.Requests, r => r.Interventions.Count == 0);
        var capped = Assert.Single(generator.Requests, r => r.Interventions.Count == 1);
        Assert.Equal(standard.Sampling.Seed, capped.Sampling.Seed);
        Assert.Equal(standard.Prompt, capped.Prompt);
        Assert.True(capped.Read);
        Assert.False(standard.Read);
        Assert.Equal(InterventionKind.Cap, capped.Interventions[0].Kind);
        Assert.Equal([1, 2], capped.Interventions[0].Layers.Select(l => l.Layer));
        Assert.All(capped.Interventions[0].Layers, l => Assert.Equal(-5, l.Amount));
        Assert.Equal("Hello there.", session.Turns[0][Column.A][0].Text);
        Assert.Equal("Hello there.", session.Turns[0][Column.B][0].Text);
    }

    [Fact]
    public async Task Without_an_axis_only_the_plain_column_answers_and_the_other_goes_on_from_it()
    {
        var whole = generator.State;
        generator.Become(new ModelState(new ReadyModel(generator, null, "There is no axis."), null, null));
        await session.SendAsync("One");
        Assert.Empty(session.Turns[0][Column.B]);
        Assert.Single(generator.Requests);

        generator.Become(whole);
        await session.SendAsync("Two");

        Assert.Equal(generator.Requests[1].Prompt, generator.Requests[2].Prompt);
    }

    [Fact]
    public async Task A_turn_without_the_cap_has_no_floor_and_the_next_one_is_marked()
    {
        session.Settings = session.Settings.With(Column.B, ColumnVariant.Plain);
        await session.SendAsync("One");
        session.Settings = session.Settings.With(Column.B, ColumnVariant.Capped);
        await session.SendAsync("Two");
        session.Settings = session.Settings with { Seed = 9 };
        await session.SendAsync("Three");

        var turns = session.Trajectory.Since(default).Turns;
        Assert.Equal([null, -5f, -5f], turns.Select(t => t.Columns[Column.B].Floor?.Value));
        Assert.Equal([null, "B: Standard → Capped", null], turns.Select(t => t.Changed));
    }

    [Fact]
    public async Task One_column_can_be_asked_again_alone()
    {
        await session.SendAsync("One");
        var (a, b, seed) = (session.Turns[0][Column.A][0], session.Turns[0][Column.B][0], session.Settings.Seed);
        session.Settings = session.Settings.With(Column.B, ColumnVariant.Plain);
        await session.RegenerateAsync(Column.B);

        Assert.Same(a, session.Turns[0][Column.A][0]);
        Assert.NotSame(b, session.Turns[0][Column.B][0]);
        Assert.Equal((seed + 1, VariantKind.Plain), (session.Turns[0][Column.B][0].Settings.Seed, session.Turns[0][Column.B][0].Variant.Kind));
        Assert.Equal(3, generator.Requests.Count);
        Assert.Equal(3, session.Trajectory.Since(default).Points.Count(p => p.Column == Column.B));
    }

    [Fact]
    public async Task A_third_column_comes_goes_and_is_remembered()
    {
        session.Settings = session.Settings.WithAnother(out var added);
        Assert.Equal((Column.C, VariantKind.Steered, true), (added, session.Settings[Column.C].Kind, session.Settings.MayAdd));
        await session.SendAsync("One");
        Assert.Equal(3, generator.Requests.Count);
        Assert.Equal([Column.A, Column.B, Column.C], session.Turns[0].Columns.Keys);
        Assert.Single(generator.Requests.Select(r => r.Sampling.Seed).Distinct());
        session.Settings = session.Settings.WithAnother(out var fourth);
        Assert.Equal((Column.D, "Random", false), (fourth, session.Settings[Column.D].Name, session.Settings.MayAdd));
        // Its control: a push of the same size.
        Assert.Equal(session.Settings[Column.C].Strength, session.Settings[Column.D].Strength);
        session.Settings = session.Settings.Without(Column.B).Without(Column.D);
        await session.SendAsync("Two");
        Assert.Equal([Column.A, Column.C], session.Turns[1].Columns.Keys);
        Assert.Equal([Column.A, Column.B, Column.C], session.Turns[0].Columns.Keys);
        session.Settings = session.Settings.Without(Column.A).Without(Column.C);
        Assert.Equal([Column.C], session.Settings.Columns.Keys);
        await session.SendAsync("Three");
        Assert.Equal(6, generator.Requests.Count);
        Assert.Equal([Column.C], session.Turns[2].Columns.Keys);

        // A file of it opens again as it was.
        var file = ConversationJson.Read(ConversationJson.Write(session.File(DateTimeOffset.UnixEpoch)));
        Assert.Equal(2, file.Version);
        using var other = new ChatSession(generator, new LimitOptions());
        Assert.True(other.Open(file));
        Assert.Equal(session.Turns.Select(t => string.Join(',', t.Columns.Keys)), other.Turns.Select(t => string.Join(',', t.Columns.Keys)));
        Assert.Equal(session.Turns.SelectMany(t => t.Answers).Select(a => (a.Column, a.Text)), other.Turns.SelectMany(t => t.Answers).Select(a => (a.Column, a.Text)));
        session.Undo();
        Assert.Equal(2, session.Turns.Count);
    }

    [Fact]
    public async Task Four_seeds_answer_in_one_batch_and_the_first_is_gone_on_from()
    {
        session.Settings = session.Settings with { Repeats = 3 };
        await session.SendAsync("One");

        Assert.Equal(8, generator.Requests.Count);
        Assert.Equal(4, generator.Requests.Select(r => r.Sampling.Seed).Distinct().Count());
        Assert.Equal(ConversationSeed.OfTurn(session.Settings.Seed + 3, 0), generator.Requests[3].Sampling.Seed);
        Assert.Equal((4, 4), (session.Turns[0][Column.A].Count, session.Turns[0][Column.B].Count));
        Assert.Equal(4, session.Trajectory.Turn(0)!.Columns[Column.B].Samples.Count(m => m is not null));
        session.Settings = session.Settings with { Repeats = 1 };
        await session.SendAsync("Two");
        Assert.Equal([.. generator.Requests[0].Prompt, 100, 101, 102], generator.Requests[8].Prompt.Take(generator.Requests[0].Prompt.Count + 3));
    }

    [Theory]
    [InlineData(null, "alpha", "beta")]
    [InlineData(Column.A, "alpha", "alpha")]
    [InlineData(Column.B, "beta", "beta")]
    public async Task Both_columns_go_on_from_the_history_that_is_chosen(Column? history, string a, string b)
    {
        generator.Script = request => ScriptedGenerator.Say(request.Interventions.Count == 0 ? " alpha" : " beta")
            .Select(e => e is TokenEvent t ? t with { Id = generator.Tokenizer.Encode(t.Text, false)[0] } : e);
        session.Settings = session.Settings with { History = history };
        await session.SendAsync("One");
        await session.SendAsync("Two");

        string Prompt(bool capped) => generator.Tokenizer.Decode([.. generator.Requests.Skip(2).Single(r => r.Interventions.Count > 0 == capped).Prompt]);
        var first = new Dictionary<string, string> { ["alpha"] = generator.Tokenizer.Decode([generator.Tokenizer.Encode(" alpha", false)[0]]), ["beta"] = generator.Tokenizer.Decode([generator.Tokenizer.Encode(" beta", false)[0]]) };
        Assert.Contains(first[a], Prompt(false), StringComparison.Ordinal);
        Assert.Contains(first[b], Prompt(true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_token_at_which_the_columns_part_is_marked_in_both()
    {
        generator.Script = request => ScriptedGenerator.Say("I", " am", request.Interventions.Count == 0 ? " me" : " it")
            .Select(e => e is TokenEvent { Index: 2 } t && request.Interventions.Count > 0 ? t with { Id = 999 } : e);
        await session.SendAsync("One");

        Assert.Equal(2, session.Turns[0].Partings[0].At);
        Assert.All(session.Turns[0].Answers, a => Assert.Contains("part\" data-i=\"2\"", a.Blocks[0].Html, StringComparison.Ordinal));
        Assert.Contains("same for 2 tokens", TurnNote.Of(session.Turns[0], session.Trajectory).Text, StringComparison.Ordinal);
        generator.Script = _ => ScriptedGenerator.Say("I");
        await session.RegenerateAsync(Column.B);
        Assert.Equal(1, session.Turns[0].Partings[0].At);
        Assert.StartsWith("Different luck: seed 3 in A, 4 in B.", TurnNote.Of(session.Turns[0], session.Trajectory).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("part\" data-i=\"2\"", session.Turns[0][Column.A][0].Blocks[0].Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_was_asked_again_otherwise_is_what_the_turn_is_compared_by()
    {
        await session.SendAsync("One");
        await session.SendAsync("Two");
        session.Settings = session.Settings.With(Column.B, ColumnVariant.Plain) with { Temperature = 1 };
        await session.RegenerateAsync(Column.B);

        Assert.Equal("B: Capped → Standard, B: temperature 0.7 → 1", SettingsChange.Words(session.Turns[0], session.Turns[1]));
        Assert.Equal("B: Capped → Standard, B: temperature 0.7 → 1", session.Trajectory.Turn(1)!.Changed);
        await session.RegenerateAsync(Column.A);
        Assert.Equal("B: Capped → Standard, temperature 0.7 → 1", SettingsChange.Words(session.Turns[0], session.Turns[1]));
    }
}
