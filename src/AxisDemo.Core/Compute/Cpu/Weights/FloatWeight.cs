using System.Runtime.Intrinsics;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>
/// Any weight type as float32 vectors: each row is widened once a step and multiplied with all rows. Two vectors of eight partial
/// sums (k mod 16), added in a fixed order, then the tail: the order does not depend on the tile.
/// </summary>
internal sealed unsafe class FloatWeight(TensorView source, ReadOnlySpan<int> rowOrder) : CpuWeight(source, rowOrder)
{
    private const int Tile = 4;
    private const int Stride = 16;
    private readonly bool direct = source.Type == TensorType.F32;

    public override void Multiply(in MatMulInput x, int from, int to, float* y, float* scratch)
    {
        for (var o = from; o < to; o++)
        {
            var w = scratch;
            if (direct) fixed (byte* row = FileRow(o)) w = (float*)row; // Mapped memory: it does not move after the statement.
            else Dequantize(o, scratch);
            Multiply(w, x, Inputs, y + o, Outputs);
        }
    }

    /// <summary>One output of all rows: y[r * stride].</summary>
    internal static void Multiply(float* w, in MatMulInput x, int inputs, float* y, int stride)
    {
        var r = 0;
        for (; r + Tile <= x.Rows; r += Tile) Dot4(w, x.Floats + (long)r * inputs, inputs, y + (long)r * stride, stride);
        for (; r < x.Rows; r++) y[(long)r * stride] = Dot(w, x.Floats + (long)r * inputs, inputs);
    }

    /// <summary>sum of a[k] b[k] in the order described above.</summary>
    internal static float Dot(float* a, float* b, int n)
    {
        Vector256<float> low = default, high = default;
        var k = 0;
        for (; k + Stride <= n; k += Stride)
        {
            low = Vector256.FusedMultiplyAdd(Vector256.Load(a + k), Vector256.Load(b + k), low);
            high = Vector256.FusedMultiplyAdd(Vector256.Load(a + k + 8), Vector256.Load(b + k + 8), high);
        }

        return Finish(low + high, a, b, k, n);
    }

    private static void Dot4(float* w, float* x, int n, float* y, int stride)
    {
        float* x1 = x + n, x2 = x1 + n, x3 = x2 + n;
        Vector256<float> l0 = default, h0 = default, l1 = default, h1 = default, l2 = default, h2 = default, l3 = default, h3 = default;
        var k = 0;
        for (; k + Stride <= n; k += Stride)
        {
            Vector256<float> low = Vector256.Load(w + k), high = Vector256.Load(w + k + 8);
            l0 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x + k), l0);
            h0 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x + k + 8), h0);
            l1 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x1 + k), l1);
            h1 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x1 + k + 8), h1);
            l2 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x2 + k), l2);
            h2 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x2 + k + 8), h2);
            l3 = Vector256.FusedMultiplyAdd(low, Vector256.Load(x3 + k), l3);
            h3 = Vector256.FusedMultiplyAdd(high, Vector256.Load(x3 + k + 8), h3);
        }

        y[0] = Finish(l0 + h0, w, x, k, n);
        y[stride] = Finish(l1 + h1, w, x1, k, n);
        y[2L * stride] = Finish(l2 + h2, w, x2, k, n);
        y[3L * stride] = Finish(l3 + h3, w, x3, k, n);
    }

    private static float Finish(Vector256<float> sums, float* a, float* b, int k, int n)
    {
        var sum = VectorMath.Sum(sums);
        for (; k < n; k++) sum = MathF.FusedMultiplyAdd(a[k], b[k], sum);
        return sum;
    }
}
