using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

public sealed class ChatSessionTests : IDisposable
{
    private readonly ScriptedGenerator generator = new();
    private readonly ChatSession session;

    public ChatSessionTests() => session = new ChatSession(generator, new LimitOptions { MessageCharacters = 1000, MaxTokens = 50 });

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
    public async Task Each_turn_has_luck_of_its_own()
    {
        await session.SendAsync("One");
        await session.SendAsync("Two");

        Assert.Equal(2, generator.Requests.Select(r => r.Sampling.Seed).Distinct().Count());
        Assert.Equal(generator.Requests[0].Sampling.Seed, ConversationSeed.OfTurn(session.Settings.Seed, 0));
    }

    [Fact]
    public async Task The_next_prompt_begins_with_the_ids_that_were_generated()
    {
        await session.SendAsync("One");
        await session.SendAsync("Two");

        var first = generator.Requests[0].Prompt;
        var next = generator.Requests[2].Prompt;
        Assert.Equal([.. first, 100, 101, 102], next.Take(first.Count + 3));
        Assert.True(next.Count > first.Count + 3);
    }

    [Fact]
    public async Task Regenerate_asks_the_same_again_with_other_luck()
    {
        await session.SendAsync("One");
        await session.RegenerateAsync();

        Assert.Equal("One", Assert.Single(session.Turns).User);
        Assert.Equal(generator.Requests[0].Prompt, generator.Requests[^1].Prompt);
        Assert.NotEqual(generator.Requests[0].Sampling.Seed, generator.Requests[^1].Sampling.Seed);
    }

    [Fact]
    public async Task A_preset_sends_its_turns_one_after_the_other_under_its_system_prompt()
    {
        var preset = Preset.All.Single(p => p.Name == "Captain Blackbeard");
        await session.SendAsync("Something else");
        await session.PlayAsync(preset);

        Assert.Equal(preset.Turns, session.Turns.Select(t => t.User));
        Assert.Equal(preset.SystemPrompt, session.Settings.SystemPrompt);
        var text = generator.Tokenizer.Decode([.. generator.Requests[^1].Prompt]);
        Assert.Contains("fierce pirate", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Something else", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_reaches_the_engine_and_ends_a_preset()
    {
        generator.Hold = new TaskCompletionSource();
        var playing = session.PlayAsync(Preset.All[0]);
        Assert.True(session.Running);

        session.Stop();
        await playing.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.False(session.Running);
        Assert.Equal(FinishReason.Cancelled, Assert.Single(session.Turns)[Column.A][0].Reason);
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

    [Theory]
    [InlineData("   ", "empty")]
    [InlineData("x", "1,001")]
    public async Task A_message_that_cannot_be_sent_says_why(string text, string why)
    {
        await session.SendAsync(text == "x" ? new string('x', 1001) : text);

        Assert.Contains(why, session.Problem, StringComparison.Ordinal);
        Assert.Empty(session.Turns);
    }

    [Fact]
    public async Task Without_a_model_a_message_says_what_is_wrong()
    {
        generator.Become(new ModelState(null, null, "model.gguf: there is no such file."));
        await session.SendAsync("One");

        Assert.Equal("model.gguf: there is no such file.", session.Problem);
    }

    [Fact]
    public async Task A_conversation_goes_on_with_the_model_and_axis_that_it_chose()
    {
        var other = new ScriptedGenerator { Script = _ => ScriptedGenerator.Say("Other") };
        var (model, second) = (ScriptedGenerator.Info("other"), ScriptedGenerator.TestAxis() with { Path = "second.axis.safetensors", DisplayLayer = 1 });
        other.Model = model;
        var ready = new ReadyModel(other, ScriptedGenerator.TestAxis(), null);
        generator.Beside.Add(ready with { Axes = [ready.Axis!, second] });

        session.Choose("OTHER", "second");
        await session.SendAsync("One");
        session.Choose(null, null);
        await session.SendAsync("Two");

        Assert.Equal(("Other", "Hello there."), (session.Turns[0][Column.A][0].Text, session.Turns[1][Column.A][0].Text));
        Assert.All(other.Requests, r => Assert.Equal(1, Assert.Single(r.Watch).Layer));
        Assert.Equal(2, other.Requests.Count);
    }

    [Fact]
    public async Task A_model_that_is_not_in_memory_is_named()
    {
        session.Choose("gone", null);
        await session.SendAsync("One");

        Assert.Equal("gone is not in memory. Choose a model.", session.Problem);
    }

    [Fact]
    public async Task A_refused_request_fails_alone_and_names_its_reason()
    {
        generator.Script = request => request.Interventions.Count == 1
            ? throw new InputException("request", "prompt", "it is longer than the model's context.", "Clear the conversation.")
            : ScriptedGenerator.Say("Fine");
        await session.SendAsync("One");

        Assert.Equal("it is longer than the model's context. Clear the conversation.", session.Turns[0][Column.B][0].Error);
        Assert.Equal("Fine", session.Turns[0][Column.A][0].Text);
        Assert.False(session.Running);
    }

    [Fact]
    public async Task Two_clicks_on_regenerate_take_one_answer_away_and_ask_once()
    {
        await session.SendAsync("One");
        await session.SendAsync("Two");
        var (asked, seed) = (generator.Requests.Count, session.Settings.Seed);
        generator.Hold = new TaskCompletionSource();
        using var start = new Barrier(2);
        var clicks = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            start.SignalAndWait();
            return session.RegenerateAsync();
        })).ToArray();
        await Task.WhenAny(clicks).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Null(session.Undo());
        session.Clear();
        generator.Hold.SetResult();
        await Task.WhenAll(clicks).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(["One", "Two"], session.Turns.Select(t => t.User));
        Assert.Equal(asked + 2, generator.Requests.Count);
        Assert.Equal(seed + 1, session.Settings.Seed);
    }

