using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>Q5_0: header d[8] (halves); a block is nibbles and fifth bits. 22 bytes an output, as in the file.</summary>
internal readonly unsafe struct Q5_0Format : IPackedFormat
{
    public static int BlocksPerHeader => 1;

    public static int HeaderBytes => 16;

    public static int BlockBytes => 128 + 32;

    public static bool Halves => false;

    public static bool HasMin => false;

    public static int Offset => 16;

    public static int Largest => 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int i) => Planes.Nibbles(block, i) | Planes.Bits(block + 128, i, 4);

    public static Vector256<float> Scales(byte* header, int j, int half) => Planes.Halves(header);

    public static Vector256<float> Mins(byte* header, int j, int half) => default;

    public static int Code(byte* block, int lane, int input) => Planes.Nibble(block, lane, input) | Planes.Bit(block + 128, lane, input) << 4;

    public static float Scale(byte* header, int j, int half, int lane) => (float)((Half*)header)[lane];

    public static float Min(byte* header, int j, int half, int lane) => 0;

    public static void Pack(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        ((Half*)header)[lane] = BinaryPrimitives.ReadHalfLittleEndian(stored);
        PackCodes(stored[2..], header + HeaderBytes, lane);
    }

    /// <summary>32 codes of five bits: the word of fifth bits, then the nibbles.</summary>
    internal static void PackCodes(ReadOnlySpan<byte> stored, byte* block, int lane)
    {
        var fifth = BinaryPrimitives.ReadUInt32LittleEndian(stored);
        for (var e = 0; e < Int8Rows.Block; e++)
        {
            Planes.PackNibble(block, lane, e, BlockQuants.Nibble(stored[4..], e));
            Planes.PackBit(block + 128, lane, e, (int)(fifth >> e));
        }
    }
}

/// <summary>Q5_1: header d[8], m[8] (halves); a block is nibbles and fifth bits. 24 bytes an output, as in the file.</summary>
internal readonly unsafe struct Q5_1Format : IPackedFormat
{
    public static int BlocksPerHeader => 1;

    public static int HeaderBytes => 32;

    public static int BlockBytes => 128 + 32;

    public static bool Halves => false;

    public static bool HasMin => true;

    public static int Offset => 0;

    public static int Largest => 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int i) => Q5_0Format.Codes(block, i);

    public static Vector256<float> Scales(byte* header, int j, int half) => Planes.Halves(header);

    public static Vector256<float> Mins(byte* header, int j, int half) => Planes.Halves(header + 16);

    public static int Code(byte* block, int lane, int input) => Q5_0Format.Code(block, lane, input);

    public static float Scale(byte* header, int j, int half, int lane) => (float)((Half*)header)[lane];

    public static float Min(byte* header, int j, int half, int lane) => (float)((Half*)header)[Int8Weight.Lanes + lane];

    public static void Pack(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        ((Half*)header)[lane] = BinaryPrimitives.ReadHalfLittleEndian(stored);
        ((Half*)header)[Int8Weight.Lanes + lane] = BinaryPrimitives.ReadHalfLittleEndian(stored[2..]);
        Q5_0Format.PackCodes(stored[4..], header + HeaderBytes, lane);
    }
}
