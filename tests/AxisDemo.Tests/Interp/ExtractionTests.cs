using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Serving;

namespace AxisDemo.Tests.Interp;

public class ExtractionTests
{
    private static readonly PromptSet Prompts = new(
        [new("bard", "", ["sing", "rhyme"]), new("ghost", "", ["haunt", "moan"])], new("default", "", ["", "You are {model_name}."]), ["who?", "why?", "when?", "where?"]);

    private static Extraction Create(ScriptedGenerator model, string judge = "none", int questions = 2) => new(
        model, model, Prompts, Extraction.CreatePlan(model, model, Prompts, 2, questions, 2, 6, new Sampling { Seed = 3 }, judge));

    [Fact]
    public async Task Every_rollout_of_the_plan_is_made_many_at_a_time()
    {
        using var folder = new TemporaryFolder();
        var model = new ScriptedGenerator();
        var reports = new List<ExtractionProgress>();
        var extraction = Create(model);
        await extraction.RunAsync(folder.Path, 0, 1, 4, new Collector(reports), default);
        using var shard = RolloutShard.Read(RolloutShard.Find([folder.Path]).Single());
        Assert.Equal(extraction.Plan.Rollouts(), shard.Keys.OrderBy(k => k.Index));
        Assert.InRange(model.MostAtOnce, 2, 4);
        Assert.Equal((16, 16), (reports[^1].Done, reports[^1].Total));
        Assert.Equal(TimeSpan.Zero, reports[^1].Left);
        var first = shard.Get(0);
        Assert.Equal(string.Concat(first.Tokens.Select(t => $"{t} ")), first.Text);
        Assert.Equal([1.5f, 2.5f], first.MeanNorm);
        Assert.Equal(6, first.Mean.Length);
        Assert.True(float.IsNaN(first.Score));
    }

    [Fact]
    public async Task Stopped_and_started_again_and_cut_in_shards_it_gives_the_same_axis()
    {
        using TemporaryFolder once = new(), cut = new();
        await Create(new ScriptedGenerator()).RunAsync(once.Path, 0, 1, 4, null, default);

        for (var shard = 0; shard < 2; shard++)
        {
            using var stop = new CancellationTokenSource();
            var halfway = new Collector([], p => { if (p.Done == 3) stop.Cancel(); });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Create(new ScriptedGenerator()).RunAsync(cut.Path, shard, 2, 2, halfway, stop.Token));
            var again = new ScriptedGenerator();
            await Create(again).RunAsync(cut.Path, shard, 2, 3, null, default);
            Assert.InRange(again.Requests, 1, 5);
        }

        new AxisFile(AxisBuilder.Build(RolloutShard.Find([once.Path]), new BuildOptions()).Parts).Write(once.File("axis"));
        new AxisFile(AxisBuilder.Build(RolloutShard.Find([cut.Path]), new BuildOptions()).Parts).Write(cut.File("axis"));
        Assert.Equal(File.ReadAllBytes(once.File("axis")), File.ReadAllBytes(cut.File("axis")));
    }

    [Fact]
    public async Task The_pmi_judge_scores_how_much_a_role_explains_its_answer()
    {
        using var folder = new TemporaryFolder();
        await Create(new ScriptedGenerator(), "pmi").RunAsync(folder.Path, 0, 1, 4, null, default);
        using var shard = RolloutShard.Read(RolloutShard.Find([folder.Path]).Single());
        for (var i = 0; i < shard.Keys.Count(); i++)
        {
            var rollout = shard.Get(i);
            if (rollout.Key.Role == "default") Assert.True(float.IsNaN(rollout.Score));
            else Assert.Equal(0.5f, rollout.Score, 5);
        }
    }

    [Fact]
    public async Task A_failing_engine_ends_the_work_and_keeps_what_was_made()
    {
        using var folder = new TemporaryFolder();
        var e = await Assert.ThrowsAsync<GenerationFailedException>(() => Create(new ScriptedGenerator { FailAt = 6 }).RunAsync(folder.Path, 0, 1, 1, null, default));
        Assert.Contains("out of order", e.Message, StringComparison.Ordinal);
        using var shard = RolloutShard.Read(RolloutShard.Find([folder.Path]).Single());
        Assert.Equal(5, shard.Keys.Count());
    }

    [Fact]
    public void More_questions_or_prompts_than_there_are_are_refused()
    {
        Assert.Contains("questions", Assert.Throws<InputException>(() => Create(new ScriptedGenerator(), questions: 3)).Message, StringComparison.Ordinal);
        var model = new ScriptedGenerator();
        var plan = Extraction.CreatePlan(model, model, Prompts, 3, 1, 1, 4, new Sampling(), "none");
        Assert.Contains("bard", Assert.Throws<InputException>(() => new Extraction(model, model, Prompts, plan)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"score\": 2.5}", null)]
    [InlineData("{\"points\": 2}", "no score")]
    [InlineData("nonsense", "cannot be asked")]
    [InlineData(null, "cannot be asked")]
    public async Task A_judge_behind_a_url_scores_the_roles_answers_alone(string? reply, string? fault)
    {
        using var folder = new TemporaryFolder();
        using var http = new HttpClient(new Replies(reply ?? "{\"score\": 1}".PadRight(1 << 17)));
        var model = new ScriptedGenerator();
        var plan = Extraction.CreatePlan(model, model, Prompts, 1, 1, 1, 6, new Sampling(), "http://me:secret@judge.example/score?key=secret");
        var run = new Extraction(model, model, Prompts, plan, http).RunAsync(folder.Path, 0, 1, 1, null, default);
        if (fault is not null)
        {
            var message = (await Assert.ThrowsAsync<GenerationFailedException>(() => run)).Message;
            Assert.Contains(fault, message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
            return;
        }

        await run;
        using var shard = RolloutShard.Read(RolloutShard.Find([folder.Path]).Single());
        Assert.Equal("http://judge.example/score", shard.Plan.Judge);
        Assert.Equal([2.5f, 2.5f, float.NaN], Enumerable.Range(0, 3).Select(i => shard.Get(i).Score));
    }

    [Fact]
    public void What_is_no_judge_is_refused() =>
        Assert.Contains("no judge", Assert.Throws<InputException>(() => Create(new ScriptedGenerator(), "best")).Message, StringComparison.Ordinal);

    private sealed class Replies(string text) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var asked = await request.Content!.ReadAsStringAsync(cancellationToken);
            Assert.Contains("\"question\":\"who?\"", asked, StringComparison.Ordinal);
            return new HttpResponseMessage { Content = new StringContent(text) };
        }
    }

    private sealed class Collector(List<ExtractionProgress> reports, Action<ExtractionProgress>? then = null) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value)
        {
            reports.Add(value);
            then?.Invoke(value);
        }
    }
}
