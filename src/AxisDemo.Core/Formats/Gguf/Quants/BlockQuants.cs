using System.Buffers.Binary;

namespace AxisDemo.Formats;

/// <summary>
/// The blocks of 32 elements: a half-precision scale d (and minimum m), then 4, 5 or 8 bits an element.
/// Packed nibbles: the low ones are elements 0..15, the high ones 16..31.
/// </summary>
internal static class BlockQuants
{
    public static void Q8_0(ReadOnlySpan<byte> block, Span<float> output)
    {
        var d = Half(block, 0);
        for (var e = 0; e < 32; e++) output[e] = d * (sbyte)block[2 + e];
    }

    public static void Q4_0(ReadOnlySpan<byte> block, Span<float> output)
    {
        var d = Half(block, 0);
        for (var e = 0; e < 32; e++) output[e] = d * (Nibble(block[2..], e) - 8);
    }

    public static void Q4_1(ReadOnlySpan<byte> block, Span<float> output)
    {
        var (d, m) = (Half(block, 0), Half(block, 2));
        for (var e = 0; e < 32; e++) output[e] = d * Nibble(block[4..], e) + m;
    }

    // The fifth bits of all elements are one 32-bit word, element e's at bit e.
    public static void Q5_0(ReadOnlySpan<byte> block, Span<float> output)
    {
        var (d, high) = (Half(block, 0), BinaryPrimitives.ReadUInt32LittleEndian(block[2..]));
        for (var e = 0; e < 32; e++) output[e] = d * ((Nibble(block[6..], e) | FifthBit(high, e)) - 16);
    }

    public static void Q5_1(ReadOnlySpan<byte> block, Span<float> output)
    {
        var (d, m, high) = (Half(block, 0), Half(block, 2), BinaryPrimitives.ReadUInt32LittleEndian(block[4..]));
        for (var e = 0; e < 32; e++) output[e] = d * (Nibble(block[8..], e) | FifthBit(high, e)) + m;
    }

    public static float Half(ReadOnlySpan<byte> block, int at) => (float)BinaryPrimitives.ReadHalfLittleEndian(block[at..]);

    public static int Nibble(ReadOnlySpan<byte> quants, int e) => (quants[e % 16] >> (4 * (e / 16))) & 15;

    private static int FifthBit(uint high, int e) => (int)((high >> e) & 1) << 4;
}
