using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>
/// Q4_0 and Q4_1. A block of eight outputs is 160 bytes: four vectors of codes (low nibbles: inputs 4i .. 4i+3 of the block, high
/// nibbles: 16 more), eight scales, eight minima. Q4_0's codes are offset by 8, which is a minimum of -8 times the scale.
/// </summary>
internal sealed unsafe class Q4Weight(TensorView source, ReadOnlySpan<int> rowOrder, Int8Form form) : Int8Weight(source, rowOrder, form, BlockBytes)
{
    public const int BlockBytes = 128 + 16 + 16;
    private const int Vectors = 4;
    private readonly bool stored = source.Type == TensorType.Q4_1;

    protected override void RepackRow(ReadOnlySpan<byte> row, byte* group, int lane)
    {
        var bytes = Quants.BlockBytes(Source.Type);
        for (; row.Length > 0; row = row[bytes..], group += BlockBytes)
        {
            var d = BinaryPrimitives.ReadHalfLittleEndian(row);
            ((Half*)(group + 128))[lane] = d;
            ((Half*)(group + 144))[lane] = stored ? BinaryPrimitives.ReadHalfLittleEndian(row[2..]) : (Half)(-8 * (float)d);
            var codes = row[(stored ? 4 : 2)..bytes];
            for (var i = 0; i < Vectors; i++) codes.Slice(4 * i, 4).CopyTo(new Span<byte>(group + 32 * i + 4 * lane, 4));
        }
    }

    protected override void Multiply(byte* group, Int8Rows x, int row, int rows, float* y, int stride)
    {
        if (Form == Int8Form.Avx2)
        {
            switch (rows)
            {
                case 4: Four(group, x, row, y, stride); return;
                case 3: Three(group, x, row, y, stride); return;
                case 2: Two(group, x, row, y, stride); return;
                default: One(group, x, row, y); return;
            }
        }

        for (var i = 0; i < rows; i++)
            if (Form == Int8Form.Vector128) Portable(group, x, row + i, y + (long)i * stride);
            else Reference(group, x, row + i, y + (long)i * stride);
    }

