using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>Products with weights: one parallel region for all outputs of an input.</summary>
public sealed unsafe partial class CpuOps
{
    private const int MaxOutputs = 8;
    private readonly Action<int, int> matMulPart, quantizePart, repackPart;
    private readonly Int8Rows int8 = new();
    private Int8Weight? repacking;
    private readonly Product[] products = new Product[MaxOutputs];
    private int productCount;
    private MatMulInput input;

    private struct Product
    {
        public CpuWeight Weight;
        public float* Bias, Y;
        public float SoftCap;
    }

    /// <inheritdoc/>
    public void MatMul(IBuffer x, params ReadOnlySpan<MatMulOutput> outputs)
    {
        var from = Cpu(x);
        if (outputs.Length > MaxOutputs) throw new ArgumentException($"At most {MaxOutputs} products of one input.", nameof(outputs));
        productCount = 0;
        foreach (ref readonly var output in outputs)
        {
            var (weight, y) = (Cpu(output.Weight), Cpu(output.Y));
            Same(weight.Inputs, from.Width, "Inputs of a product");
            Same(weight.Outputs, y.Width, "Outputs of a product");
            if (from == y) throw new ArgumentException("A product needs two buffers.", nameof(outputs));
            y.Resize(from.Rows);
            products[productCount++] = new Product { Weight = weight, Bias = Data(output.Bias, weight.Outputs), Y = y.Row(0) };
        }

        Multiply(from, from.Rows);
    }

    /// <inheritdoc/>
    public void Head(IBuffer x, int count, IWeight head, float softCap, IBuffer logits)
    {
        var (from, weight, y) = (Cpu(x), Cpu(head), Cpu(logits));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, from.Rows);
        Same(weight.Inputs, from.Width, "Inputs of the head");
        Same(weight.Outputs, y.Width, "Outputs of the head");
        y.Resize(count);
        productCount = 1;
        products[0] = new Product { Weight = weight, Y = y.Row(0), SoftCap = softCap };
        Multiply(from, count);
    }

    private void Multiply(CpuBuffer x, int rows)
    {
        if (rows == 0) return;
        var takesInt8 = false;
        for (var i = 0; i < productCount; i++) takesInt8 |= products[i].Weight.TakesInt8;
        input = new MatMulInput(x.Row(0), rows, takesInt8 ? int8 : null);
        if (takesInt8)
        {
            int8.Resize(rows, x.Width);
            if ((long)rows * x.Width < ParallelFloats) RunQuantize(0, 1);
            else pool.Run(quantizePart);
        }

        pool.Run(matMulPart);
    }

    private void RunQuantize(int worker, int workers)
    {
        var to = (int)((long)input.Rows * (worker + 1) / workers);
        for (var r = (int)((long)input.Rows * worker / workers); r < to; r++) int8.Quantize(r, input.Floats + (long)r * int8.Width);
    }

    private void RunMatMul(int worker, int workers)
    {
        for (var i = 0; i < productCount; i++)
        {
            ref readonly var product = ref products[i];
            var weight = product.Weight;
            var granules = (weight.Outputs + weight.Granule - 1) / weight.Granule;
            var from = (int)((long)granules * worker / workers) * weight.Granule;
            var to = Math.Min(weight.Outputs, (int)((long)granules * (worker + 1) / workers) * weight.Granule);
            if (from >= to) continue;
            weight.Multiply(input, from, to, product.Y, scratch[worker].Floats);
            for (var r = 0; r < input.Rows; r++)
            {
                var y = product.Y + (long)r * weight.Outputs;
                if (product.Bias is not null)
                    for (var o = from; o < to; o++) y[o] += product.Bias[o];
                if (product.SoftCap <= 0) continue;
                if (vector) VectorMath.SoftCap(y + from, product.SoftCap, to - from);
                else ScalarMath.SoftCap(y + from, product.SoftCap, to - from);
            }
        }
    }

    private CpuWeight CreateWeight(TensorView matrix, ReadOnlySpan<int> rowOrder)
    {
        if (matrix.Shape.Length != 2 || matrix.Columns == 0 || matrix.Rows == 0)
            throw new InputException(matrix.File, matrix.Name, $"has the shape [{string.Join(", ", matrix.Shape)}], where a matrix is needed.");
        if (matrix.Type is TensorType.I32 or TensorType.I64 or TensorType.U8)
            throw new InputException(matrix.File, matrix.Name, $"holds {matrix.Type}, which are no weights.");
        if (matrix.Columns % Quants.BlockElements(matrix.Type) != 0)
            throw new InputException(matrix.File, matrix.Name, $"is {matrix.Type} with rows of {matrix.Columns} elements, which are no whole blocks of {Quants.BlockElements(matrix.Type)}.");
        if (!vector) return new ScalarWeight(matrix, rowOrder);
        return matrix.Type switch
        {
            TensorType.Q4_0 or TensorType.Q4_1 => Repack(new Q4Weight(matrix, rowOrder, form), matrix),
            TensorType.Q8_0 => Repack(new Q8Weight(matrix, rowOrder, form), matrix),
            TensorType.Q5_0 => Repack(new PackedWeight<Q5_0Format>(matrix, rowOrder, form), matrix),
            TensorType.Q5_1 => Repack(new PackedWeight<Q5_1Format>(matrix, rowOrder, form), matrix),
            TensorType.Q2_K => Repack(new PackedWeight<Q2KFormat>(matrix, rowOrder, form), matrix),
            TensorType.Q3_K => Repack(new PackedWeight<Q3KFormat>(matrix, rowOrder, form), matrix),
            TensorType.Q4_K => Repack(new PackedWeight<Q4KFormat>(matrix, rowOrder, form), matrix),
            TensorType.Q5_K => Repack(new PackedWeight<Q5KFormat>(matrix, rowOrder, form), matrix),
            TensorType.Q6_K => Repack(new PackedWeight<Q6KFormat>(matrix, rowOrder, form), matrix),
            TensorType.F16 => new HalfWeight<Float16Format>(matrix, rowOrder),
            TensorType.BF16 => new HalfWeight<BFloat16Format>(matrix, rowOrder),
            _ => new FloatWeight(matrix, rowOrder),
        };
    }

    private Int8Weight Repack(Int8Weight weight, TensorView matrix)
    {
        repacking = weight;
        pool.Run(repackPart);
        repacking = null;
        NativePages.GiveBack(matrix);
        return weight;
    }

    private void RunRepack(int worker, int workers) => repacking!.Repack(worker, workers);
}
