using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tests;
using AxisDemo.Tests.Conformance;
using AxisDemo.Tests.Model;
using TorchSharp;

namespace AxisDemo.Torch.Tests;

/// <summary>What is this engine's own: its luck, its forms of attention, capping beside low precision, devices and their errors.</summary>
public sealed class TorchOpsTests
{
    [Fact]
    public void Luck_on_the_device_is_luck()
    {
        using var scope = torch.NewDisposeScope();
        (ulong Seed, int Index)[] draws = [(0, 0), (7, 3), (ulong.MaxValue, 4095), (1UL << 63, 1), (0x0123456789ABCDEF, int.MaxValue)];
        var keys = torch.tensor([.. draws.Select(d => unchecked((long)Luck.Key(d.Seed, d.Index)))]).view(-1, 1);
        var noise = DeviceLuck.Gumbel(keys, torch.arange(2000)).data<double>().ToArray();
        for (var d = 0; d < draws.Length; d++)
            for (var id = 0; id < 2000; id++)
                Assert.Equal(Luck.Gumbel(draws[d].Seed, draws[d].Index, id), noise[d * 2000 + id], 1e-12);
    }

    [Theory]
    [InlineData("llama3")]
    [InlineData("qwen3")]
    [InlineData("gemma3")]
    public void Fused_attention_is_the_one_written_out(string family)
    {
        using var golden = new Golden(Repository.Fixture("tiny-models", family, "golden.json"), Repository.Fixture("tiny-models", family, "golden.safetensors"));
        var ids = golden.Ints("long.input_ids");
        float[] Run(bool written, int chunk)
        {
            using var model = TestModel.Open(Repository.Fixture("tiny-models", family, $"{family}.gguf"), new TorchOps(new TorchOptions { ExplicitAttention = written }));
            return Inspector.Run(model.Transformer, ids, chunk: chunk, logitsFrom: 150).Logits;
        }

        Golden.Close(Run(true, 0), Run(false, 0), 1e-4, family);
        Golden.Close(Run(true, 1), Run(false, 1), 1e-4, $"{family}, one row a step");
    }

    [Fact]
    public void Caps_and_projections_are_float32_beside_bfloat16()
    {
        using var golden = new Golden(Repository.Fixture("interventions", "llama3.json"), Repository.Fixture("interventions", "llama3.safetensors"));
        using var model = TestModel.Open(Repository.Fixture("tiny-models", "llama3", "llama3.gguf"), new TorchOps(new TorchOptions { BFloat16 = true }));
        var ids = Golden.Ids(golden.Json.GetProperty("prompts").GetProperty("p40"));
        var axis = new Direction("axis", golden.Floats("axis.2"));
        const float Floor = 1;
        HookPoint[] post = [new(Site.ResidPost, 2)];
        Watch[] watch = [new("axis", 2, axis)];
        var plain = Inspector.Run(model.Transformer, ids, post, watches: watch);
        var capped = Inspector.Run(model.Transformer, ids, post, [Intervention.Cap([(2, axis, Floor)])], watch);
        Assert.Contains(capped.Touched[0].Tokens, t => t);
        Assert.Contains(capped.Touched[0].Tokens, t => !t);
        for (var i = 0; i < ids.Length; i++)
        {
            var (before, after) = (plain.Hooks[post[0].ToString()].AsSpan(i * axis.Length, axis.Length).ToArray(), capped.Hooks[post[0].ToString()].AsSpan(i * axis.Length, axis.Length).ToArray());
            // A dot product of width 256 at magnitude 5 rounds to a few 1e-6 in float32, to 2e-2 in bfloat16.
            Assert.Equal(axis.Project(before), plain.Pre[0][i], 8e-6);
            if (capped.Touched[0].Tokens[i]) Assert.Equal(Floor, capped.Post[0][i], 8e-6);
            else Assert.Equal(before, after);
        }
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        using var model = TestModel.Open(Repository.Fixture("tiny-models", "gemma2", "gemma2.gguf"), new TorchOps());
        using var batch = new Batch(model.Transformer, 2, 64);
        // Of one length, so that they are one group in every step: what a step holds until the next begins is the same.
        batch.Step([[1, 2, 3], [4, 5, 6]]);
        batch.Step([[6], [7]]);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 20; i++) batch.Step([[6], [7]]);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Pages_without_room_are_refused_as_memory_and_the_store_goes_on()
    {
        using var ops = new TorchOps();
        var store = ops.KeyValues(2, 1, 8192, 16);
        store.EnsurePages(1);
        Assert.Equal("memory", Assert.Throws<InputException>(() => store.EnsurePages(1 << 30)).Field);
        store.EnsurePages(9);
        store.Copy(0, 8, 16);
    }

    [Fact]
    public void An_engine_that_does_not_start_frees_its_model()
    {
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var model = LoadedModel.Load(Repository.Model, new TorchOps());
        Assert.True(DisposeScopeManager.Statistics.ThreadTotalLiveCount > live);
        Assert.Throws<InputException>(() => new Engine(model, new EngineOptions { KvBudgetBytes = 0 }));
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_model_too_large_for_its_gpu_is_refused_before_anything_is_made_there()
    {
        if (!torch.cuda.is_available()) Assert.Skip("no GPU");
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var rooms = new DeviceRooms(_ => new DeviceReading(1L << 30, null));
        var refused = Assert.Throws<InputException>(() => LoadedModel.Load(Repository.Model, new TorchOps(new TorchOptions { Devices = ["cuda:0"], BFloat16 = true, Rooms = rooms })));
        Assert.Equal("memory", refused.Field);
        Assert.Contains("cuda:0 needs 4212 MB", refused.Fault, StringComparison.Ordinal);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Devices_that_are_not_there_are_named()
    {
        Assert.Equal(["cuda:0", "cuda:1"], TorchBackendOpener.Devices("", 2));
        Assert.Equal(["cuda:1", "cuda:0"], TorchBackendOpener.Devices("cuda:1, cuda:0", 2));
        Assert.Equal(["cpu"], TorchBackendOpener.Devices("cpu", 0));
        Assert.Contains("'cuda:2' is no device here. Give 'cpu', or one or several of cuda:0,cuda:1.", Assert.Throws<InputException>(() => TorchBackendOpener.Devices("cuda:2", 2)).Message, StringComparison.Ordinal);
        Assert.Contains("'cuda:0' is no device here", Assert.Throws<InputException>(() => TorchBackendOpener.Devices("cuda:0", 0)).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<InputException>(() => TorchBackendOpener.Devices("cuda:0,cuda:0", 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_gpu_auto_is_the_cpu_engine_and_torch_says_what_to_type()
    {
        if (torch.cuda.is_available()) return;
        using var automatic = Backends.Open(new BackendOptions(), TorchBackendOpener.Open);
        Assert.IsType<CpuOps>(automatic);
        using var onCpu = Backends.Open(new BackendOptions { Backend = "torch", Device = "cpu", Precision = "bfloat16" }, TorchBackendOpener.Open);
        Assert.Equal("TorchSharp, cpu, bfloat16", onCpu.Description);
        Assert.Empty(onCpu.Devices);
        Assert.Contains("no CUDA GPU is to be seen", Assert.Throws<InputException>(() => Backends.Open(new BackendOptions { Backend = "torch" }, TorchBackendOpener.Open)).Message, StringComparison.Ordinal);
    }
}
