using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>The reference product: each weight row is dequantised once a step and multiplied with all rows, k ascending, in float32.</summary>
internal sealed unsafe class ScalarWeight(TensorView source, ReadOnlySpan<int> rowOrder) : CpuWeight(source, rowOrder)
{
    private const int Tile = 8;

    public override void Multiply(in MatMulInput x, int from, int to, float* y, float* scratch)
    {
        for (var o = from; o < to; o++)
        {
            Dequantize(o, scratch);
            var r = 0;
            for (; r + Tile <= x.Rows; r += Tile) Dot8(scratch, x.Floats + (long)r * Inputs, Inputs, y + (long)r * Outputs + o, Outputs);
            for (; r < x.Rows; r++) y[(long)r * Outputs + o] = Dot(scratch, x.Floats + (long)r * Inputs, Inputs);
        }
    }

    /// <summary>sum of a[k] b[k], k ascending.</summary>
    internal static float Dot(float* a, float* b, int n)
    {
        var sum = 0f;
        for (var k = 0; k < n; k++) sum += a[k] * b[k];
        return sum;
    }

    // Eight rows at a time: eight independent chains of additions, each in the order of Dot.
    private static void Dot8(float* w, float* x, int n, float* y, int stride)
    {
        float* x1 = x + n, x2 = x1 + n, x3 = x2 + n, x4 = x3 + n, x5 = x4 + n, x6 = x5 + n, x7 = x6 + n;
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        for (var k = 0; k < n; k++)
        {
            var a = w[k];
            s0 += a * x[k];
            s1 += a * x1[k];
            s2 += a * x2[k];
            s3 += a * x3[k];
            s4 += a * x4[k];
            s5 += a * x5[k];
            s6 += a * x6[k];
            s7 += a * x7[k];
        }

        y[0] = s0;
        y[stride] = s1;
        y[2L * stride] = s2;
        y[3L * stride] = s3;
        y[4L * stride] = s4;
        y[5L * stride] = s5;
        y[6L * stride] = s6;
        y[7L * stride] = s7;
    }
}
