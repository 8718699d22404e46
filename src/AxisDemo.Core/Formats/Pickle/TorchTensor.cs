using System.Runtime.CompilerServices;

namespace AxisDemo.Formats;

/// <summary>Raw elements that several tensors may share. Its bytes are known only after the object was read where the file is legacy.</summary>
internal sealed class TorchStorage(string key, TorchDType type, long count)
{
    public string Key => key;

    public TorchDType Type => type;

    /// <summary>Elements, as the object declares them; the bytes behind <see cref="Data"/> are checked to hold them.</summary>
    public long Count => count;

    public nint Data { get; set; }

    public static int BytesOf(TorchDType type) => type switch
    {
        TorchDType.Float64 or TorchDType.Int64 => 8,
        TorchDType.Float32 or TorchDType.Int32 => 4,
        TorchDType.Float16 or TorchDType.BFloat16 or TorchDType.Int16 => 2,
        _ => 1,
    };
}

/// <summary>
/// A tensor of a PyTorch file: a strided view of mapped bytes, valid as long as the <see cref="TorchFile"/> is open.
/// Every element it reaches was checked to lie in its storage.
/// </summary>
public sealed unsafe class TorchTensor
{
    internal TorchTensor(string file, TorchStorage storage, long offset, long[] shape, long[] stride, long count, bool requiresGrad, bool isParameter)
    {
        (File, Storage, Offset, Shape, Stride, Count) = (file, storage, offset, shape, stride, count);
        (RequiresGrad, IsParameter) = (requiresGrad, isParameter);
    }

    /// <summary>The file's path, for messages.</summary>
    public string File { get; }

    /// <summary>Element type.</summary>
    public TorchDType DType => Storage.Type;

    /// <summary>Row-major shape; empty for a scalar.</summary>
    public long[] Shape { get; }

    /// <summary>Distance in elements between neighbours, per dimension.</summary>
    public long[] Stride { get; }

    /// <summary>The first element's place in the storage, in elements.</summary>
    public long Offset { get; }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Whether it was a parameter of a module.</summary>
    public bool IsParameter { get; }

    /// <summary>Whether it asked for gradients.</summary>
    public bool RequiresGrad { get; }

    /// <summary>All elements as float32 in logical row-major order; doubles are rounded to the nearest float.</summary>
    /// <exception cref="InputException">It does not hold floats.</exception>
    public float[] ToFloats() => DType switch
    {
        TorchDType.Float32 => Gather<float, float>(v => v),
        TorchDType.BFloat16 => Gather<ushort, float>(v => BitConverter.UInt32BitsToSingle((uint)v << 16)),
        TorchDType.Float16 => Gather<Half, float>(v => (float)v),
        TorchDType.Float64 => Gather<double, float>(v => (float)v),
        _ => throw Fault("floats"),
    };

    /// <summary>All elements as float64 in logical row-major order, exactly.</summary>
    /// <exception cref="InputException">It does not hold floats.</exception>
    public double[] ToDoubles() => DType == TorchDType.Float64 ? Gather<double, double>(v => v) : Array.ConvertAll(ToFloats(), v => (double)v);

    /// <summary>All elements as integers in logical row-major order; a bool is 0 or 1.</summary>
    /// <exception cref="InputException">It holds floats.</exception>
    public long[] ToInt64s() => DType switch
    {
        TorchDType.Int64 => Gather<long, long>(v => v),
        TorchDType.Int32 => Gather<int, long>(v => v),
        TorchDType.Int16 => Gather<short, long>(v => v),
        TorchDType.Int8 => Gather<sbyte, long>(v => v),
        TorchDType.UInt8 => Gather<byte, long>(v => v),
        TorchDType.Bool => Gather<byte, long>(v => v == 0 ? 0 : 1),
        _ => throw Fault("integers"),
    };

    internal TorchStorage Storage { get; }

    private TOut[] Gather<TStored, TOut>(Func<TStored, TOut> convert) where TStored : unmanaged
    {
        var values = new TOut[Count];
        var index = new long[Shape.Length];
        var at = Offset;
        for (long i = 0; i < values.Length; i++)
        {
            values[i] = convert(Unsafe.ReadUnaligned<TStored>((byte*)Storage.Data + at * sizeof(TStored)));
            // The next index, last dimension fastest; a dimension that is through goes back to its start.
            for (var d = Shape.Length - 1; d >= 0; d--)
            {
                at += Stride[d];
                if (++index[d] < Shape[d]) break;
                at -= Stride[d] * Shape[d];
                index[d] = 0;
            }
        }
        return values;
    }

    private InputException Fault(string wanted) =>
        new(File, $"tensor [{string.Join(", ", Shape)}]", $"holds {DType}, where {wanted} are needed.");
}
