namespace AxisDemo.Formats;

/// <summary>Copies of small tensors: norms, axes, golden values. Large weights stay where they are mapped.</summary>
public static class TensorViewExtensions
{
    private const long DefaultLimit = 1 << 24;

    /// <summary>All elements as float32, row-major.</summary>
    /// <param name="tensor">A tensor of weights (no integers).</param>
    /// <param name="limit">The most elements to copy; 16 Mi (64 MiB) unless told.</param>
    /// <exception cref="InputException">It has more elements, or holds integers.</exception>
    public static unsafe float[] ToFloats(this TensorView tensor, long limit = DefaultLimit)
    {
        CheckCount(tensor, limit);
        if (tensor.Type is TensorType.I32 or TensorType.I64 or TensorType.U8)
            throw Fault(tensor, $"holds {tensor.Type}, where numbers with a fraction are needed.");
        var values = new float[tensor.Count];
        for (long row = 0; row < tensor.Rows; row++)
            Quants.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Row(row), (int)tensor.RowBytes), values.AsSpan((int)row * tensor.Columns, tensor.Columns));
        return values;
    }

    /// <summary>All elements of an integer tensor (I32, I64 or U8), row-major.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="limit">The most elements to copy; 16 Mi unless told.</param>
    /// <exception cref="InputException">It has more elements, holds no integers, or one that does not fit 32 bits.</exception>
    public static unsafe int[] ToInts(this TensorView tensor, long limit = DefaultLimit)
    {
        CheckCount(tensor, limit);
        var values = new int[tensor.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = tensor.Type switch
            {
                TensorType.I32 => ((int*)tensor.Data)[i],
                TensorType.I64 => ((long*)tensor.Data)[i],
                TensorType.U8 => ((byte*)tensor.Data)[i],
                _ => throw Fault(tensor, $"holds {tensor.Type}, where integers are needed."),
            };
            values[i] = (int)value;
            if (values[i] != value) throw Fault(tensor, $"holds {value}, which does not fit 32 bits.");
        }
        return values;
    }

    private static void CheckCount(TensorView tensor, long limit)
    {
        if (tensor.Count > limit) throw Fault(tensor, $"has {tensor.Count} elements; {limit} are the most that are taken here.");
    }

    private static InputException Fault(TensorView tensor, string fault) => new(tensor.File, Printable.Text(tensor.Name), fault);
}
