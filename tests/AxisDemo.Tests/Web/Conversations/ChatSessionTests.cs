using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>Messages, settings and faults of a conversation.</summary>
public sealed class ChatSessionTests : IDisposable
{
    private readonly ScriptedGenerator generator = new();
    private readonly ChatSession session;

    public ChatSessionTests() => session = new ChatSession(generator, new LimitOptions { MessageCharacters = 1000, MaxTokens = 50 });

    public void Dispose() => session.Dispose();

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
    public void Neighbouring_seeds_and_turns_share_no_luck()
    {
        var seeds = from seed in Enumerable.Range(0, 50) from turn in Enumerable.Range(0, 50) select ConversationSeed.OfTurn((ulong)seed, turn);

        Assert.Equal(2500, seeds.Distinct().Count());
    }
}
