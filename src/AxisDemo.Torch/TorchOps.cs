using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>
/// <see cref="ITensorOps"/> over TorchSharp: weights, activations, keys and values live on one or several devices. Operations are
/// queued on the device and nothing waits for them before <see cref="End"/>, where projections, cap marks and chosen tokens of the whole
/// step come back in one copy. A row's result agrees with the CPU engine's within rounding; it is not independent of the other rows bit
/// for bit.
/// </summary>
public sealed partial class TorchOps : ITensorOps
{
    private readonly Device[] devices;
    private readonly ScalarType compute;
    private readonly bool explicitAttention;
    private readonly DeviceRoom[] rooms;
    private readonly List<IDisposable> owned = [];
    private readonly List<Tensor> stepTensors = [];
    private readonly ResultPieces pieces;
    private Tensor?[] tokens = [];
    private Tensor?[] positions = [];
    private StepRows step = new();
    private float[] results = [];
    private int resultCount;
    private int longest;
    private int placing;

    /// <summary>Takes the devices; weights and buffers follow as they are made.</summary>
    public TorchOps(TorchOptions? options = null)
    {
        options ??= new TorchOptions();
        if (options.Devices.Count == 0) throw new ArgumentException("At least one device is needed.", nameof(options));
        devices = [.. options.Devices.Select(name => torch.device(name))];
        rooms = InHostMemory ? [] : [.. options.Devices.Select(name => new DeviceRoom(name, options.Rooms))];
        compute = options.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        explicitAttention = options.ExplicitAttention;
        Description = $"TorchSharp, {string.Join(" + ", options.Devices)}, {(options.BFloat16 ? "bfloat16" : "float32")}";
        pieces = new ResultPieces(devices[^1]);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public bool InHostMemory => devices[0].type == DeviceType.CPU;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceRoom> Devices => rooms;

    /// <inheritdoc/>
    public int? BytesPerWeight => compute == ScalarType.Float32 ? 4 : 2;

    /// <summary>What was moved so far.</summary>
    public TorchTraffic Traffic { get; } = new();

    /// <inheritdoc/>
    public ReadOnlySpan<float> Results => results.AsSpan(0, resultCount);

    /// <inheritdoc/>
    public void Place(int block, int blocks) => placing = DeviceRoom.IndexOf(block, blocks, devices.Length);

    /// <inheritdoc/>
    /// <exception cref="InputException">The tensor is no matrix of a supported weight type, or does not fit the device.</exception>
    public IWeight Matrix(TensorView matrix, ReadOnlySpan<int> rowOrder = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.Shape.Length != 2 || matrix.Type is TensorType.I32 or TensorType.I64 or TensorType.U8)
            throw new InputException(matrix.File, matrix.Name, $"is {matrix.Type} of shape [{string.Join(", ", matrix.Shape)}]; a matrix of weights is needed.");
        var order = rowOrder.ToArray();
        return Own(new TorchWeight(DeviceMemory.Allocate(matrix.File, $"'{matrix.Name}'", Description, () => WeightReader.Read(matrix, order, compute, devices[placing])), placing));
    }

    /// <inheritdoc/>
    /// <remarks>Vectors come and go with requests, so the engine keeps no list of them.</remarks>
    public IVector Vector(ReadOnlySpan<float> values)
    {
        using var scope = NewDisposeScope();
        var copy = values.ToArray();
        return new TorchVector(DeviceMemory.Allocate("the engine", $"a vector of {copy.Length}", Description, () => Upload<float>(copy, placing)), placing);
    }

    /// <inheritdoc/>
    public IBuffer Buffer(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return Own(new TorchBuffer(width));
    }

