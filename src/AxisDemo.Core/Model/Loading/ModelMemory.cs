using System.Globalization;
using AxisDemo.Compute;
using AxisDemo.Formats;
using AxisDemo.Model.Loading;

namespace AxisDemo.Model;

/// <summary>Whether a model fits into memory, asked before it is loaded: a machine that swaps answers nobody.</summary>
public sealed record ModelMemory
{
    // Buffers of a step, the tokenizer, the runtime itself.
    private const long Working = 200L << 20;

    // libtorch, CUDA and a step's activations, on each device.
    private const long DeviceWorking = 2_000_000_000;

    /// <summary>The most that keys and values may take, bytes. Default 2 GiB, as <c>EngineOptions</c> has it.</summary>
    public long KvBudgetBytes { get; init; } = 2L << 30;

    /// <summary>Whether an engine follows that, on devices, takes the whole budget at the start. Default true.</summary>
    public bool KvAtStart { get; init; } = true;

    /// <summary>Whether a model is loaded although it does not fit. Default false.</summary>
    public bool Ignore { get; init; }

    /// <summary>What the machine (or the container) can still give, bytes.</summary>
    public long AvailableBytes { get; init; } = AvailableMemory.Bytes();

    /// <summary>
    /// What a model needs, bytes: its weights, and the keys and values of one conversation of full length or the budget, whichever is less.
    /// </summary>
    /// <param name="source">The model.</param>
    /// <param name="bytesPerWeight">What an engine makes of each weight (<see cref="ITensorOps.BytesPerWeight"/>); null: the file's bytes.</param>
    public long Needed(ModelSource source, int? bytesPerWeight = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Weights(source, bytesPerWeight) + KeysAndValues(source.Config) + Working;
    }

    /// <summary>Refuses a model that does not fit.</summary>
    /// <param name="source">The model.</param>
    /// <param name="bytesPerWeight">As for <see cref="Needed"/>.</param>
    /// <exception cref="InputException">It does not; the message has both figures.</exception>
    public void Check(ModelSource source, int? bytesPerWeight = null)
    {
        if (Ignore || Needed(source, bytesPerWeight) <= AvailableBytes) return;
        throw new InputException(source.Path, "memory", string.Create(CultureInfo.InvariantCulture,
            $"the model needs {Megabytes(Needed(source, bytesPerWeight))} MB ({Megabytes(Weights(source, bytesPerWeight))} of weights, {Megabytes(KeysAndValues(source.Config))} for keys and values); {Megabytes(AvailableBytes)} MB are available."),
            "Use a smaller or more strongly quantised model, lower Engine:KvBudgetMegabytes, or load it all the same with Engine:IgnoreMemory=true (axis: --kv-budget, --ignore-memory).") { Kind = FaultKind.Memory };
    }

    /// <summary>
    /// Refuses a model that does not fit where an engine would put it: the machine's memory, or each device of which it is known how
    /// much it can give at most. What is not refused on devices counts as taken there until the engine is disposed.
    /// </summary>
    /// <param name="source">The model.</param>
    /// <param name="ops">The engine.</param>
    /// <exception cref="InputException">It does not, or a tensor is missing or has another shape.</exception>
    public void Check(ModelSource source, ITensorOps ops)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(ops);
        if (ops.InHostMemory) Check(source, ops.BytesPerWeight);
        if (ops.InHostMemory || ops.Devices.Count == 0) return;
        var needs = NeededOn(source, ops);
        string[] small = [.. ops.Devices.Zip(needs, (device, need) => !Ignore && device.Bytes is { } has && need.Total > has ? string.Create(CultureInfo.InvariantCulture,
            $"{device.Name} needs {Megabytes(need.Total)} MB ({Megabytes(need.Weights)} of weights, {Megabytes(need.KeysAndValues)} for keys and values, {Megabytes(need.Working)} for libtorch, CUDA and a step) and has {has >> 20}") : "").Where(t => t.Length > 0)];
        if (small.Length > 0)
            throw new InputException(source.Path, "memory", $"the model does not fit: {string.Join("; ", small)}.",
                $"Take {(ops.BytesPerWeight > 2 ? "bfloat16 (Engine:Precision), " : "")}more GPUs (Engine:Device=cuda:0,cuda:1), a smaller Engine:KvBudgetMegabytes or a smaller model, or load it all the same with Engine:IgnoreMemory=true (axis: --precision, --device, --kv-budget, --ignore-memory); docs/gpu.md has the figures.") { Kind = FaultKind.Memory };
        foreach (var (device, need) in ops.Devices.Zip(needs)) device.Hold(need.Weights + need.KeysAndValues);
    }

    /// <summary>What a model takes on each device of an engine.</summary>
    internal DeviceNeed[] NeededOn(ModelSource source, ITensorOps ops)
    {
        var (devices, layers) = (ops.Devices.Count, source.Config.Layers);
        var weights = new long[devices];
        foreach (var (tensor, block) in new WeightLoader(source, ops).Placement())
            weights[DeviceRoom.IndexOf(block, layers, devices)] += tensor.Shape.Length == 1 ? tensor.Count * sizeof(float) : ops.BytesPerWeight is { } bytes ? tensor.Count * bytes : tensor.Bytes;
        var blocks = Enumerable.Range(0, layers).CountBy(l => DeviceRoom.IndexOf(l, layers, devices)).ToDictionary();
        return [.. weights.Select((w, d) => new DeviceNeed(w, KvAtStart ? KvBudgetBytes * blocks.GetValueOrDefault(d) / layers : 0, DeviceWorking))];
    }

    private static long Megabytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static long Weights(ModelSource source, int? bytesPerWeight) => bytesPerWeight is { } bytes ? source.Parameters * bytes : source.WeightBytes;

    // float32, as the CPU engine stores them.
    private long KeysAndValues(ModelConfig config) =>
        Math.Min(KvBudgetBytes, 2L * sizeof(float) * config.Layers * config.KvHeads * config.HeadDim * config.Context);
}

/// <summary>What a model takes on one device, bytes.</summary>
/// <param name="Weights">Matrices in the engine's precision, vectors in float32.</param>
/// <param name="KeysAndValues">The blocks' share of the budget.</param>
/// <param name="Working">What is there beside the model.</param>
internal readonly record struct DeviceNeed(long Weights, long KeysAndValues, long Working)
{
    /// <summary>All of it.</summary>
    public long Total => Weights + KeysAndValues + Working;
}
