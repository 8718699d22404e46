using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

public class CpuOpsRowsTests
{
    private const double Unit = 1.0 / (1 << 24);

    public static TheoryData<KernelPath, int, int> PathsWidthsAndRows()
    {
        var data = new TheoryData<KernelPath, int, int>();
        foreach (var path in Enum.GetValues<KernelPath>())
            foreach (var width in new[] { 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 576 })
                foreach (var rows in new[] { 1, 5, 70 })
                    data.Add(path, width, rows);
        return data;
    }

    [Theory]
    [MemberData(nameof(PathsWidthsAndRows))]
    public void The_norm_divides_by_the_root_mean_square(KernelPath path, int width, int rows)
    {
        using var data = new KernelData(1);
        float[] x = data.Floats(rows * width, 5), gain = data.Floats(width, 2);
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        IBuffer from = ops.Buffer(width), to = ops.Buffer(width), plain = ops.Buffer(width);
        ops.Begin(KernelData.Rows(rows), 0);
        data.Fill(ops, from, x);
        ops.RmsNorm(from, ops.Vector(gain), 1e-5f, to);
        ops.RmsNorm(from, null, 1e-5f, plain);
        ops.End();
        for (var r = 0; r < rows; r++)
        {
            var squares = 0.0;
            for (var c = 0; c < width; c++) squares += (double)x[r * width + c] * x[r * width + c];
            var root = Math.Sqrt(squares / width + 1e-5f);
            for (var c = 0; c < width; c++)
            {
                // The sum of n squares is off by a factor of at most 1 + n u (under a root: half), then a few roundings.
                var exact = x[r * width + c] / root;
                var bound = (width / 2.0 + 6) * Unit * Math.Abs(exact);
                Assert.InRange(Math.Abs(ops.Read(plain, r)[c] - exact), 0, bound);
                Assert.InRange(Math.Abs(ops.Read(to, r)[c] - exact * gain[c]), 0, bound * Math.Abs(gain[c]) * 1.01);
            }
        }
    }

    [Theory]
    [MemberData(nameof(PathsWidthsAndRows))]
    public void A_norm_beyond_float32_is_right_and_one_that_is_not_finite_is_NaN(KernelPath path, int width, int rows)
    {
        using var data = new KernelData(4);
        var x = data.Floats(rows * width, 5);
        var scales = new[] { 1e20f, 3e37f, float.PositiveInfinity, float.NaN };
        for (var r = 0; r < rows; r++)
            if (float.IsFinite(scales[r % 4])) for (var c = 0; c < width; c++) x[r * width + c] *= scales[r % 4];
            else x[r * width + width / 2] = scales[r % 4];
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        IBuffer from = ops.Buffer(width), to = ops.Buffer(width);
        ops.Begin(KernelData.Rows(rows), 0);
        data.Fill(ops, from, x);
        ops.RmsNorm(from, null, 1e-5f, to);
        ops.End();
        for (var r = 0; r < rows; r++)
        {
            var root = Math.Sqrt(Enumerable.Range(r * width, width).Sum(i => (double)x[i] * x[i]) / width + 1e-5f);
            for (var c = 0; c < width; c++)
                if (!float.IsFinite(scales[r % 4])) Assert.True(float.IsNaN(ops.Read(to, r)[c]));
                // A factor of 1e-37 keeps all bits, one of 1e-38 would lose some: three roundings.
                else Assert.InRange(Math.Abs(ops.Read(to, r)[c] - x[r * width + c] / root), 0, 4 * Unit * Math.Abs(x[r * width + c] / root));
        }
    }

