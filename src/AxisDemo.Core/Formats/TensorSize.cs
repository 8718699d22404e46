namespace AxisDemo.Formats;

/// <summary>How many bytes a declared tensor takes, without overflow.</summary>
internal static class TensorSize
{
    /// <param name="type">Element type.</param>
    /// <param name="shape">Row-major, no negative dimension.</param>
    /// <param name="fault">Makes the exception out of what is wrong.</param>
    public static long Bytes(TensorType type, long[] shape, Func<string, InputException> fault)
    {
        var columns = shape.Length == 0 ? 1 : shape[^1];
        var block = Quants.BlockElements(type);
        if (columns > int.MaxValue) throw fault($"has rows of {columns} elements; {int.MaxValue} is the limit.");
        if (columns % block != 0) throw fault($"is {type} with rows of {columns} elements, which are no whole blocks of {block}.");

        // Zero anywhere makes the product zero, whatever the other dimensions would overflow to.
        UInt128 bytes = shape.Contains(0) ? 0u : (UInt128)(columns / block) * (uint)Quants.BlockBytes(type);
        for (var d = 0; d < shape.Length - 1; d++)
        {
            bytes *= (ulong)shape[d];
            if (bytes > long.MaxValue) throw fault($"has the shape [{string.Join(", ", shape)}], which is more than any file holds.");
        }
        return (long)bytes;
    }
}
