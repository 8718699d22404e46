using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>Answers that were cut and go on.</summary>
public sealed class ChatSessionContinueTests : IDisposable
{
    private readonly ScriptedGenerator generator = new();
    private readonly ChatSession session;

    public ChatSessionContinueTests() => session = new ChatSession(generator, new LimitOptions { MessageCharacters = 1000, MaxTokens = 50 });

    public void Dispose() => session.Dispose();

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
    public async Task An_answer_of_another_model_is_not_gone_on_with()
    {
        generator.Script = _ => ScriptedGenerator.Say("Half", " an").SkipLast(1).Append(new FinishedEvent(FinishReason.Length, 2, 1));
        await session.SendAsync("One");
        generator.Model = ScriptedGenerator.Info("another");
        generator.Become(new ModelState(new ReadyModel(generator, ScriptedGenerator.TestAxis(), null), null, null));
        var asked = generator.Requests.Count;
        await session.ContinueAsync(Column.A);

        Assert.Equal(asked, generator.Requests.Count);
        Assert.Equal("Half an", session.Turns[0][Column.A][0].Text);
        Assert.Contains("was written by scripted, and the column runs another", session.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_out_of_a_file_is_gone_on_with_by_the_model_of_its_hash()
    {
        generator.Script = _ => ScriptedGenerator.Say("Half", " an").SkipLast(1).Append(new FinishedEvent(FinishReason.Length, 2, 1));
        await session.SendAsync("One");
        var (file, loaded) = (session.File(DateTimeOffset.UnixEpoch), generator.State);
        // Opened before the model is there.
        generator.Become(new ModelState(null, null, "not yet"));
        using var other = new ChatSession(generator, new LimitOptions());
        Assert.True(other.Open(file));
        generator.Become(loaded);
        await other.ContinueAsync(Column.A);
        Assert.Equal("Half anHalf an", other.Turns[0][Column.A][0].Text);

        generator.Model = ScriptedGenerator.Info("scripted") with { Sha256 = "another" };
        generator.Become(new ModelState(new ReadyModel(generator, ScriptedGenerator.TestAxis(), null), null, null));
        await other.ContinueAsync(Column.B);
        Assert.Equal("Half an", other.Turns[0][Column.B][0].Text);
        Assert.Contains("was written by scripted", other.Problem, StringComparison.Ordinal);
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
}
