using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Loading;

namespace AxisDemo.Tests.Model;

/// <summary>Whether a model fits onto devices, asked before the first weight is placed; the devices are told, not there.</summary>
public class DeviceMemoryTests
{
    private const long Working = 2_000_000_000;
    // SmolLM2-135M in two bytes: a block's matrices and two float32 gains; 30 blocks, and the embedding, which is the head too.
    private const long Block = 2 * (2 * 576 * 576 + 2 * 192 * 576 + 3 * 1536 * 576) + 4 * 2 * 576;
    private const long Embedding = 2 * 49152 * 576;
    private const long Gain = 4 * 576;
    private const long All = 30 * Block + Embedding + Gain;

    [Fact]
    public void A_model_that_does_not_fit_a_device_is_refused_before_a_weight_is_placed_with_the_figures_and_what_to_do()
    {
        var ops = new Told(2, All + (2L << 30) + Working - 1);
        var refused = Assert.Throws<InputException>(() => LoadedModel.Load(Repository.Model, ops));
        Assert.True(ops.Disposed);
        Assert.Equal((Repository.Model, "memory"), (refused.Origin, refused.Field));
        Assert.Equal("the model does not fit: cuda:0 needs 4212 MB (257 of weights, 2048 for keys and values, 1908 for libtorch, CUDA and a step) and has 4211.", refused.Fault);
        foreach (var words in (string[])["Engine:Device=cuda:0,cuda:1", "Engine:KvBudgetMegabytes", "a smaller model", "Engine:IgnoreMemory", "--ignore-memory"])
            Assert.Contains(words, refused.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("bfloat16", refused.Remedy, StringComparison.Ordinal);
        Assert.Contains("bfloat16", Assert.Throws<InputException>(() => LoadedModel.Load(Repository.Model, new Told(4, 1 << 30))).Remedy, StringComparison.Ordinal);
        Assert.True(Goes(new Told(2, All + (2L << 30) + Working)));
    }

    [Fact]
    public void Two_devices_share_it_and_only_the_one_that_is_too_small_is_named()
    {
        const long First = 15 * Block + Embedding + (1L << 30) + Working, Last = 15 * Block + Gain + (1L << 30) + Working;
        Assert.True(Goes(new Told(2, First, Last)));
        var refused = Assert.Throws<InputException>(() => LoadedModel.Load(Repository.Model, new Told(2, First, Last - 1)));
        Assert.StartsWith("the model does not fit: cuda:1 needs ", refused.Fault, StringComparison.Ordinal);
        Assert.DoesNotContain("cuda:0 needs", refused.Fault, StringComparison.Ordinal);
        Assert.Contains("cuda:0 needs", Assert.Throws<InputException>(() => LoadedModel.Load(Repository.Model, new Told(2, First - 1, Last))).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama3", true)]
    [InlineData("smollm", false)]
    public void A_head_of_its_own_lies_with_the_last_block_and_every_weight_lies_somewhere(string family, bool own)
    {
        using var source = ModelSource.Open(Repository.Fixture("tiny-models", family, $"{family}.gguf"));
        var (embedding, head) = (source.Find(source.Names.Embedding)!, source.Find(source.Names.Head));
        Assert.Equal(own, head is not null);
        var one = Weights(source, 1)[0];
        var two = Weights(source, 2);
        Assert.Equal(one, two.Sum());
        Assert.Equal(2 * (embedding.Count - (head?.Count ?? 0)) - 4 * source.Config.Width, two[0] - two[1]);
        Assert.Equal(one, Weights(source, source.Config.Layers + 3).Sum());
    }

    [Fact]
    public void What_is_ignored_or_not_known_is_not_refused()
    {
        Assert.True(Goes(new Told(2, 0), new ModelMemory { Ignore = true }));
        Assert.True(Goes(new Told(2, (long?)null)));
        Assert.True(Goes(new Told(2, null, 4L << 30)));
        Assert.Throws<InputException>(() => LoadedModel.Load(Repository.Model, new Told(2, null, 1L << 30)));
    }

    [Fact]
    public void The_budget_of_keys_and_values_counts_where_it_is_taken_at_the_start()
    {
        var memory = new ModelMemory { KvBudgetBytes = 512L << 20 };
        Assert.True(Goes(new Told(2, All + (512L << 20) + Working), memory));
        Assert.Throws<InputException>(() => LoadedModel.Load(Repository.Model, new Told(2, All + (512L << 20) + Working), memory with { KvBudgetBytes = 513L << 20 }));
        Assert.True(Goes(new Told(2, All + Working), memory with { KvAtStart = false }));
    }

    [Fact]
    public void A_second_model_finds_what_the_first_left_until_that_goes()
    {
        var rooms = new DeviceRooms(_ => new DeviceReading(2 * All + Working, null));
        var memory = new ModelMemory { KvAtStart = false };
        using var source = ModelSource.Open(Repository.Model);
        Told first = new(2, rooms), second = new(2, rooms), third = new(2, rooms);
        memory.Check(source, first);
        memory.Check(source, second);
        Assert.Throws<InputException>(() => memory.Check(source, third));
        first.Dispose();
        memory.Check(source, third);
    }

    [Fact]
    public void What_is_free_counts_until_this_process_holds_something_there()
    {
        var rooms = new DeviceRooms(name => name == "cuda:0" ? new DeviceReading(1000, 400) : null);
        using var room = new DeviceRoom("cuda:0", rooms);
        Assert.Equal((400, null), (room.Bytes, rooms.Room("cuda:1")));
        room.Hold(300);
        Assert.Equal(700, room.Bytes);
        room.Dispose();
        room.Dispose();
        Assert.Equal(1000, room.Bytes);
    }

    [Fact]
    public void Without_a_driver_nothing_is_known()
    {
        Assert.Null(CudaDriver.Read("cpu"));
        Assert.Null(CudaDriver.Read("cuda"));
        Assert.Null(CudaDriver.Read(0, "no-such-driver.so.1", "no-such-library.so.1"));
        // A library that is there and is no driver.
        if (OperatingSystem.IsLinux()) Assert.Null(CudaDriver.Read(0, "libc.so.6", null));
    }

    [Fact]
    public void Blocks_are_spread_in_order()
    {
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], Enumerable.Range(0, 8).Select(b => DeviceRoom.IndexOf(b, 8, 2)));
        Assert.Equal([0, 0, 0, 1, 1, 2, 2], Enumerable.Range(0, 7).Select(b => DeviceRoom.IndexOf(b, 7, 3)));
        Assert.Equal(1, DeviceRoom.IndexOf(8, 8, 2));
        Assert.Equal(0, DeviceRoom.IndexOf(3, 4, 1));
    }

    private static long[] Weights(ModelSource source, int devices) =>
        [.. new ModelMemory().NeededOn(source, new Told(2, [.. Enumerable.Repeat<long?>(null, devices)])).Select(need => need.Weights)];

    // Loading came to the first weight.
    private static bool Goes(Told ops, ModelMemory? memory = null)
    {
        Assert.Throws<Placed>(() => LoadedModel.Load(Repository.Model, ops, memory ?? new ModelMemory()));
        return true;
    }

    private sealed class Placed : Exception;

    /// <summary>An engine that has devices and can do nothing with them.</summary>
    private sealed class Told : ITensorOps
    {
        private readonly DeviceRoom[] devices;

        public Told(int bytesPerWeight, params long?[] rooms)
        {
            var told = new DeviceRooms(name => rooms[name[5] - '0'] is { } bytes ? new DeviceReading(bytes, null) : null);
            (BytesPerWeight, devices) = (bytesPerWeight, [.. rooms.Select((_, d) => new DeviceRoom($"cuda:{d}", told))]);
        }

        public Told(int bytesPerWeight, DeviceRooms rooms) => (BytesPerWeight, devices) = (bytesPerWeight, [new DeviceRoom("cuda:0", rooms)]);

        public bool Disposed { get; private set; }

        public string Description => "told";

        public bool InHostMemory => false;

        public IReadOnlyList<DeviceRoom> Devices => devices;

        public int? BytesPerWeight { get; }

        public ReadOnlySpan<float> Results => throw new NotSupportedException();

        public ReadOnlySpan<ChosenToken> Chosen => throw new NotSupportedException();

        public void Place(int block, int blocks) => throw new Placed();

        public IWeight Matrix(TensorView matrix, ReadOnlySpan<int> rowOrder = default) => throw new NotSupportedException();

        public IVector Vector(ReadOnlySpan<float> values) => throw new NotSupportedException();

        public IBuffer Buffer(int width) => throw new NotSupportedException();

        public IKvStore KeyValues(int layers, int kvHeads, int headDim, int pageTokens) => throw new NotSupportedException();

        public void Begin(StepRows rows, int results) => throw new NotSupportedException();

        public void Embed(IWeight table, float scale, IBuffer y) => throw new NotSupportedException();

        public void RmsNorm(IBuffer x, IVector? gain, float epsilon, IBuffer y) => throw new NotSupportedException();

        public void RmsNormHeads(IBuffer x, int heads, IVector gain, float epsilon) => throw new NotSupportedException();

        public void MatMul(IBuffer x, params ReadOnlySpan<MatMulOutput> outputs) => throw new NotSupportedException();

        public void Rope(IBuffer x, int heads, RopeFrequencies frequencies) => throw new NotSupportedException();

        public void Attend(IBuffer q, IBuffer k, IBuffer v, IKvStore store, int layer, in AttentionSettings settings, IBuffer z, AttentionRows? seen = null, AttentionRows? given = null) => throw new NotSupportedException();

        public void Gate(IBuffer gate, IBuffer up, Activation activation, IBuffer y) => throw new NotSupportedException();

        public void Add(IBuffer x, IBuffer delta) => throw new NotSupportedException();

        public void Gather(IBuffer x, ReadOnlySpan<int> rows, IBuffer y) => throw new NotSupportedException();

        public void Head(IBuffer x, int count, IWeight head, float softCap, IBuffer logits) => throw new NotSupportedException();

        public void Choose(IBuffer logits, int vocabulary, ReadOnlySpan<TokenChoice> choices) => throw new NotSupportedException();

        public void Project(IBuffer x, IVector unit, int from, int count, int slot) => throw new NotSupportedException();

        public void Floor(IBuffer x, IVector unit, float floor, int from, int count, int touchedSlot) => throw new NotSupportedException();

        public void AddVector(IBuffer x, IVector vector, float coefficient, int from, int count) => throw new NotSupportedException();

        public void Ablate(IBuffer x, IVector unit, IVector? addend, float coefficient, int from, int count) => throw new NotSupportedException();

        public void Fill(IBuffer x, IVector values, int column, int from, int count) => throw new NotSupportedException();

        public void Write(IBuffer x, ReadOnlySpan<float> values, int column, int from, int count) => throw new NotSupportedException();

        public void Append(IBuffer x, ReadOnlySpan<float> rows) => throw new NotSupportedException();

        public void Capture(IBuffer x, int from, int count, int slot) => throw new NotSupportedException();

        public void End() => throw new NotSupportedException();

        public ReadOnlySpan<float> Read(IBuffer buffer, int row) => throw new NotSupportedException();

        public void Dispose()
        {
            Disposed = true;
            foreach (var device in devices) device.Dispose();
        }
    }
}
