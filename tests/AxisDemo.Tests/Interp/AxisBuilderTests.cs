using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

public class AxisBuilderTests
{
    private static AxisBuild Build(string folder, BuildOptions? options = null) => AxisBuilder.Build(RolloutShard.Find([folder]), options ?? new BuildOptions());

    [Fact]
    public void Role_vectors_axis_and_percentiles_are_what_their_definitions_say()
    {
        using var folder = new TemporaryFolder();
        SampleRun.Write(folder.Path, 1);
        var parts = Build(folder.Path, new BuildOptions { DisplayLayer = 2 }).Parts;
        var rollouts = SampleRun.Plan.Rollouts().Select(k => SampleRun.Make(k)).ToList();
        var size = SampleRun.Plan.Layers * SampleRun.Plan.Width;
        double Mean(string role, int j) => rollouts.Where(r => r.Key.Role == role).Average(r => (double)r.Mean[j]);

        for (var j = 0; j < size; j++)
            Assert.Equal(Mean("default", j) - SampleRun.Plan.Roles.Average(role => Mean(role, j)), parts.Axis[j], 1e-6);
        for (var r = 0; r < 3; r++)
            for (var j = 0; j < 4; j++) Assert.Equal(Mean(parts.RoleNames[r], 8 + j), parts.RoleVectors[r * 4 + j], 1e-6);

        var axis = new AxisFile(parts);
        var projections = rollouts.Select(r => (double)axis.Project(1, r.Mean.AsSpan(4, 4))).Order().ToArray();
        Assert.Equal(Statistics.Percentile(projections, 75), axis.Threshold(1, 75), 1e-5);
        Assert.Equal(projections[0], axis.Threshold(1, 0), 1e-5);
        var tokens = rollouts.Sum(r => r.Tokens.Length);
        Assert.Equal(rollouts.Sum(r => (double)r.MeanNorm[0] * r.Tokens.Length) / tokens, parts.MeanNorm[0], 1e-5);
        Assert.Equal("assistant", parts.Provenance.PointsTo);
        Assert.Equal((12, 8, 3), (parts.Provenance.RoleRollouts, parts.Provenance.DefaultRollouts, parts.Provenance.Roles));
    }

    [Fact]
    public void Shards_give_exactly_the_bytes_of_one_run_and_so_does_another_order_of_work()
    {
        using TemporaryFolder one = new(), three = new(), backwards = new();
        SampleRun.Write(one.Path, 1);
        SampleRun.Write(three.Path, 3);
        using (var shard = RolloutShard.Append(backwards.Path, SampleRun.Plan, 0, 1))
            foreach (var key in SampleRun.Plan.Rollouts().Reverse()) shard.Add(SampleRun.Make(key));
        new AxisFile(Build(one.Path).Parts).Write(one.File("axis"));
        new AxisFile(Build(three.Path).Parts).Write(three.File("axis"));
        new AxisFile(Build(backwards.Path).Parts).Write(backwards.File("axis"));
        Assert.Equal(File.ReadAllBytes(one.File("axis")), File.ReadAllBytes(three.File("axis")));
        Assert.Equal(File.ReadAllBytes(one.File("axis")), File.ReadAllBytes(backwards.File("axis")));
    }

    [Fact]
    public void The_report_sees_that_the_default_lies_apart_and_ranks_the_roles()
    {
        using var folder = new TemporaryFolder();
        SampleRun.Write(folder.Path, 1);
        var build = Build(folder.Path);
        Assert.Equal(["ghost", "bard", "clerk"], build.Ranking.Select(r => r.Role));
        Assert.All(build.Parts.Report, r =>
        {
            Assert.InRange(r.CosinePc1, 0.9, 1);
            Assert.InRange(r.SplitRollouts, 0.9, 1);
            Assert.InRange(r.SplitQuestions, 0.9, 1);
            Assert.Equal(1, r.AucRaw, 6);
        });
        Assert.True(build.DefaultMean > build.RolesMean);
        Assert.Contains("lowest:  ghost, bard, clerk", build.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rollouts_below_the_score_and_empty_answers_do_not_count_but_percentiles_keep_low_scores()
    {
        using var folder = new TemporaryFolder();
        using (var shard = RolloutShard.Append(folder.Path, SampleRun.Plan, 0, 1))
            foreach (var key in SampleRun.Plan.Rollouts())
            {
                var rollout = SampleRun.Make(key, key.Role == "ghost" ? 0.1f : 0.9f);
                shard.Add(key.Index == 1 ? rollout with { Tokens = [] } : rollout);
            }

        var all = Build(folder.Path).Parts;
        var scored = Build(folder.Path, new BuildOptions { MinimumScore = 0.5f }).Parts;
        Assert.Equal(["bard", "clerk", "ghost"], all.RoleNames);
        Assert.Equal(11, all.Provenance.RoleRollouts);
        Assert.Equal(["bard", "clerk"], scored.RoleNames);
        Assert.Throws<InputException>(() => Build(folder.Path, new BuildOptions { MinimumRollouts = 5 }));
        Assert.Throws<InputException>(() => Build(folder.Path, new BuildOptions { DisplayLayer = 3 }));
    }

    [Fact]
    public void Runs_that_do_not_belong_together_are_refused()
    {
        using TemporaryFolder a = new(), b = new();
        SampleRun.Write(a.Path, 1);
        SampleRun.Write(b.Path, 1, SampleRun.Plan with { Seed = 9 });
        Assert.Contains("another run", Assert.Throws<InputException>(() => AxisBuilder.Build(RolloutShard.Find([a.Path, b.Path]), new BuildOptions())).Message, StringComparison.Ordinal);
        File.Copy(RolloutShard.Find([a.Path])[0], a.File("again.axroll"));
        Assert.Contains("occurs in", Assert.Throws<InputException>(() => Build(a.Path)).Message, StringComparison.Ordinal);
    }
}
