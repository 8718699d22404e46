using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>How eight stored numbers of 16 bits become float32.</summary>
internal unsafe interface IHalfFormat
{
    static abstract Vector256<float> Widen(ushort* stored);

    static abstract float Widen(ushort stored);
}

/// <summary>BF16: the upper half of a float32.</summary>
internal readonly unsafe struct BFloat16Format : IHalfFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(ushort* stored) => (HalfWords.Load(stored) << 16).AsSingle();

    public static float Widen(ushort stored) => BitConverter.UInt32BitsToSingle((uint)stored << 16);
}

/// <summary>F16: the half's bits, placed at a float's exponent and fraction, are the number times 2^-112, subnormals included; infinities and NaN get their exponent back.</summary>
internal readonly unsafe struct Float16Format : IHalfFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(ushort* stored)
    {
        var bits = HalfWords.Load(stored);
        var sign = (bits & Vector256.Create(0x8000u)) << 16;
        var size = (bits & Vector256.Create(0x7FFFu)) << 13;
        var value = (size.AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        var special = Vector256.GreaterThanOrEqual(size, Vector256.Create(0x0F80_0000u)) & (size | Vector256.Create(0x7F80_0000u));
        return (value | special | sign).AsSingle();
    }

    public static float Widen(ushort stored) => (float)BitConverter.UInt16BitsToHalf(stored);
}

internal static unsafe class HalfWords
{
    /// <summary>Eight words as 32-bit numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Load(ushort* stored)
    {
        var words = Vector128.Load(stored);
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words));
    }
}

/// <summary>
/// A matrix of 16-bit floats, multiplied as it lies in the file: for a few rows (decoding) each number is widened in a register.
/// The order of sums, and so every bit, is that of <see cref="FloatWeight"/> on the widened row.
/// </summary>
internal sealed unsafe class HalfWeight<TFormat>(TensorView source, ReadOnlySpan<int> rowOrder) : CpuWeight(source, rowOrder)
    where TFormat : struct, IHalfFormat
{
    private const int Tile = 4;
    private const int Stride = 16;

    public override void Multiply(in MatMulInput x, int from, int to, float* y, float* scratch)
    {
        for (var o = from; o < to; o++)
        {
            if (x.Rows > Tile)
            {
                // More rows than a tile: widening the row once, into the first cache, is cheaper than once a tile.
                Dequantize(o, scratch);
                FloatWeight.Multiply(scratch, x, Inputs, y + o, Outputs);
                continue;
            }

            fixed (byte* row = FileRow(o)) // Mapped memory: it does not move after the statement.
            {
                var w = (ushort*)row;
                switch (x.Rows)
                {
                    case 4: Rows<FourRows>(w, x.Floats, y + o); break;
                    case 3: Rows<ThreeRows>(w, x.Floats, y + o); break;
                    case 2: Rows<TwoRows>(w, x.Floats, y + o); break;
                    default: Rows<OneRow>(w, x.Floats, y + o); break;
                }
            }
        }
    }

    private void Rows<TRows>(ushort* w, float* x0, float* y) where TRows : struct, ITileRows
    {
        int n = Inputs, k = 0;
        float* x1 = x0 + n, x2 = x1 + n, x3 = x2 + n;
        Vector256<float> l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
        for (; k + Stride <= n; k += Stride)
        {
            Vector256<float> low = TFormat.Widen(w + k), high = TFormat.Widen(w + k + 8);
            l0 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x0 + k), l0);
            h0 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x0 + k + 8), h0);
            if (TRows.Count > 1)
            {
                l1 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x1 + k), l1);
                h1 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x1 + k + 8), h1);
            }

            if (TRows.Count > 2)
            {
                l2 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x2 + k), l2);
                h2 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x2 + k + 8), h2);
            }

            if (TRows.Count > 3)
            {
                l3 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x3 + k), l3);
                h3 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x3 + k + 8), h3);
            }
        }

        y[0] = Finish(l0 + h0, w, x0, k);
        if (TRows.Count > 1) y[Outputs] = Finish(l1 + h1, w, x1, k);
        if (TRows.Count > 2) y[2L * Outputs] = Finish(l2 + h2, w, x2, k);
        if (TRows.Count > 3) y[3L * Outputs] = Finish(l3 + h3, w, x3, k);
    }

    private float Finish(Vector256<float> sums, ushort* w, float* x, int k)
    {
        var sum = VectorMath.Sum(sums);
        for (; k < Inputs; k++) sum = MathF.FusedMultiplyAdd(TFormat.Widen(w[k]), x[k], sum);
        return sum;
    }
}
