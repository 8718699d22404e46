using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AxisDemo.Compute;

/// <summary>
/// The rows of a step in int8: per block of 32 values a scale (largest magnitude / 127), the rounded quotients in -127..127,
/// scale times their sum (what a weight's minimum is multiplied with), and the sums of each 16 codes (for weights with scales of 16
/// inputs, and for codes that are offset). A row's form depends on that row alone.
/// </summary>
internal sealed unsafe class Int8Rows : IDisposable
{
    public const int Block = 32;
    private readonly NativeBlock codes = new();
    private readonly NativeBlock scales = new();
    private readonly NativeBlock halfSums = new();

    /// <summary>Values of a row.</summary>
    public int Width { get; private set; }

    public int Blocks => Width / Block;

    /// <summary>Codes of a row, [Width].</summary>
    public sbyte* Codes(int row) => (sbyte*)codes.Data + (long)row * Width;

    /// <summary>Scales of a row, [Blocks].</summary>
    public float* Scales(int row) => scales.Floats + 2L * row * Blocks;

    /// <summary>Scale times sum of codes, [Blocks].</summary>
    public float* Sums(int row) => Scales(row) + Blocks;

    /// <summary>Sums of codes of each 16, [2 * Blocks].</summary>
    public int* HalfSums(int row) => (int*)halfSums.Data + 2L * row * Blocks;

    /// <summary>Makes room; the content is undefined.</summary>
    public void Resize(int rows, int width)
    {
        Width = width;
        codes.Ensure((long)rows * width);
        scales.Ensure(2L * rows * Blocks * sizeof(float));
        halfSums.Ensure(2L * rows * Blocks * sizeof(int));
    }

    /// <summary>Fills one row from float32.</summary>
    public void Quantize(int row, float* x)
    {
        var q = Codes(row);
        float* scale = Scales(row), sum = Sums(row);
        var half = HalfSums(row);
        for (var b = 0; b < Blocks; b++, x += Block, q += Block, half += 2)
        {
            Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8), x2 = Vector256.Load(x + 16), x3 = Vector256.Load(x + 24);
            var m = Vector256.Max(Vector256.Max(Vector256.Abs(x0), Vector256.Abs(x1)), Vector256.Max(Vector256.Abs(x2), Vector256.Abs(x3)));
            var four = Vector128.Max(m.GetLower(), m.GetUpper());
            four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
            var max = MathF.Max(four[0], four[1]);

            // Below this the reciprocal would overflow; such a block is zero beside everything else.
            var tiny = max < 1e-30f;
            var factor = Vector256.Create(tiny ? 0 : 127 / max);
            Vector256<int> i0 = Round(x0 * factor), i1 = Round(x1 * factor), i2 = Round(x2 * factor), i3 = Round(x3 * factor);
            Vector256.Narrow(Vector256.Narrow(i0, i1), Vector256.Narrow(i2, i3)).Store(q);
            scale[b] = tiny ? 0 : max / 127;
            half[0] = Vector256.Sum(i0 + i1);
            half[1] = Vector256.Sum(i2 + i3);
            sum[b] = scale[b] * (half[0] + half[1]);
        }
    }

    public void Dispose()
    {
        codes.Dispose();
        scales.Dispose();
        halfSums.Dispose();
    }

    // To nearest, ties to even: what the conversion instruction does, spelt so that it holds everywhere.
    private static Vector256<int> Round(Vector256<float> x) =>
        Avx.IsSupported ? Avx.ConvertToVector256Int32(x) : Vector256.ConvertToInt32Native(Vector256.Round(x));
}