    [Theory]
    [MemberData(nameof(PathsWidthsAndRows))]
    public void A_gate_is_the_activation_times_the_other_half(KernelPath path, int width, int rows)
    {
        using var data = new KernelData(2);
        float[] gate = data.Floats(rows * width, 12), up = data.Floats(rows * width, 2);
        gate[0] = width > 1 ? -100 : 100;
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        IBuffer g = ops.Buffer(width), u = ops.Buffer(width), silu = ops.Buffer(width);
        ops.Begin(KernelData.Rows(rows), 0);
        data.Fill(ops, g, gate);
        data.Fill(ops, u, up);
        ops.Gate(g, u, Activation.Silu, silu);
        ops.Gate(g, u, Activation.GeluTanh, g);
        ops.End();
        for (var i = 0; i < gate.Length; i++)
        {
            double x = gate[i];
            var exactSilu = x / (1 + Math.Exp(-x)) * up[i];
            var exactGelu = 0.5 * x * (1 + Math.Tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))) * up[i];
            // exp and tanh are good to a few units in the last place; the exponent's own rounding counts |x| times.
            Assert.InRange(Math.Abs(ops.Read(silu, i / width)[i % width] - exactSilu), 0, (8 + Math.Abs(x)) * 2 * Unit * Math.Abs(exactSilu) + 1e-30);
            // Near -1 the tanh cancels: the bound is absolute in |x up|.
            Assert.InRange(Math.Abs(ops.Read(g, i / width)[i % width] - exactGelu), 0, 12 * Unit * Math.Abs(x * up[i]) + 1e-30);
        }
    }

    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void A_rotation_turns_pairs_by_the_angle_of_the_position_and_spares_the_rest(KernelPath path)
    {
        using var data = new KernelData(3);
        foreach (var (head, pairs) in new[] { (2, 1), (16, 8), (20, 6), (64, 32), (34, 17) })
        {
            const int Heads = 3, Rows = 40, Start = 300;
            var x = data.Floats(Rows * Heads * head);
            var inverse = Enumerable.Range(0, pairs).Select(c => (float)Math.Pow(10000, -c / (double)pairs)).ToArray();
            using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
            var b = ops.Buffer(Heads * head);
            var rows = KernelData.Rows(Rows, Start);
            ops.Begin(rows, 0);
            data.Fill(ops, b, x);
            ops.Rope(b, Heads, new RopeFrequencies(inverse));
            ops.End();
            for (var i = 0; i < x.Length; i++)
            {
                var c = i % head;
                var exact = (double)x[i];
                if (c < 2 * pairs)
                {
                    var angle = (Start + i / (Heads * head)) * inverse[c % pairs];
                    var (cos, sin) = (Math.Cos(angle), Math.Sin(angle));
                    exact = c < pairs ? x[i] * cos - x[i + pairs] * sin : x[i] * cos + x[i - pairs] * sin;
                }

                Assert.InRange(Math.Abs(ops.Read(b, i / (Heads * head))[i % (Heads * head)] - exact), 0, c < 2 * pairs ? 6 * Unit : 0);
            }
        }
    }

    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void Heads_are_normed_by_themselves(KernelPath path)
    {
        using var data = new KernelData(4);
        float[] x = data.Floats(4 * 48), gain = data.Floats(16);
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        IBuffer whole = ops.Buffer(48), single = ops.Buffer(16);
        ops.Begin(KernelData.Rows(12), 0);
        data.Fill(ops, single, x);
        ops.RmsNorm(single, ops.Vector(gain), 1e-6f, single);
        var expected = KernelData.Read(ops, single, 12);
        ops.Begin(KernelData.Rows(4), 0);
        data.Fill(ops, whole, x);
        ops.RmsNormHeads(whole, 3, ops.Vector(gain), 1e-6f);
        Assert.Equal(expected, KernelData.Read(ops, whole, 4));
    }

    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void Sums_and_gathers_are_exact(KernelPath path)
    {
        using var data = new KernelData(5);
        float[] x = data.Floats(6 * 19), y = data.Floats(6 * 19);
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        IBuffer a = ops.Buffer(19), b = ops.Buffer(19), some = ops.Buffer(19);
        ops.Begin(KernelData.Rows(6), 0);
        data.Fill(ops, a, x);
        data.Fill(ops, b, y);
        ops.Add(a, b);
        ops.Gather(a, [5, 0, 3], some);
        ops.End();
        for (var i = 0; i < x.Length; i++) Assert.Equal(x[i] + y[i], ops.Read(a, i / 19)[i % 19]);
        Assert.Equal(ops.Read(a, 5).ToArray(), ops.Read(some, 0).ToArray());
        Assert.Equal(ops.Read(a, 3).ToArray(), ops.Read(some, 2).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => ops.Gather(a, [6], some));
    }
}