    [Fact]
    public async Task A_fault_of_the_engine_ends_the_answer_with_a_sentence()
    {
        generator.Script = _ => throw new InvalidOperationException("No page is free.");
        await session.SendAsync("One");

        Assert.Equal("The engine failed: No page is free.", session.Turns[0][Column.A][0].Error);
        Assert.True(session.Turns[0].Over);
        Assert.False(session.Running);
    }

    [Fact]
    public async Task Settings_are_kept_within_the_limits()
    {
        Assert.Equal(50, session.Settings.MaxTokens);
        session.Settings = new ChatSettings { MaxTokens = 1_000_000, Temperature = -1 }.With(Column.B, ColumnVariant.Capped with { Percentile = 200 });
        await session.SendAsync("One");

        Assert.All(generator.Requests, r => Assert.Equal((50, 0f), (r.MaxTokens, r.Sampling.Temperature)));
        Assert.Equal(100, session.Settings[Column.B].Percentile);
        session.Settings = new ChatSettings { MaxTokens = 0, Temperature = double.PositiveInfinity }.With(Column.B, ColumnVariant.Capped with { Percentile = double.NaN });
        Assert.Equal(new ChatSettings { MaxTokens = 1 }, session.Settings);
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
    public async Task An_edited_message_is_answered_and_what_came_after_it_is_gone()
    {
        foreach (var text in new[] { "One", "Two", "Three" }) await session.SendAsync(text);
        await session.EditAsync(1, "  Two and a half ");

        Assert.Equal(["One", "Two and a half"], session.Turns.Select(t => t.User));
        Assert.All(session.Trajectory.Since(default).Points, p => Assert.InRange(p.Turn, 0, 1));
        await session.EditAsync(0, " ");
        Assert.Equal(2, session.Turns.Count);
        Assert.Contains("empty", session.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_answer_goes_on_from_its_own_tokens_as_if_it_had_not_been_cut()
    {
        generator.Script = request => ScriptedGenerator.Say("Half", " an").SkipLast(1).Append(new FinishedEvent(request.Beginning.Count == 0 ? FinishReason.Length : FinishReason.Stop, 2, 1));
        await session.SendAsync("One");
        var first = generator.Requests[0];
        await session.ContinueAsync(Column.A);

        var next = generator.Requests[^1];
        Assert.Equal(first.Prompt, next.Prompt);
        Assert.Equal([100, 101], next.Beginning);
        Assert.Equal(first.Sampling, next.Sampling);
        Assert.Equal(first.MaxTokens + 2, next.MaxTokens);
        Assert.Equal("Half anHalf an", session.Turns[0][Column.A][0].Text);
        Assert.Equal("Half an", session.Turns[0][Column.B][0].Text);
        Assert.Equal([0, 1, 2, 3], session.Trajectory.Since(default).Points.Where(p => p.Column == Column.A).Select(p => p.Index));
    }

    [Fact]
    public async Task A_continued_answer_is_what_it_would_have_been_undisturbed()
    {
        string[] whole = ["Once", " upon", " a", " time", ",", " a", " ship"];
        generator.Script = request =>
        {
            var tokens = ScriptedGenerator.Say(whole).OfType<TokenEvent>().Take(request.MaxTokens).ToArray();
            return [.. tokens.Skip(request.Beginning.Count).Select((t, i) => t with { Index = i }), new FinishedEvent(request.MaxTokens < whole.Length ? FinishReason.Length : FinishReason.Stop, tokens.Length, 1)];
        };
        session.Settings = session.Settings with { MaxTokens = 3 };
        await session.SendAsync("Tell me.");
        while (session.Turns[0][Column.A][0].CanContinue) await session.ContinueAsync();
        using var undisturbed = new ChatSession(generator, new LimitOptions());
        undisturbed.Settings = undisturbed.Settings with { MaxTokens = 64 };
        await undisturbed.SendAsync("Tell me.");

        foreach (var column in new[] { Column.A, Column.B })
        {
            Assert.Equal(undisturbed.Turns[0][column][0].Text, session.Turns[0][column][0].Text);
            Assert.Equal(undisturbed.Turns[0][column][0].Ids, session.Turns[0][column][0].Ids);
        }

        Assert.Equal(undisturbed.Trajectory.Since(default).Points.OrderBy(p => p.Column).Select(p => (p.Column, p.Index, p.Text)), session.Trajectory.Since(default).Points.OrderBy(p => p.Column).ThenBy(p => p.Index).Select(p => (p.Column, p.Index, p.Text)));
    }

    [Fact]
    public async Task An_answer_that_was_cut_within_a_character_goes_on_with_the_character()
    {
        var ids = generator.Tokenizer.Encode("🦜", parseSpecial: false);
        Assert.True(ids.Length > 1);
        TokenEvent Token(int index, int id, string text) => new(index, id, text, [new TokenProjection("assistant", 2, 1, 1, false) { Read = 1 }]);
        generator.Script = request => request.Beginning.Count == 0
            ? [Token(0, ids[0], "\ufffd"), new FinishedEvent(FinishReason.Length, 1, 1)]
            : [.. ids.Skip(1).Select((id, i) => Token(i, id, i == ids.Length - 2 ? "🦜" : "")), new FinishedEvent(FinishReason.Stop, ids.Length, 1)];
        await session.SendAsync("A parrot, please.");
        Assert.Equal("\ufffd", session.Turns[0][Column.A][0].Text);
        var drawn = session.Trajectory.Since(default);
        await session.ContinueAsync(Column.A);

        Assert.Equal("🦜", session.Turns[0][Column.A][0].Text);
        Assert.Equal("\ufffd", session.Turns[0][Column.B][0].Text);
        // Who has drawn the half is told.
        Assert.Contains(session.Trajectory.Since(drawn.Cursor).Points, p => p is { Column: Column.A, Index: 0, Text: "" });
        Assert.Equal("🦜", string.Concat(session.Trajectory.Since(default).Points.Where(p => p.Column == Column.A).Select(p => p.Text)));
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
    public async Task Who_has_asked_for_too_many_answers_is_told_and_nothing_is_lost()
    {
        var asked = new List<int>();
        session.Admit = answers =>
        {
            asked.Add(answers);
            return asked.Count == 1 ? new AxisDemo.Web.Hosting.Admission(() => asked.Add(-answers)) : new AxisDemo.Web.Hosting.Admission("Too many. Try again in 5 s.", TimeSpan.FromSeconds(5));
        };
        await session.SendAsync("One");
        Assert.Equal([2, -2], asked);
        await session.SendAsync("Two");
        await session.RegenerateAsync();
        await session.EditAsync(0, "Other");
        await session.RegenerateAsync(Column.A);

        Assert.Equal("Too many. Try again in 5 s.", session.Problem);
        Assert.Equal("Hello there.", Assert.Single(session.Turns)[Column.A][0].Text);
    }

    [Fact]
    public async Task What_is_refused_changes_nothing_and_says_that_it_was_not_begun()
    {
        session.Settings = session.Settings with { SystemPrompt = "Be brief." };
        Assert.True(await session.SendAsync("One"));
        var (turns, settings) = (session.Turns, session.Settings);
        session.Admit = _ => new AxisDemo.Web.Hosting.Admission("Too many.", TimeSpan.FromSeconds(5));

        Assert.False(await session.SendAsync("Two"));
        Assert.False(await session.EditAsync(0, "Other"));
        await session.PlayAsync(Preset.All.First(p => p.SystemPrompt.Length > 0));
        await session.RegenerateAsync();
        await session.RegenerateAsync(Column.B);

        Assert.Same(turns, session.Turns);
        Assert.Same(settings, session.Settings);
        Assert.Equal(3, session.Trajectory.Since(default).Points.Count(p => p.Column == Column.A));
    }

    [Fact]
    public async Task An_answer_with_an_error_was_begun()
    {
        generator.Script = _ => throw new InvalidOperationException("No page is free.");

        Assert.True(await session.SendAsync("One"));
    }

    [Fact]
    public async Task A_turn_that_goes_on_keeps_its_points_where_they_are_until_it_is_over()
    {
        generator.Script = _ => ScriptedGenerator.Say("Half", " an").SkipLast(1).Append(new FinishedEvent(FinishReason.Length, 2, 1));
        await session.SendAsync("One");
        Assert.Equal(2, session.Trajectory.Turn(0)!.Span);
        generator.Hold = new TaskCompletionSource();
        var onward = session.ContinueAsync(Column.A);

        Assert.Equal(32, session.Trajectory.Turn(0)!.Span);
        generator.Hold.SetResult();
        await onward.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(4, session.Trajectory.Turn(0)!.Span);
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

    [Fact]
    public void Neighbouring_seeds_and_turns_share_no_luck()
    {
        var seeds = from seed in Enumerable.Range(0, 50) from turn in Enumerable.Range(0, 50) select ConversationSeed.OfTurn((ulong)seed, turn);

        Assert.Equal(2500, seeds.Distinct().Count());
    }
}