    /// <inheritdoc/>
    public IKvStore KeyValues(int layers, int kvHeads, int headDim, int pageTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kvHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageTokens, 1);
        return Own(new TorchKvStore(devices, [.. Enumerable.Range(0, layers).Select(l => DeviceRoom.IndexOf(l, layers, devices.Length))], kvHeads, headDim, pageTokens, compute, Description));
    }

    /// <inheritdoc/>
    public void Begin(StepRows rows, int results)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(results);
        ForgetStep();
        step = rows;
        resultCount = results;
        if (this.results.Length < results) this.results = new float[Math.Max(results, this.results.Length * 2)];
        this.results.AsSpan(0, results).Clear();
        longest = rows.Longest;
    }

    /// <inheritdoc/>
    public void End()
    {
        using var scope = NewDisposeScope();
        // A step in which nobody looks reads one number all the same: when this returns, the device has finished.
        using var all = Download(pieces.Count > 0 ? pieces.Concatenated() : zeros(1, ScalarType.Float32, devices[^1]));
        pieces.HandOut(MemoryMarshal.Cast<byte, float>(all.bytes), results);
        Traffic.Steps++;
    }

    /// <inheritdoc/>
    /// <remarks>The whole buffer is copied at the first call after a step, which waits for the device once more: for inspection, not for serving.</remarks>
    public ReadOnlySpan<float> Read(IBuffer buffer, int row)
    {
        var b = Torch(buffer);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, b.Rows);
        return b.Host(Download).Slice(row * b.Width, b.Width);
    }

    /// <summary>Frees every weight, buffer and store this engine made.</summary>
    public void Dispose()
    {
        ForgetStep();
        foreach (var item in owned) item.Dispose();
        owned.Clear();
        foreach (var room in rooms) room.Dispose();
        ropes.Clear();
    }

    private void ForgetStep()
    {
        foreach (var tensor in stepTensors) tensor.Dispose();
        stepTensors.Clear();
        tokens = new Tensor?[devices.Length];
        positions = new Tensor?[devices.Length];
        foreach (var plan in plans.Values) plan.Dispose();
        plans.Clear();
        pieces.Clear();
        chosenCount = 0;
        foreach (var item in owned)
            if (item is TorchBuffer buffer) buffer.Forget();
    }

    /// <summary>The one place where the host waits for a device.</summary>
    private Tensor Download(Tensor values)
    {
        Traffic.Synchronizations++;
        Traffic.Downloaded += values.NumberOfElements * sizeof(float);
        return values.contiguous().cpu();
    }

    // Pinned memory and no waiting: the copy is queued behind what the device already has to do.
    private Tensor Upload<T>(ReadOnlySpan<T> values, int device) where T : unmanaged
    {
        var host = empty(values.Length, typeof(T) == typeof(long) ? ScalarType.Int64 : ScalarType.Float32, CPU);
        MemoryMarshal.AsBytes(values).CopyTo(host.bytes);
        Traffic.Uploaded += host.NumberOfElements * Marshal.SizeOf<T>();
        return devices[device].type == DeviceType.CPU ? host : host.pin_memory().to(devices[device], non_blocking: true);
    }

    /// <summary>A tensor that lives until the next step begins.</summary>
    private Tensor ForStep(Tensor tensor)
    {
        stepTensors.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private Tensor Indices(ReadOnlySpan<int> values, int device)
    {
        var wide = new long[values.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = values[i];
        return Upload<long>(wide, device);
    }

    private T Own<T>(T item) where T : IDisposable
    {
        owned.Add(item);
        return item;
    }

    private static TorchBuffer Torch(IBuffer buffer) => (TorchBuffer)buffer;

    private static TorchWeight Torch(IWeight weight) => (TorchWeight)weight;

    private static TorchVector Torch(IVector vector, int length)
    {
        var v = (TorchVector)vector;
        return v.Length == length ? v : throw new ArgumentException($"A vector of {v.Length} where {length} are needed.", nameof(vector));
    }

    private static void Same(long a, long b, string what)
    {
        if (a != b) throw new ArgumentException($"{what}: {a} and {b} do not fit.");
    }
}
