using System.Globalization;
using AxisDemo.Formats;
using AxisDemo.Kernels;
using AxisDemo.Model.Sources;

namespace AxisDemo.Model;

/// <summary>Whether a model fits into memory, asked before it is loaded: a machine that swaps answers nobody.</summary>
public sealed record ModelMemory
{
    // Buffers of a step, the tokenizer, the runtime itself.
    private const long Working = 200L << 20;

    /// <summary>The most that keys and values may take, bytes. Default 2 GiB, as <c>EngineOptions</c> has it.</summary>
    public long KvBudgetBytes { get; init; } = 2L << 30;

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
            "Use a smaller or more strongly quantised model, lower Engine:KvBudgetMegabytes, or load it all the same with Engine:IgnoreMemory=true (axis: --kv-budget, --ignore-memory).");
    }

    private static long Megabytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static long Weights(ModelSource source, int? bytesPerWeight) => bytesPerWeight is { } bytes ? source.Parameters * bytes : source.WeightBytes;

    // float32, as the CPU engine stores them.
    private long KeysAndValues(ModelConfig config) =>
        Math.Min(KvBudgetBytes, 2L * sizeof(float) * config.Layers * config.KvHeads * config.HeadDim * config.Context);
}
