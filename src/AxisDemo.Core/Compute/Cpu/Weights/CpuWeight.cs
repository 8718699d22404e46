using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>A matrix of the CPU engine. <see cref="Multiply"/> runs on all workers at once, each with its own range of outputs.</summary>
internal abstract unsafe class CpuWeight : IWeight
{
    private readonly int[] order;

    protected CpuWeight(TensorView source, ReadOnlySpan<int> rowOrder)
    {
        Source = source;
        Inputs = source.Columns;
        order = rowOrder.ToArray();
        Outputs = rowOrder.Length > 0 ? rowOrder.Length : checked((int)source.Rows);
        foreach (var row in order)
            if (row < 0 || row >= source.Rows) throw new ArgumentOutOfRangeException(nameof(rowOrder), row, $"'{source.Name}' has {source.Rows} rows.");
    }

    public int Outputs { get; }

    public int Inputs { get; }

    /// <summary>Workers' shares begin at multiples of this many outputs.</summary>
    public virtual int Granule => 1;

    /// <summary>Whether <see cref="Multiply"/> reads the int8 form of the input.</summary>
    public virtual bool TakesInt8 => false;

    protected TensorView Source { get; }

    /// <summary>
    /// y[r, o] = sum over k of x[r, k] w[o, k] for outputs from (a multiple of <see cref="Granule"/>) to to.
    /// Every element adds its terms in one order, whatever the rows and the range.
    /// </summary>
    /// <param name="x">The input of the product.</param>
    /// <param name="from">First output.</param>
    /// <param name="to">One past the last output.</param>
    /// <param name="y">[rows, Outputs].</param>
    /// <param name="scratch">Room for <see cref="Inputs"/> floats, this worker's own.</param>
    public abstract void Multiply(in MatMulInput x, int from, int to, float* y, float* scratch);

    /// <summary>One output row as float32.</summary>
    public virtual void Row(int output, float* y) => Dequantize(output, y);

    /// <summary>One output row as float32, out of the file.</summary>
    protected void Dequantize(int output, float* y) =>
        Quants.Dequantize(Source.Type, FileRow(output), new Span<float>(y, Inputs));

    /// <summary>The stored bytes of an output row.</summary>
    protected ReadOnlySpan<byte> FileRow(int output) =>
        new(Source.Row(order.Length > 0 ? order[output] : output), checked((int)Source.RowBytes));

    public virtual void Dispose() { }
}

/// <summary>The input of a product: [rows, width] in float32 and, where a weight asks for it, int8.</summary>
internal readonly unsafe struct MatMulInput(float* floats, int rows, Int8Rows? int8)
{
    public float* Floats { get; } = floats;

    public int Rows { get; } = rows;

    /// <summary>Filled when a weight of the product takes int8.</summary>
    public Int8Rows? Int8 { get; } = int8;
}
