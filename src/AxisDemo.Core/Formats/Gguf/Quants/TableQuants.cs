using System.Buffers.Binary;

namespace AxisDemo.Formats;

/// <summary>The types whose four bits are an index into a fixed table of unequal steps.</summary>
internal static class TableQuants
{
    // kvalues_iq4nl of ggml-common.h: steps that are narrow near zero.
    private static ReadOnlySpan<sbyte> Steps => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    // The 4-bit floats of the OCP microscaling format, doubled to be whole numbers.
    private static ReadOnlySpan<sbyte> Fp4Doubled => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    public static void IQ4_NL(ReadOnlySpan<byte> block, Span<float> output)
    {
        var d = BlockQuants.Half(block, 0);
        for (var e = 0; e < 32; e++) output[e] = d * Steps[BlockQuants.Nibble(block[2..], e)];
    }

    public static void IQ4_XS(ReadOnlySpan<byte> block, Span<float> output)
    {
        var d = BlockQuants.Half(block, 0);
        var high = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        for (var s = 0; s < 8; s++)
        {
            var scale = (block[4 + s / 2] >> (4 * (s % 2))) & 15 | ((high >> (2 * s)) & 3) << 4;
            var quants = block.Slice(8 + 16 * s, 16);
            for (var e = 0; e < 32; e++) output[32 * s + e] = d * (scale - 32) * Steps[BlockQuants.Nibble(quants, e)];
        }
    }

    public static void MXFP4(ReadOnlySpan<byte> block, Span<float> output)
    {
        // 2^(e8 - 128), half the format's scale because the table is doubled; subnormal for 0 and 1.
        uint e8 = block[0];
        var d = BitConverter.UInt32BitsToSingle(e8 < 2 ? 0x0020_0000u << (int)e8 : (e8 - 1) << 23);
        for (var e = 0; e < 32; e++) output[e] = d * Fp4Doubled[BlockQuants.Nibble(block[1..], e)];
    }
}
