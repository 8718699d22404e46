using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Loading;

namespace AxisDemo.Tests.Model;

public class ModelMemoryTests
{
    [Fact]
    public void A_model_that_does_not_fit_is_refused_before_a_weight_is_read_with_the_figure_and_what_to_do()
    {
        using var source = ModelSource.Open(Repository.Model);
        var needed = new ModelMemory().Needed(source);
        // 98 MB of weights; keys and values of 8,192 positions in 30 blocks of 3 heads of 64, float32.
        Assert.Equal(source.WeightBytes + 2L * 4 * 30 * 3 * 64 * 8192 + (200 << 20), needed);
        new ModelMemory { AvailableBytes = needed }.Check(source);
        var refused = Assert.Throws<InputException>(() => Load(new ModelMemory { AvailableBytes = needed - 1 }));
        Assert.Contains($"{(needed + (1 << 20) - 1) >> 20} MB", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Engine:IgnoreMemory", refused.Message, StringComparison.Ordinal);
        new ModelMemory { AvailableBytes = 0, Ignore = true }.Check(source);
    }

    [Fact]
    public void Keys_and_values_count_up_to_their_budget()
    {
        using var source = ModelSource.Open(Repository.Model);
        Assert.Equal(source.WeightBytes + (16 << 20) + (200 << 20), new ModelMemory { KvBudgetBytes = 16 << 20 }.Needed(source));
    }

    [Fact]
    public void An_engine_that_widens_weights_is_asked_for_what_they_become()
    {
        using var source = ModelSource.Open(Repository.Model);
        var memory = new ModelMemory { KvBudgetBytes = 16 << 20 };
        var needed = memory.Needed(source, bytesPerWeight: 4);
        Assert.Equal(source.Parameters * 4 + (16 << 20) + (200 << 20), needed);
        Assert.Throws<InputException>(() => (memory with { AvailableBytes = needed - 1 }).Check(source, 4));
        (memory with { AvailableBytes = needed }).Check(source, 4);
    }

    [Fact]
    public void This_machine_has_memory() => Assert.InRange(new ModelMemory().AvailableBytes, 64 << 20, 1L << 50);

    [Fact]
    public void A_containers_limit_counts_without_what_can_be_dropped()
    {
        var root = Directory.CreateTempSubdirectory("axisdemo-cgroup-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "a", "b"));
            File.WriteAllText(Path.Combine(root, "membership"), "1:cpu:/x\n0::/a/b\n");
            Assert.Null(AvailableMemory.ReadControlGroup(Path.Combine(root, "membership"), root));
            File.WriteAllText(Path.Combine(root, "a", "b", "memory.max"), "max\n");
            Assert.Null(AvailableMemory.ReadControlGroup(Path.Combine(root, "membership"), root));
            File.WriteAllText(Path.Combine(root, "a", "memory.max"), "1000\n");
            File.WriteAllText(Path.Combine(root, "a", "memory.current"), "700\n");
            File.WriteAllText(Path.Combine(root, "a", "memory.stat"), "anon 5\ninactive_file 200\n");
            Assert.Equal(500, AvailableMemory.ReadControlGroup(Path.Combine(root, "membership"), root));
            Assert.Null(AvailableMemory.ReadControlGroup(Path.Combine(root, "nowhere"), root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void Load(ModelMemory memory) => LoadedModel.Load(Repository.Model, new CpuOps(new CpuOptions { Threads = 1 }), memory).Dispose();
}