    private void One(byte* w, Int8Rows x, int row, float* y)
    {
        var q = x.Codes(row);
        float* d = x.Scales(row), s = x.Sums(row);
        var mask = Vector256.Create((byte)15);
        var y0 = Vector256<float>.Zero;
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q += Int8Rows.Block)
        {
            Vector256<byte> v0 = Vector256.Load(w), v1 = Vector256.Load(w + 32), v2 = Vector256.Load(w + 64), v3 = Vector256.Load(w + 96);
            Vector256<byte> l0 = v0 & mask, l1 = v1 & mask, l2 = v2 & mask, l3 = v3 & mask, h0 = High(v0), h1 = High(v1), h2 = High(v2), h3 = High(v3);
            Vector256<float> scale = Int8Avx2.Halves(w + 128), min = Int8Avx2.Halves(w + 144);
            y0 = Int8Avx2.Add(y0, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q), scale, d[b], min, s[b]);
        }

        y0.Store(y);
    }

    private void Two(byte* w, Int8Rows x, int row, float* y, int stride)
    {
        var q = x.Codes(row);
        float* d = x.Scales(row), s = x.Sums(row);
        nint width = x.Width, next = 2 * Blocks;
        var mask = Vector256.Create((byte)15);
        Vector256<float> y0 = default, y1 = default;
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q += Int8Rows.Block, d++, s++)
        {
            Vector256<byte> v0 = Vector256.Load(w), v1 = Vector256.Load(w + 32), v2 = Vector256.Load(w + 64), v3 = Vector256.Load(w + 96);
            Vector256<byte> l0 = v0 & mask, l1 = v1 & mask, l2 = v2 & mask, l3 = v3 & mask, h0 = High(v0), h1 = High(v1), h2 = High(v2), h3 = High(v3);
            Vector256<float> scale = Int8Avx2.Halves(w + 128), min = Int8Avx2.Halves(w + 144);
            y0 = Int8Avx2.Add(y0, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q), scale, d[0], min, s[0]);
            y1 = Int8Avx2.Add(y1, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q + width), scale, d[next], min, s[next]);
        }

        y0.Store(y);
        y1.Store(y + stride);
    }

    private void Three(byte* w, Int8Rows x, int row, float* y, int stride)
    {
        var q = x.Codes(row);
        float* d = x.Scales(row), s = x.Sums(row);
        nint width = x.Width, next = 2 * Blocks;
        var mask = Vector256.Create((byte)15);
        Vector256<float> y0 = default, y1 = default, y2 = default;
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q += Int8Rows.Block, d++, s++)
        {
            Vector256<byte> v0 = Vector256.Load(w), v1 = Vector256.Load(w + 32), v2 = Vector256.Load(w + 64), v3 = Vector256.Load(w + 96);
            Vector256<byte> l0 = v0 & mask, l1 = v1 & mask, l2 = v2 & mask, l3 = v3 & mask, h0 = High(v0), h1 = High(v1), h2 = High(v2), h3 = High(v3);
            Vector256<float> scale = Int8Avx2.Halves(w + 128), min = Int8Avx2.Halves(w + 144);
            y0 = Int8Avx2.Add(y0, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q), scale, d[0], min, s[0]);
            y1 = Int8Avx2.Add(y1, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q + width), scale, d[next], min, s[next]);
            y2 = Int8Avx2.Add(y2, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q + 2 * width), scale, d[2 * next], min, s[2 * next]);
        }

        y0.Store(y);
        y1.Store(y + stride);
        y2.Store(y + 2L * stride);
    }

    private void Four(byte* w, Int8Rows x, int row, float* y, int stride)
    {
        var q = x.Codes(row);
        float* d = x.Scales(row), s = x.Sums(row);
        nint width = x.Width, next = 2 * Blocks;
        var mask = Vector256.Create((byte)15);
        Vector256<float> y0 = default, y1 = default, y2 = default, y3 = default;
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q += Int8Rows.Block, d++, s++)
        {
            Vector256<byte> v0 = Vector256.Load(w), v1 = Vector256.Load(w + 32), v2 = Vector256.Load(w + 64), v3 = Vector256.Load(w + 96);
            Vector256<byte> l0 = v0 & mask, l1 = v1 & mask, l2 = v2 & mask, l3 = v3 & mask, h0 = High(v0), h1 = High(v1), h2 = High(v2), h3 = High(v3);
            Vector256<float> scale = Int8Avx2.Halves(w + 128), min = Int8Avx2.Halves(w + 144);
            y0 = Int8Avx2.Add(y0, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q), scale, d[0], min, s[0]);
            y1 = Int8Avx2.Add(y1, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q + width), scale, d[next], min, s[next]);
            y2 = Int8Avx2.Add(y2, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q + 2 * width), scale, d[2 * next], min, s[2 * next]);
            y3 = Int8Avx2.Add(y3, Dot(l0, l1, l2, l3, h0, h1, h2, h3, q + 3 * width), scale, d[3 * next], min, s[3 * next]);
        }

        y0.Store(y);
        y1.Store(y + stride);
        y2.Store(y + 2L * stride);
        y3.Store(y + 3L * stride);
    }

    private void Portable(byte* w, Int8Rows x, int row, float* y)
    {
        var q = x.Codes(row);
        float* d = x.Scales(row), s = x.Sums(row);
        Vector128<float> low = default, high = default;
        var mask = Vector128.Create((byte)15);
        for (var b = 0; b < Blocks; b++, w += BlockBytes, q += Int8Rows.Block)
        {
            Int8Portable.Sum lowDot = default, highDot = default;
            for (var i = 0; i < Vectors; i++)
            {
                Vector128<sbyte> x0 = Int8Portable.Broadcast(q + 4 * i), x1 = Int8Portable.Broadcast(q + 16 + 4 * i);
                Vector128<byte> a = Vector128.Load(w + 32 * i), c = Vector128.Load(w + 32 * i + 16);
                lowDot.Add((a & mask).AsSByte(), x0);
                lowDot.Add((a >>> 4).AsSByte(), x1);
                highDot.Add((c & mask).AsSByte(), x0);
                highDot.Add((c >>> 4).AsSByte(), x1);
            }

            low = Int8Portable.Add(low, lowDot.Lanes(), (Half*)(w + 128), d[b], (Half*)(w + 144), s[b]);
            high = Int8Portable.Add(high, highDot.Lanes(), (Half*)(w + 136), d[b], (Half*)(w + 152), s[b]);
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
                for (var k = 0; k < 16; k++)
                {
                    var pair = block[32 * (k / 4) + 4 * lane + k % 4];
                    dot += (pair & 15) * q[k] + (pair >> 4) * q[k + 16];
                }

                sum = MathF.FusedMultiplyAdd(dot, (float)((Half*)(block + 128))[lane] * x.Scales(row)[b], sum);
                sum = MathF.FusedMultiplyAdd((float)((Half*)(block + 144))[lane], x.Sums(row)[b], sum);
            }

            y[lane] = sum;
        }
    }

    private static Vector256<byte> High(Vector256<byte> v) => Avx2.ShiftRightLogical(v.AsUInt16(), 4).AsByte() & Vector256.Create((byte)15);

    /// <summary>
    /// Per lane the sum of 32 products of one row's codes with a block's, which stay unpacked in eight registers (arguments, not a
    /// struct: the compiler would keep that in memory). Eight pairs of products are at most 15 * 127 * 2 * 8 = 30480 and fit 16 bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Dot(
        Vector256<byte> l0, Vector256<byte> l1, Vector256<byte> l2, Vector256<byte> l3,
        Vector256<byte> h0, Vector256<byte> h1, Vector256<byte> h2, Vector256<byte> h3, sbyte* q)
    {
        if (AvxVnni.IsSupported)
        {
            var exact = AvxVnni.MultiplyWideningAndAdd(Vector256<int>.Zero, l0, Int8Avx2.Broadcast(q));
            exact = AvxVnni.MultiplyWideningAndAdd(exact, l1, Int8Avx2.Broadcast(q + 4));
            exact = AvxVnni.MultiplyWideningAndAdd(exact, l2, Int8Avx2.Broadcast(q + 8));
            exact = AvxVnni.MultiplyWideningAndAdd(exact, l3, Int8Avx2.Broadcast(q + 12));
            exact = AvxVnni.MultiplyWideningAndAdd(exact, h0, Int8Avx2.Broadcast(q + 16));
            exact = AvxVnni.MultiplyWideningAndAdd(exact, h1, Int8Avx2.Broadcast(q + 20));
            exact = AvxVnni.MultiplyWideningAndAdd(exact, h2, Int8Avx2.Broadcast(q + 24));
            return AvxVnni.MultiplyWideningAndAdd(exact, h3, Int8Avx2.Broadcast(q + 28));
        }

        var sum = Avx2.MultiplyAddAdjacent(l0, Int8Avx2.Broadcast(q));
        sum += Avx2.MultiplyAddAdjacent(l1, Int8Avx2.Broadcast(q + 4));
        sum += Avx2.MultiplyAddAdjacent(l2, Int8Avx2.Broadcast(q + 8));
        sum += Avx2.MultiplyAddAdjacent(l3, Int8Avx2.Broadcast(q + 12));
        sum += Avx2.MultiplyAddAdjacent(h0, Int8Avx2.Broadcast(q + 16));
        sum += Avx2.MultiplyAddAdjacent(h1, Int8Avx2.Broadcast(q + 20));
        sum += Avx2.MultiplyAddAdjacent(h2, Int8Avx2.Broadcast(q + 24));
        sum += Avx2.MultiplyAddAdjacent(h3, Int8Avx2.Broadcast(q + 28));
        return Avx2.MultiplyAddAdjacent(sum, Vector256<short>.One);
    }
}
