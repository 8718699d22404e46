using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>
/// A quantised matrix whose codes are planes of bits: Q5_0, Q5_1 and the super-blocks ("K quants"). In memory it has about the
/// file's size. Scales are products of the stored half and the stored integer, as in the file's own definition: exact in float32.
/// </summary>
/// <remarks>
/// Per output and block, in every form and tile: dots exact in int32 (less Offset times the sum of the activations' codes), then
/// y = fma(dot, scale * d, y), with a minimum y = fma(min, d * sum, y); where 16 inputs have a scale of their own, first half, then second.
/// </remarks>
internal sealed unsafe class PackedWeight<TFormat>(TensorView source, ReadOnlySpan<int> rowOrder, Int8Form form)
    : Int8Weight(source, rowOrder, form, TFormat.BlockBytes, TFormat.HeaderBytes, TFormat.BlocksPerHeader)
    where TFormat : struct, IPackedFormat
{
    private static int HeaderAndBlocks => TFormat.HeaderBytes + TFormat.BlocksPerHeader * TFormat.BlockBytes;

    protected override void RepackRow(ReadOnlySpan<byte> row, byte* group, int lane)
    {
        var bytes = Quants.BlockBytes(Source.Type);
        for (; row.Length > 0; row = row[bytes..], group += HeaderAndBlocks) TFormat.Pack(row[..bytes], group, lane);
    }

    protected override void Multiply(byte* group, Int8Rows x, int row, int rows, float* y, int stride)
    {
        switch (Form)
        {
            case Int8Form.Avx2: Rows<Avx2Dot>(group, x, row, rows, y, stride); break;
            case Int8Form.Vector128: Rows<PortableDot>(group, x, row, rows, y, stride); break;
            default:
                for (var i = 0; i < rows; i++) Reference(group, x, row + i, y + (long)i * stride);
                break;
        }
    }

    private void Rows<TDot>(byte* group, Int8Rows x, int row, int rows, float* y, int stride) where TDot : struct, IPackedDot
    {
        switch (rows)
        {
            case 4: Rows<TDot, FourRows>(group, x, row, y, stride); break;
            case 3: Rows<TDot, ThreeRows>(group, x, row, y, stride); break;
            case 2: Rows<TDot, TwoRows>(group, x, row, y, stride); break;
            default: Rows<TDot, OneRow>(group, x, row, y, stride); break;
        }
    }

    // The codes of a block are unpacked once for all rows of the tile.
    private void Rows<TDot, TRows>(byte* w, Int8Rows x, int row, float* y, int stride)
        where TDot : struct, IPackedDot
        where TRows : struct, ITileRows
    {
        var q = x.Codes(row);
        float* d = x.Scales(row), s = x.Sums(row);
        var h = x.HalfSums(row);
        nint width = x.Width, next = 2 * Blocks;
        Vector256<float> y0 = default, y1 = default, y2 = default, y3 = default, scale1 = default, min0 = default, min1 = default;
        for (var b = 0; b < Blocks; b += TFormat.BlocksPerHeader)
        {
            var header = w;
            w += TFormat.HeaderBytes;
            for (var j = 0; j < TFormat.BlocksPerHeader; j++, w += TFormat.BlockBytes, q += Int8Rows.Block, d++, s++, h += 2)
            {
                Vector256<byte> c0 = TFormat.Codes(w, 0), c1 = TFormat.Codes(w, 1), c2 = TFormat.Codes(w, 2), c3 = TFormat.Codes(w, 3);
                Vector256<byte> c4 = TFormat.Codes(w, 4), c5 = TFormat.Codes(w, 5), c6 = TFormat.Codes(w, 6), c7 = TFormat.Codes(w, 7);
                var scale0 = TFormat.Scales(header, j, 0);
                if (TFormat.Halves) scale1 = TFormat.Scales(header, j, 1);
                if (TFormat.HasMin) min0 = TFormat.Mins(header, j, 0);
                if (TFormat.HasMin && TFormat.Halves) min1 = TFormat.Mins(header, j, 1);
                y0 = Add<TDot>(y0, c0, c1, c2, c3, c4, c5, c6, c7, scale0, scale1, min0, min1, q, d[0], s[0], h);
                if (TRows.Count > 1) y1 = Add<TDot>(y1, c0, c1, c2, c3, c4, c5, c6, c7, scale0, scale1, min0, min1, q + width, d[next], s[next], h + next);
                if (TRows.Count > 2) y2 = Add<TDot>(y2, c0, c1, c2, c3, c4, c5, c6, c7, scale0, scale1, min0, min1, q + 2 * width, d[2 * next], s[2 * next], h + 2 * next);
                if (TRows.Count > 3) y3 = Add<TDot>(y3, c0, c1, c2, c3, c4, c5, c6, c7, scale0, scale1, min0, min1, q + 3 * width, d[3 * next], s[3 * next], h + 3 * next);
            }
        }

        y0.Store(y);
        if (TRows.Count > 1) y1.Store(y + stride);
        if (TRows.Count > 2) y2.Store(y + 2L * stride);
        if (TRows.Count > 3) y3.Store(y + 3L * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add<TDot>(
        Vector256<float> y, Vector256<byte> c0, Vector256<byte> c1, Vector256<byte> c2, Vector256<byte> c3,
        Vector256<byte> c4, Vector256<byte> c5, Vector256<byte> c6, Vector256<byte> c7,
        Vector256<float> scale0, Vector256<float> scale1, Vector256<float> min0, Vector256<float> min1, sbyte* q, float d, float sum, int* halfSums)
        where TDot : struct, IPackedDot
    {
        if (!TFormat.Halves)
        {
            // The offset is taken off first: the same whole number, and one addition less in the chain.
            var dot = TFormat.Offset == 0 ? Vector256<int>.Zero : Vector256.Create(-TFormat.Offset * (halfSums[0] + halfSums[1]));
            dot = TDot.Sixteen(dot, c0, c1, c2, c3, q, TFormat.Largest);
            dot = TDot.Sixteen(dot, c4, c5, c6, c7, q + 16, TFormat.Largest);
            y = Fused(dot, scale0, d, y);
            return TFormat.HasMin ? Vector256.FusedMultiplyAdd(min0, Vector256.Create(sum), y) : y;
        }

        Vector256<int> first = default, second = default;
        if (TFormat.Offset != 0) (first, second) = (Vector256.Create(-TFormat.Offset * halfSums[0]), Vector256.Create(-TFormat.Offset * halfSums[1]));
        first = TDot.Sixteen(first, c0, c1, c2, c3, q, TFormat.Largest);
        second = TDot.Sixteen(second, c4, c5, c6, c7, q + 16, TFormat.Largest);
        y = Fused(first, scale0, d, y);
        if (TFormat.HasMin) y = Vector256.FusedMultiplyAdd(min0, Vector256.Create(d * halfSums[0]), y);
        y = Fused(second, scale1, d, y);
        return TFormat.HasMin ? Vector256.FusedMultiplyAdd(min1, Vector256.Create(d * halfSums[1]), y) : y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Fused(Vector256<int> dot, Vector256<float> scale, float d, Vector256<float> y) =>
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dot), scale * Vector256.Create(d), y);

    private void Reference(byte* group, Int8Rows x, int row, float* y)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            var sum = 0f;
            for (var b = 0; b < Blocks; b++)
            {
                var header = group + (long)(b / TFormat.BlocksPerHeader) * HeaderAndBlocks;
                var j = b % TFormat.BlocksPerHeader;
                var block = header + TFormat.HeaderBytes + j * TFormat.BlockBytes;
                var parts = TFormat.Halves ? 2 : 1;
                for (var part = 0; part < parts; part++)
                {
                    var length = Int8Rows.Block / parts;
                    int dot = 0, codes = 0;
                    for (var k = part * length; k < (part + 1) * length; k++)
                    {
                        int q = x.Codes(row)[b * Int8Rows.Block + k];
                        dot += (TFormat.Code(block, lane, k) - TFormat.Offset) * q;
                        codes += q;
                    }

                    var d = x.Scales(row)[b];
                    sum = MathF.FusedMultiplyAdd(dot, TFormat.Scale(header, j, part, lane) * d, sum);
                    if (TFormat.HasMin) sum = MathF.FusedMultiplyAdd(TFormat.Min(header, j, part, lane), d * codes, sum);
                }
            }

            y[lane] = sum;
        }
    }
}
