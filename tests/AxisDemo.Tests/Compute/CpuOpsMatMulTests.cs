using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

public class CpuOpsMatMulTests
{
    public static TheoryData<KernelPath, TensorType> PathsAndTypes()
    {
        var data = new TheoryData<KernelPath, TensorType>();
        foreach (var path in Enum.GetValues<KernelPath>())
            foreach (var type in new[] { TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1, TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K, TensorType.IQ4_NL })
                data.Add(path, type);
        return data;
    }

    [Theory]
    [MemberData(nameof(PathsAndTypes))]
    public void A_product_lies_within_the_derived_bound_of_the_exact_one(KernelPath path, TensorType type)
    {
        using var data = new KernelData(1);
        const int Inputs = 512, Rows = 5;
        foreach (var outputs in new[] { 1, 7, 8, 9, 37 })
        {
            var matrix = data.Matrix(type, outputs, Inputs);
            var x = data.Floats(Rows * Inputs, 3);
            var weights = KernelData.Dequantize(matrix);
            var y = Multiply(data, path, 2, matrix, x, Rows, out var bias);
            for (var r = 0; r < Rows; r++)
                for (var o = 0; o < outputs; o++)
                {
                    double exact = 0, magnitude = 0, rounding = 0;
                    for (var b = 0; b < Inputs; b += 32)
                    {
                        double weightSum = 0, largest = 0;
                        for (var k = b; k < b + 32; k++)
                        {
                            double term = (double)x[r * Inputs + k] * weights[o * Inputs + k];
                            exact += term;
                            magnitude += Math.Abs(term);
                            weightSum += Math.Abs(weights[o * Inputs + k]);
                            largest = Math.Max(largest, Math.Abs(x[r * Inputs + k]));
                        }

                        // int8 activations: each is off by at most half a step of largest / 127.
                        rounding += weightSum * largest / 254;
                    }

                    // Sums of n terms in float32: 2 n u sum|ab|. Offsets of codes (minima) cancel, so the terms before the
                    // cancellation count: at most (15 + 16) / 1 times as large for these codes.
                    var bound = 2.0 * Inputs * Math.Pow(2, -24) * (magnitude + Math.Abs(bias[o])) * 31 + (IsInt8(path, type) ? rounding * 1.0001 : 0);
                    Assert.InRange(Math.Abs(y[r * outputs + o] - exact - bias[o]), 0, bound);
                }
        }
    }

    [Theory]
    [MemberData(nameof(PathsAndTypes))]
    public void A_row_alone_and_in_a_batch_on_any_number_of_threads_has_the_same_bits(KernelPath path, TensorType type)
    {
        using var data = new KernelData(2);
        const int Inputs = 256, Outputs = 43, Rows = 9;
        var matrix = data.Matrix(type, Outputs, Inputs);
        var x = data.Floats(Rows * Inputs);
        var expected = new float[Rows * Outputs];
        for (var r = 0; r < Rows; r++)
            Multiply(data, path, 1, matrix, x[(r * Inputs)..((r + 1) * Inputs)], 1, out _).CopyTo(expected, r * Outputs);
        for (var rows = 1; rows <= Rows; rows++)
            foreach (var threads in new[] { 1, 2, 3 })
                Assert.Equal(expected[..(rows * Outputs)], Multiply(data, path, threads, matrix, x[..(rows * Inputs)], rows, out _));
    }

    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void Output_rows_follow_the_given_order(KernelPath path)
    {
        using var data = new KernelData(3);
        foreach (var type in new[] { TensorType.F32, TensorType.Q4_1, TensorType.Q8_0 })
        {
            var matrix = data.Matrix(type, 16, 64);
            int[] order = [3, 1, 15, 0, 2, 2, 9, 8, 7];
            using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
            IBuffer x = ops.Buffer(64), plain = ops.Buffer(16), ordered = ops.Buffer(order.Length);
            var values = data.Floats(64);
            ops.Begin(KernelData.Rows(1), 0);
            data.Fill(ops, x, values);
            ops.MatMul(x, new MatMulOutput(ops.Matrix(matrix), null, plain), new MatMulOutput(ops.Matrix(matrix, order), null, ordered));
            ops.End();
            for (var i = 0; i < order.Length; i++) Assert.Equal(ops.Read(plain, 0)[order[i]], ops.Read(ordered, 0)[i]);
        }
    }

    [Theory]
    [MemberData(nameof(PathsAndTypes))]
    public void Embedding_gives_the_dequantised_row_times_the_scale(KernelPath path, TensorType type)
    {
        using var data = new KernelData(4);
        var matrix = data.Matrix(type, 11, 256);
        var weights = KernelData.Dequantize(matrix);
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        var y = ops.Buffer(256);
        ops.Begin(KernelData.Rows(11), 0);
        ops.Embed(ops.Matrix(matrix), 2, y);
        ops.End();
        for (var r = 0; r < 11; r++)
            for (var c = 0; c < 256; c++) Assert.Equal(weights[r * 256 + c] * 2, ops.Read(y, r)[c]);
    }

    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void The_head_caps_its_logits_softly(KernelPath path)
    {
        using var data = new KernelData(5);
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        var matrix = ops.Matrix(data.Matrix(TensorType.F32, 50, 64));
        IBuffer x = ops.Buffer(64), plain = ops.Buffer(50), capped = ops.Buffer(50);
        ops.Begin(KernelData.Rows(3), 0);
        data.Fill(ops, x, data.Floats(3 * 64, 2));
        ops.Head(x, 2, matrix, 0, plain);
        ops.Head(x, 2, matrix, 3, capped);
        ops.End();
        for (var r = 0; r < 2; r++)
            for (var o = 0; o < 50; o++) Assert.Equal(3 * Math.Tanh(ops.Read(plain, r)[o] / 3.0), ops.Read(capped, r)[o], 1e-6);
        Assert.Throws<ArgumentOutOfRangeException>(() => ops.Read(capped, 2).Length);
    }

    [Fact]
    public void A_width_that_is_no_whole_block_is_refused_by_name()
    {
        using var data = new KernelData(6);
        using var ops = new CpuOps();
        var matrix = data.Matrix(TensorType.Q4_1, 4, 64);
        var wrong = matrix with { Shape = [4, 48] };
        var thrown = Assert.Throws<InputException>(() => ops.Matrix(wrong));
        Assert.Contains("test.weight", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => ops.Matrix(matrix with { Shape = [256] }));
        Assert.Throws<InputException>(() => ops.Matrix(matrix with { Type = TensorType.I32 }));
    }

    private static bool IsInt8(KernelPath path, TensorType type) =>
        path == KernelPath.Vector && type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.IQ4_NL);

    private static float[] Multiply(KernelData data, KernelPath path, int threads, TensorView matrix, float[] x, int rows, out float[] bias)
    {
        using var ops = new CpuOps(new CpuOptions { Threads = threads, Kernels = path });
        var outputs = (int)matrix.Rows;
        bias = Enumerable.Range(0, outputs).Select(i => i * 0.125f).ToArray();
        IBuffer from = ops.Buffer(matrix.Columns), to = ops.Buffer(outputs);
        ops.Begin(KernelData.Rows(rows), 0);
        data.Fill(ops, from, x);
        ops.MatMul(from, new MatMulOutput(ops.Matrix(matrix), ops.Vector(bias), to));
        ops.End();
        return KernelData.Read(ops, to, rows);
    }
}
