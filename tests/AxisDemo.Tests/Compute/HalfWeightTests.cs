using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

/// <summary>Sixteen-bit floats multiplied as they lie in the file have the bits of the widened row's product.</summary>
public unsafe class HalfWeightTests
{
    [Fact]
    public void Every_half_and_every_bfloat16_widens_to_its_value()
    {
        var stored = stackalloc ushort[8];
        for (var first = 0; first < 0x1_0000; first += 8)
        {
            for (var i = 0; i < 8; i++) stored[i] = (ushort)(first + i);
            var (half, upper) = (Float16Format.Widen(stored), BFloat16Format.Widen(stored));
            for (var i = 0; i < 8; i++)
            {
                var expected = (float)BitConverter.UInt16BitsToHalf(stored[i]);
                // A NaN stays one; which one does not matter.
                if (float.IsNaN(expected)) Assert.True(float.IsNaN(half[i]));
                else Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(half[i]));
                Assert.Equal((uint)stored[i] << 16, BitConverter.SingleToUInt32Bits(upper[i]));
                Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(Float16Format.Widen(stored[i])));
            }
        }
    }

    [Theory]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    public void A_product_has_the_bits_of_the_widened_one(TensorType type)
    {
        using var data = new KernelData(7);
        foreach (var inputs in new[] { 1, 7, 8, 15, 16, 17, 31, 32, 33, 100 })
        {
            var matrix = data.Matrix(type, 5, inputs);
            using var widened = new FloatWeight(matrix, default);
            using CpuWeight own = type == TensorType.F16 ? new HalfWeight<Float16Format>(matrix, default) : new HalfWeight<BFloat16Format>(matrix, default);
            for (var rows = 1; rows <= 9; rows++)
                fixed (float* x = data.Floats(rows * inputs + 8))
                    Assert.Equal(Multiply(widened, x, rows), Multiply(own, x, rows));
        }
    }

    private static float[] Multiply(CpuWeight weight, float* x, int rows)
    {
        var y = new float[rows * weight.Outputs];
        fixed (float* to = y, scratch = new float[weight.Inputs + 8]) weight.Multiply(new MatMulInput(x, rows, null), 0, weight.Outputs, to, scratch);
        return y;
    }
}
