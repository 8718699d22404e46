using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

public class Int8WeightTests
{
    public static TheoryData<TensorType> Types() =>
    [
        TensorType.Q4_0, TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1, TensorType.Q8_0,
        TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K,
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_form_of_the_product_has_the_bits_of_the_scalar_reference(TensorType type)
    {
        using var data = new KernelData(1);
        foreach (var inputs in Quants.BlockElements(type) == 32 ? new[] { 32, 64, 96, 288 } : [256, 512, 768])
            foreach (var outputs in new[] { 1, 7, 8, 9, 15, 16, 17, 43 })
            {
                var matrix = data.Matrix(type, outputs, inputs);
                var x = data.Floats(9 * inputs, 4);
                for (var rows = 1; rows <= 9; rows++)
                {
                    var expected = Multiply(data, Int8Form.Scalar, matrix, x[..(rows * inputs)], rows);
                    Assert.Contains(expected, v => v != 0);
                    Assert.Equal(expected, Multiply(data, Int8Form.Vector128, matrix, x[..(rows * inputs)], rows));
                    if (Int8Weight.Best == Int8Form.Avx2) Assert.Equal(expected, Multiply(data, Int8Form.Avx2, matrix, x[..(rows * inputs)], rows));
                }
            }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public unsafe void Codes_at_their_ends_do_not_saturate(TensorType type)
    {
        // All codes largest (and for Q8_0 also most negative), all activations at +-127: the largest sums there are.
        const int Inputs = 512, Outputs = 8;
        using var data = new KernelData(2);
        foreach (var code in new byte[] { 0xFF, 0x00, 0x80, 0x7F })
            foreach (var sign in new[] { 1f, -1f })
            {
                var matrix = data.Matrix(type, Outputs, Inputs);
                var bytes = new Span<byte>((void*)matrix.Data, (int)matrix.Bytes);
                // Codes, fifth bits and the small scales of super-blocks: all but the halves.
                for (var at = 0; at < bytes.Length; at += Quants.BlockBytes(type))
                    for (var i = 0; i < Quants.BlockBytes(type); i++)
                        if (!KernelData.HalfFields(type).Any(f => i - f is 0 or 1)) bytes[at + i] = code;
                var weights = KernelData.Dequantize(matrix);
                var x = Enumerable.Repeat(sign * 2, Inputs).ToArray();
                foreach (var form in Forms())
                {
                    var y = Multiply(data, form, matrix, x, 1);
                    for (var o = 0; o < Outputs; o++)
                    {
                        var exact = sign * 2.0 * weights.Skip(o * Inputs).Take(Inputs).Sum(w => (double)w);
                        // Two roundings a block, of sums of at most 32 terms; before minima cancel, a term is at most d 63 * 63 * 2, d < 0.01.
                        Assert.InRange(Math.Abs(y[o] - exact), 0, 2 * (Inputs / 32) * Math.Pow(2, -24) * Inputs * (type < TensorType.Q2_K ? 0.01 * 255 : 0.01 * 63 * 63) * 2);
                    }
                }
            }
    }

    [Fact]
    public unsafe void Activations_become_the_nearest_of_255_steps_and_tiny_or_empty_blocks_zero()
    {
        using var data = new KernelData(3);
        const int Width = 160;
        var x = data.Floats(Width, 7);
        x.AsSpan(32, 32).Clear();
        for (var i = 64; i < 96; i++) x[i] *= 1e-38f;
        for (var i = 96; i < 128; i++) x[i] *= 1e-20f;
        using var rows = new Int8Rows();
        rows.Resize(3, Width);
        fixed (float* p = x) rows.Quantize(2, p);
        for (var b = 0; b < Width / 32; b++)
        {
            var max = x.Skip(32 * b).Take(32).Max(MathF.Abs);
            var scale = max < 1e-30f ? 0 : max / 127;
            var sum = 0;
            for (var i = 32 * b; i < 32 * b + 32; i++)
            {
                var code = rows.Codes(2)[i];
                Assert.InRange(code, -127, 127);
                Assert.InRange(Math.Abs(x[i] - (double)code * rows.Scales(2)[b]), 0, scale == 0 ? max : scale * 0.50001);
                sum += code;
            }

            Assert.Equal(scale, rows.Scales(2)[b]);
            Assert.Equal(scale * sum, rows.Sums(2)[b]);
        }
    }

    private static IEnumerable<Int8Form> Forms() => Enum.GetValues<Int8Form>().Where(f => f != Int8Form.Avx2 || Int8Weight.Best == Int8Form.Avx2);

    private static float[] Multiply(KernelData data, Int8Form form, TensorView matrix, float[] x, int rows)
    {
        using var ops = new CpuOps(new CpuOptions { Threads = 1, Form = form });
        IBuffer from = ops.Buffer(matrix.Columns), to = ops.Buffer((int)matrix.Rows);
        ops.Begin(KernelData.Rows(rows), 0);
        data.Fill(ops, from, x);
        ops.MatMul(from, new MatMulOutput(ops.Matrix(matrix), null, to));
        ops.End();
        return KernelData.Read(ops, to, rows);
    }
}
