using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

public class RolloutShardTests
{
    [Fact]
    public void Every_role_and_the_default_get_the_same_questions_of_each_prompt()
    {
        var keys = SampleRun.Plan.Rollouts().ToList();
        Assert.Equal(2 * 2 * 3 + 2 * 2 * 2, keys.Count);
        Assert.Equal(Enumerable.Range(0, keys.Count), keys.Select(k => k.Index));
        Assert.All(keys, k => Assert.Equal(k.Prompt, k.Question / SampleRun.Plan.QuestionsPerPrompt));
        foreach (var group in keys.GroupBy(k => k.Role)) Assert.Equal([0, 1, 2, 3], group.Select(k => k.Question).Distinct().Order());
        Assert.Equal(keys.Count, keys.Select(SampleRun.Plan.SeedOf).Distinct().Count());
        Assert.NotEqual(SampleRun.Plan.SeedOf(keys[0]), (SampleRun.Plan with { Seed = 6 }).SeedOf(keys[0]));
    }

    [Fact]
    public void What_is_added_is_read_again_and_work_goes_on_where_it_ended()
    {
        using var folder = new TemporaryFolder();
        var keys = SampleRun.Plan.Rollouts().Take(3).ToList();
        using (var shard = RolloutShard.Append(folder.Path, SampleRun.Plan, 0, 1))
        {
            shard.Add(SampleRun.Make(keys[0], 0.5f));
            shard.Add(SampleRun.Make(keys[2]));
        }

        using (var shard = RolloutShard.Append(folder.Path, SampleRun.Plan, 0, 1))
        {
            Assert.Equal([keys[0], keys[2]], shard.Keys);
            shard.Add(SampleRun.Make(keys[1]));
        }

        using var read = RolloutShard.Read(RolloutShard.Find([folder.Path]).Single());
        Assert.Equal([keys[0], keys[2], keys[1]], read.Keys);
        Assert.True(read.Plan.SameAs(SampleRun.Plan));
        Rollout expected = SampleRun.Make(keys[0], 0.5f), found = read.Get(0);
        Assert.Equal(expected.Mean, found.Mean);
        Assert.Equal(expected.MeanNorm, found.MeanNorm);
        Assert.Equal(expected.Tokens, found.Tokens);
        Assert.Equal((expected.Text, expected.Score), (found.Text, found.Score));
    }

    [Fact]
    public void A_record_cut_at_any_byte_is_dropped_and_made_again()
    {
        using var folder = new TemporaryFolder();
        SampleRun.Write(folder.Path, 1, only: k => k.Index < 3);
        var path = RolloutShard.Find([folder.Path]).Single();
        var whole = File.ReadAllBytes(path);
        SampleRun.Write(folder.Path, 1, only: k => k.Index == 3); // appends
        var length = File.ReadAllBytes(path).Length;
        for (var cut = whole.Length + 1; cut < length; cut += 7)
        {
            var bytes = new byte[cut];
            using (var full = File.OpenRead(path)) full.ReadExactly(bytes);
            using var copy = new TemporaryFolder();
            var torn = copy.File(Path.GetFileName(path));
            File.WriteAllBytes(torn, bytes);
            using (var read = RolloutShard.Read(torn)) Assert.Equal((3, (long)cut - whole.Length), (read.Keys.Count(), read.TornBytes));
            using (var resumed = RolloutShard.Append(copy.Path, SampleRun.Plan, 0, 1)) Assert.Equal(3, resumed.Keys.Count());
            Assert.Equal(whole, File.ReadAllBytes(torn));
        }
    }

    [Fact]
    public void Damage_before_the_end_is_refused_and_nothing_is_cut()
    {
        using var folder = new TemporaryFolder();
        var plan = SampleRun.Plan with { Layers = 3, Width = 600 };
        using (var shard = RolloutShard.Append(folder.Path, plan, 0, 1))
            foreach (var key in plan.Rollouts()) shard.Add(SampleRun.Make(key) with { Mean = new float[1800] });
        var path = RolloutShard.Find([folder.Path]).Single();
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("checksum", Assert.Throws<InputException>(() => RolloutShard.Append(folder.Path, plan, 0, 1)).Message, StringComparison.Ordinal);
        Assert.Equal(bytes.Length, new FileInfo(path).Length);
    }

    [Fact]
    public void Another_plan_or_shard_is_refused()
    {
        using var folder = new TemporaryFolder();
        SampleRun.Write(folder.Path, 1);
        Assert.Contains("other settings", Assert.Throws<InputException>(() => RolloutShard.Append(folder.Path, SampleRun.Plan with { Seed = 6 }, 0, 1)).Message, StringComparison.Ordinal);
        File.Move(Path.Combine(folder.Path, "rollouts-0of1.axroll"), Path.Combine(folder.Path, "rollouts-0of2.axroll"));
        Assert.Throws<InputException>(() => RolloutShard.Append(folder.Path, SampleRun.Plan, 0, 2));
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0x41, 0x58, 0x52, 0x4F, 0x4C, 0x4C, 0x30, 0x31 })]
    [InlineData(new byte[] { 0x41, 0x58, 0x52, 0x4F, 0x4C, 0x4C, 0x30, 0x31, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 1 })]
    public void What_is_no_shard_is_refused(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("x.axroll"), bytes);
        Assert.Contains("x.axroll", Assert.Throws<InputException>(() => RolloutShard.Read(folder.File("x.axroll"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_rollouts_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InputException>(() => RolloutShard.Find([folder.Path]));
    }
}
