using System.Runtime.Intrinsics;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

public unsafe class VectorMathTests
{
    private const double Unit = 1.0 / (1 << 24);

    [Fact]
    public void The_exponential_keeps_its_stated_bound_over_its_whole_range()
    {
        var worst = 0.0;
        for (var x = -87.2f; x < 88.6f; x += 0.00037f)
        {
            var exact = Math.Exp(x);
            worst = Math.Max(worst, Math.Abs(VectorMath.Exp(Vector256.Create(x))[3] - exact) / exact);
        }

        Assert.InRange(worst, 0, 4 * Unit);
    }

    [Fact]
    public void The_exponential_of_the_ends_is_what_a_softmax_needs()
    {
        var y = VectorMath.Exp(Vector256.Create(0f, -88, -1e30f, float.NegativeInfinity, 89, float.PositiveInfinity, float.NaN, -0f));
        Assert.Equal([1f, 0, 0, 0], [y[0], y[1], y[2], y[3]]);
        Assert.InRange(y[4], 3e38f, float.MaxValue);
        Assert.InRange(y[5], 3e38f, float.MaxValue);
        Assert.True(float.IsNaN(y[6]));
        Assert.Equal(1, y[7]);
    }

    [Fact]
    public void The_hyperbolic_tangent_keeps_its_stated_bound_near_zero_too()
    {
        foreach (var step in new[] { 1e-9f, 1e-5f, 1e-3f, 0.1f })
            for (var i = -200; i <= 200; i++)
            {
                var x = i * step;
                Assert.InRange(Math.Abs(VectorMath.Tanh(Vector256.Create(x))[5] - Math.Tanh(x)), 0, 8 * Unit * Math.Abs(Math.Tanh(x)));
            }
    }

    [Fact]
    public void A_float_product_lies_within_its_derived_bound_at_every_tail()
    {
        using var data = new KernelData(1);
        for (var n = 1; n < 70; n++)
        {
            float[] a = data.Floats(n), b = data.Floats(n);
            double exact = 0, magnitude = 0;
            for (var i = 0; i < n; i++)
            {
                exact += (double)a[i] * b[i];
                magnitude += Math.Abs((double)a[i] * b[i]);
            }

            fixed (float* p = a, q = b) Assert.InRange(Math.Abs(FloatWeight.Dot(p, q, n) - exact), 0, 2 * n * Unit * magnitude);
        }
    }

    [Fact]
    public void The_rotation_has_the_bits_of_the_scalar_one()
    {
        using var data = new KernelData(2);
        for (var pairs = 1; pairs < 40; pairs++)
        {
            float[] x = data.Floats(2 * pairs), y = [.. x], cos = data.Floats(pairs), sin = data.Floats(pairs);
            fixed (float* px = x, py = y, c = cos, s = sin)
            {
                VectorMath.Rope(px, c, s, pairs);
                ScalarMath.Rope(py, c, s, pairs);
            }

            Assert.Equal(y, x);
        }
    }
}
