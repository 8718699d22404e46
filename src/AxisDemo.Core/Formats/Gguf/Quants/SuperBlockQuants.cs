namespace AxisDemo.Formats;

/// <summary>
/// The super-blocks of 256 elements ("K quants"): a half-precision scale for the whole, small integer scales (and minima) for
/// each 16 or 32 elements, 2 to 6 bits an element, packed in planes. H = e/128 is the half, j = e%128/32 the plane, l = e%32 the lane.
/// </summary>
internal static class SuperBlockQuants
{
    public static void Q2_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        var scales = block[..16];
        var quants = block[16..80];
        var (d, dmin) = (BlockQuants.Half(block, 80), BlockQuants.Half(block, 82));
        for (var e = 0; e < 256; e++)
        {
            var s = scales[e / 16];
            output[e] = d * (s & 15) * TwoBits(quants, e) - dmin * (s >> 4);
        }
    }

    public static void Q3_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        var highs = block[..32];
        var quants = block[32..96];
        var scales = block[96..108];
        var d = BlockQuants.Half(block, 108);
        for (var e = 0; e < 256; e++)
        {
            var q = (TwoBits(quants, e) | OneBit(highs, e) << 2) - 4;
            output[e] = d * SixBitScale(scales, e / 16) * q;
        }
    }

    public static void Q4_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        var (d, dmin) = (BlockQuants.Half(block, 0), BlockQuants.Half(block, 2));
        var quants = block[16..];
        for (var e = 0; e < 256; e++)
        {
            var (scale, min) = ScaleAndMin(block[4..16], e / 32);
            output[e] = d * scale * FourBits(quants, e) - dmin * min;
        }
    }

    public static void Q5_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        var (d, dmin) = (BlockQuants.Half(block, 0), BlockQuants.Half(block, 2));
        var highs = block[16..48];
        var quants = block[48..];
        for (var e = 0; e < 256; e++)
        {
            var (scale, min) = ScaleAndMin(block[4..16], e / 32);
            output[e] = d * scale * (FourBits(quants, e) | OneBit(highs, e) << 4) - dmin * min;
        }
    }

    public static void Q6_K(ReadOnlySpan<byte> block, Span<float> output)
    {
        var lows = block[..128];
        var highs = block[128..192];
        var scales = block[192..208];
        var d = BlockQuants.Half(block, 208);
        for (var e = 0; e < 256; e++)
        {
            output[e] = d * (sbyte)scales[e / 16] * ((WideFourBits(lows, e) | TwoBits(highs, e) << 4) - 32);
        }
    }

    // Four planes of two bits over 32 bytes, for each half.
    public static int TwoBits(ReadOnlySpan<byte> quants, int e) => (quants[32 * (e / 128) + e % 32] >> (2 * (e % 128 / 32))) & 3;

    // Two planes of four bits over 32 bytes, for each quarter.
    public static int FourBits(ReadOnlySpan<byte> quants, int e) => (quants[32 * (e / 64) + e % 32] >> (4 * (e / 32 % 2))) & 15;

    // Two planes of four bits over 64 bytes, for each half.
    public static int WideFourBits(ReadOnlySpan<byte> quants, int e) => (quants[64 * (e / 128) + e % 64] >> (4 * (e % 128 / 64))) & 15;

    // Eight planes of one bit over 32 bytes.
    public static int OneBit(ReadOnlySpan<byte> quants, int e) => (quants[e % 32] >> (e / 32)) & 1;

    // Sixteen scales of six bits in 12 bytes, offset by 32: the low four bits in the first eight, the upper two in the last four.
    public static int SixBitScale(ReadOnlySpan<byte> packed, int s) =>
        ((s < 8 ? packed[s] & 15 : packed[s - 8] >> 4) | ((packed[8 + s % 4] >> (2 * (s / 4))) & 3) << 4) - 32;

    // Eight scales and eight minima of six bits in 12 bytes: the last four of each have their upper two bits on top of the first four.
    public static (int Scale, int Min) ScaleAndMin(ReadOnlySpan<byte> packed, int s) => s < 4
        ? (packed[s] & 63, packed[s + 4] & 63)
        : (packed[s + 4] & 15 | packed[s - 4] >> 6 << 4, packed[s + 4] >> 4 | packed[s] >> 6 << 4);
}
