using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>Q8_0. A block of eight outputs is 272 bytes: eight vectors of codes (vector i: inputs 4i .. 4i+3 of the block), eight scales.</summary>
internal sealed unsafe class Q8Weight(TensorView source, ReadOnlySpan<int> rowOrder, Int8Form form) : Int8Weight(source, rowOrder, form, BlockBytes)
{
    public const int BlockBytes = 256 + 16;
    private const int Vectors = 8;

    protected override void RepackRow(ReadOnlySpan<byte> row, byte* group, int lane)
    {
        var bytes = Quants.BlockBytes(TensorType.Q8_0);
        for (; row.Length > 0; row = row[bytes..], group += BlockBytes)
        {
            ((Half*)(group + 256))[lane] = BinaryPrimitives.ReadHalfLittleEndian(row);
            for (var i = 0; i < Vectors; i++) row.Slice(2 + 4 * i, 4).CopyTo(new Span<byte>(group + 32 * i + 4 * lane, 4));
        }
    }

    protected override void Multiply(byte* group, Int8Rows x, int row, int rows, float* y, int stride)
    {
        if (Form == Int8Form.Avx2)
        {
            var i = 0;
            for (; i + 2 <= rows; i += 2) Two(group, x, row + i, y + (long)i * stride, stride);
            if (i < rows) One(group, x, row + i, y + (long)i * stride);
            return;
        }

        for (var i = 0; i < rows; i++)
            if (Form == Int8Form.Vector128) Portable(group, x, row + i, y + (long)i * stride);
            else Reference(group, x, row + i, y + (long)i * stride);
    }

    private void One(byte* w, Int8Rows x, int row, float* y)
    {
        var q = x.Codes(row);
        var d = x.Scales(row);
        var y0 = Vector256<float>.Zero;
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q += Int8Rows.Block)
        {
            var dot = Vector256<int>.Zero;
            for (var i = 0; i < Vectors; i++)
            {
                var codes = Vector256.Load((sbyte*)w + 32 * i);
                dot = Dot(dot, Avx2.Abs(codes), codes, q + 4 * i);
            }

            y0 = Int8Avx2.Add(y0, dot, Int8Avx2.Halves(w + 256), d[b]);
        }

        y0.Store(y);
    }

    private void Two(byte* w, Int8Rows x, int row, float* y, int stride)
    {
        sbyte* q0 = x.Codes(row), q1 = x.Codes(row + 1);
        float* d0 = x.Scales(row), d1 = x.Scales(row + 1);
        Vector256<float> y0 = default, y1 = default;
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q0 += Int8Rows.Block, q1 += Int8Rows.Block)
        {
            Vector256<int> dot0 = default, dot1 = default;
            for (var i = 0; i < Vectors; i++)
            {
                var codes = Vector256.Load((sbyte*)w + 32 * i);
                var size = Avx2.Abs(codes);
                dot0 = Dot(dot0, size, codes, q0 + 4 * i);
                dot1 = Dot(dot1, size, codes, q1 + 4 * i);
            }

            var scale = Int8Avx2.Halves(w + 256);
            y0 = Int8Avx2.Add(y0, dot0, scale, d0[b]);
            y1 = Int8Avx2.Add(y1, dot1, scale, d1[b]);
        }

        y0.Store(y);
        y1.Store(y + stride);
    }

    // The instruction multiplies unsigned with signed bytes: |w| with x carrying w's sign. Two products are at most 128 * 127 * 2 = 32512 and fit 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Dot(Vector256<int> sum, Vector256<byte> size, Vector256<sbyte> codes, sbyte* q)
    {
        var signed = Avx2.Sign(Int8Avx2.Broadcast(q), codes);
        return AvxVnni.IsSupported ? AvxVnni.MultiplyWideningAndAdd(sum, size, signed)
            : sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(size, signed), Vector256<short>.One);
    }

    private void Portable(byte* w, Int8Rows x, int row, float* y)
    {
        var q = x.Codes(row);
        var d = x.Scales(row);
        Vector128<float> low = default, high = default;
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q += Int8Rows.Block)
        {
            Int8Portable.Sum lowDot = default, highDot = default;
            for (var i = 0; i < Vectors; i++)
            {
                var x0 = Int8Portable.Broadcast(q + 4 * i);
                lowDot.Add(Vector128.Load((sbyte*)w + 32 * i), x0);
                highDot.Add(Vector128.Load((sbyte*)w + 32 * i + 16), x0);
            }

            low = Int8Portable.Add(low, lowDot.Lanes(), (Half*)(w + 256), d[b]);
            high = Int8Portable.Add(high, highDot.Lanes(), (Half*)(w + 264), d[b]);
        }

        low.Store(y);
        high.Store(y + 4);
    }

    private void Reference(byte* w, Int8Rows x, int row, float* y)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            var sum = 0f;
            for (var b = 0; b < Blocks; b++)
            {
                var block = w + b * BlockBytes;
                var q = x.Codes(row) + b * Int8Rows.Block;
                var dot = 0;
                for (var k = 0; k < Int8Rows.Block; k++) dot += ((sbyte*)block)[32 * (k / 4) + 4 * lane + k % 4] * q[k];
                sum = MathF.FusedMultiplyAdd(dot, (float)((Half*)(block + 256))[lane] * x.Scales(row)[b], sum);
            }

            y[lane] = sum;
        }
    }
}
