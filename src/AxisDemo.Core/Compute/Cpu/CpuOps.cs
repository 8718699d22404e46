using System.Numerics;
using System.Runtime.Intrinsics.X86;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>
/// The built-in engine: <see cref="ITensorOps"/> on the CPU. Operations run when they are called, on the calling thread and the
/// pool's; work too small to pay for waking the others stays on the caller. Nothing is allocated between <see cref="Begin"/> and
/// <see cref="End"/> once buffers have their size. A row's bits depend neither on the other rows nor on the number of threads.
/// </summary>
public sealed unsafe partial class CpuOps : ITensorOps
{
    private readonly WorkerPool pool;
    private readonly bool vector;
    private readonly Int8Form form;
    private readonly NativeBlock[] scratch;
    private readonly NativeBlock results = new();
    private readonly List<IDisposable> owned = [];
    private StepRows step = new();
    private int resultCount;
    private int longest;

    /// <summary>Starts the worker threads.</summary>
    public CpuOps(CpuOptions? options = null)
    {
        options ??= new CpuOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        vector = options.Kernels == KernelPath.Vector;
        form = options.Form;
        pool = new WorkerPool(options.Threads);
        scratch = new NativeBlock[options.Threads];
        for (var i = 0; i < scratch.Length; i++) scratch[i] = new NativeBlock();
        rowsPart = RunRows;
        matMulPart = RunMatMul;
        attendPart = RunAttend;
        storePart = RunStore;
        quantizePart = RunQuantize;
        repackPart = RunRepack;
    }

    /// <inheritdoc/>
    public string Description => $"CPU, {pool.Workers} {(pool.Workers == 1 ? "thread" : "threads")}, {(vector ? Name(form) : "scalar")}";

    /// <inheritdoc/>
    public ReadOnlySpan<float> Results => new(results.Data, resultCount);

    /// <inheritdoc/>
    public void Place(int block, int blocks) { }

    /// <inheritdoc/>
    /// <exception cref="InputException">The tensor is no matrix of a supported weight type.</exception>
    public IWeight Matrix(TensorView matrix, ReadOnlySpan<int> rowOrder = default)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var weight = CreateWeight(matrix, rowOrder);
        Reserve((long)weight.Inputs * sizeof(float));
        return Own(weight);
    }

    /// <inheritdoc/>
    /// <remarks>Vectors come and go with requests, so the engine keeps no list of them; one that nobody disposes is freed by its finalizer.</remarks>
    public IVector Vector(ReadOnlySpan<float> values) => new CpuVector(values);

    /// <inheritdoc/>
    public IBuffer Buffer(int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return Own(new CpuBuffer(width));
    }

    /// <inheritdoc/>
    public IKvStore KeyValues(int layers, int kvHeads, int headDim, int pageTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kvHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageTokens, 1);
        return Own(new CpuKvStore(layers, kvHeads, headDim, pageTokens));
    }

    /// <inheritdoc/>
    public void Begin(StepRows rows, int results)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(results);
        step = rows;
        resultCount = results;
        chosenCount = 0;
        this.results.Ensure(Math.Max(1L, results) * sizeof(float));
        new Span<float>(this.results.Data, results).Clear();
        longest = rows.Longest;
    }

    /// <inheritdoc/>
    public void End() { }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Read(IBuffer buffer, int row)
    {
        var b = Cpu(buffer);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, b.Rows);
        return new ReadOnlySpan<float>(b.Row(row), b.Width);
    }

    /// <summary>Stops the threads and frees every buffer, weight and store this engine made.</summary>
    public void Dispose()
    {
        pool.Dispose();
        foreach (var item in owned) item.Dispose();
        owned.Clear();
        foreach (var block in scratch) block.Dispose();
        results.Dispose();
        int8.Dispose();
    }

    private static string Name(Int8Form form) => form switch
    {
        Int8Form.Avx2 => AvxVnni.IsSupported ? "AVX2 with VNNI" : "AVX2",
        Int8Form.Vector128 => "128-bit vectors",
        _ => "no vector instructions",
    };

    private T Own<T>(T item) where T : IDisposable
    {
        owned.Add(item);
        return item;
    }

    /// <summary>Every worker's scratch memory holds at least this many bytes; it grows in powers of two, not with every position.</summary>
    private void Reserve(long bytes)
    {
        foreach (var block in scratch)
            if (block.Bytes < bytes) block.Ensure((long)BitOperations.RoundUpToPowerOf2((ulong)bytes));
    }

    private static CpuBuffer Cpu(IBuffer buffer) => (CpuBuffer)buffer;

    private static CpuWeight Cpu(IWeight weight) => (CpuWeight)weight;

    private static float* Data(IVector? vector, int length)
    {
        if (vector is null) return null;
        var v = (CpuVector)vector;
        return v.Length == length ? v.Data : throw new ArgumentException($"A vector of {v.Length} where {length} are needed.", nameof(vector));
    }

    private static void Same(int a, int b, string what)
    {
        if (a != b) throw new ArgumentException($"{what}: {a} and {b} do not fit.");
    }
}
