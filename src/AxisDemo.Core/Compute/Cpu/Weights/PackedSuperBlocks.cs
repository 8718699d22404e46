using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>Headers of super-blocks: halves of the eight outputs, then small whole numbers, eight outputs to a block or half block.</summary>
internal static unsafe class SuperHeader
{
    public const int Blocks = 8;
    public const int Elements = 256;

    /// <summary>d and dmin of Q2_K, Q4_K and Q5_K.</summary>
    public const int TwoHalves = 32;

    /// <summary>d of Q3_K and Q6_K.</summary>
    public const int OneHalf = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Unsigned(byte* halves, byte* factors) => Planes.Halves(halves) * Vector256.ConvertToSingle(Planes.Bytes(factors));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Signed(byte* halves, byte* factors) => Planes.Halves(halves) * Vector256.ConvertToSingle(Planes.SignedBytes((sbyte*)factors));

    public static float Half(byte* halves, int lane) => (float)((Half*)halves)[lane];

    public static void PackHalf(ReadOnlySpan<byte> stored, int at, byte* halves, int lane) => ((Half*)halves)[lane] = BinaryPrimitives.ReadHalfLittleEndian(stored[at..]);
}

/// <summary>Q4_K: header d, dmin, eight times scales[8], eight times mins[8] (bytes of six bits); blocks of nibbles. 148 bytes an output and 256 inputs (file: 144).</summary>
internal readonly unsafe struct Q4KFormat : IPackedFormat
{
    private const int Factors = SuperHeader.TwoHalves, Minima = Factors + 64;

    public static int BlocksPerHeader => SuperHeader.Blocks;

    public static int HeaderBytes => Minima + 64;

    public static int BlockBytes => 128;

    public static bool Halves => false;

    public static bool HasMin => true;

    public static int Offset => 0;

    public static int Largest => 15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int i) => Planes.Nibbles(block, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* header, int j, int half) => SuperHeader.Unsigned(header, header + Factors + 8 * j);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Mins(byte* header, int j, int half) => -SuperHeader.Unsigned(header + 16, header + Minima + 8 * j);

    public static int Code(byte* block, int lane, int input) => Planes.Nibble(block, lane, input);

    public static float Scale(byte* header, int j, int half, int lane) => SuperHeader.Half(header, lane) * header[Factors + 8 * j + lane];

    public static float Min(byte* header, int j, int half, int lane) => -(SuperHeader.Half(header + 16, lane) * header[Minima + 8 * j + lane]);

    public static void Pack(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        PackHeader(stored, header, lane);
        for (var e = 0; e < SuperHeader.Elements; e++)
            Planes.PackNibble(header + HeaderBytes + e / 32 * BlockBytes, lane, e % 32, SuperBlockQuants.FourBits(stored[16..], e));
    }

    /// <summary>The header that Q4_K and Q5_K share.</summary>
    internal static void PackHeader(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        SuperHeader.PackHalf(stored, 0, header, lane);
        SuperHeader.PackHalf(stored, 2, header + 16, lane);
        for (var j = 0; j < SuperHeader.Blocks; j++)
        {
            var (scale, min) = SuperBlockQuants.ScaleAndMin(stored[4..16], j);
            header[Factors + 8 * j + lane] = (byte)scale;
            header[Minima + 8 * j + lane] = (byte)min;
        }
    }
}

/// <summary>Q5_K: Q4_K's header; blocks of nibbles and fifth bits. 180 bytes an output and 256 inputs (file: 176).</summary>
internal readonly unsafe struct Q5KFormat : IPackedFormat
{
    public static int BlocksPerHeader => SuperHeader.Blocks;

    public static int HeaderBytes => Q4KFormat.HeaderBytes;

    public static int BlockBytes => 128 + 32;

    public static bool Halves => false;

    public static bool HasMin => true;

    public static int Offset => 0;

    public static int Largest => 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int i) => Q5_0Format.Codes(block, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* header, int j, int half) => Q4KFormat.Scales(header, j, half);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Mins(byte* header, int j, int half) => Q4KFormat.Mins(header, j, half);

    public static int Code(byte* block, int lane, int input) => Q5_0Format.Code(block, lane, input);

    public static float Scale(byte* header, int j, int half, int lane) => Q4KFormat.Scale(header, j, half, lane);

    public static float Min(byte* header, int j, int half, int lane) => Q4KFormat.Min(header, j, half, lane);

    public static void Pack(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        Q4KFormat.PackHeader(stored, header, lane);
        for (var e = 0; e < SuperHeader.Elements; e++)
        {
            var block = header + HeaderBytes + e / 32 * BlockBytes;
            Planes.PackNibble(block, lane, e % 32, SuperBlockQuants.FourBits(stored[48..], e));
            Planes.PackBit(block + 128, lane, e % 32, SuperBlockQuants.OneBit(stored[16..48], e));
        }
    }
}

/// <summary>Q6_K: header d, sixteen times scales[8] (signed bytes, one for each 16 inputs); blocks of nibbles and upper pairs, offset by 32. 210 bytes an output and 256 inputs, as in the file.</summary>
internal readonly unsafe struct Q6KFormat : IPackedFormat
{
    private const int Factors = SuperHeader.OneHalf;

    public static int BlocksPerHeader => SuperHeader.Blocks;

    public static int HeaderBytes => Factors + 128;

    public static int BlockBytes => 128 + 64;

    public static bool Halves => true;

    public static bool HasMin => false;

    public static int Offset => 32;

    public static int Largest => 63;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int i) => Planes.Nibbles(block, i) | Planes.Pairs(block + 128, i, 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* header, int j, int half) => SuperHeader.Signed(header, header + Factors + 16 * j + 8 * half);

    public static Vector256<float> Mins(byte* header, int j, int half) => default;

    public static int Code(byte* block, int lane, int input) => Planes.Nibble(block, lane, input) | Planes.Pair(block + 128, lane, input) << 4;

    public static float Scale(byte* header, int j, int half, int lane) => SuperHeader.Half(header, lane) * (sbyte)header[Factors + 16 * j + 8 * half + lane];

    public static float Min(byte* header, int j, int half, int lane) => 0;

    public static void Pack(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        SuperHeader.PackHalf(stored, 208, header, lane);
        for (var s = 0; s < 16; s++) header[Factors + 8 * s + lane] = stored[192 + s];
        for (var e = 0; e < SuperHeader.Elements; e++)
        {
            var block = header + HeaderBytes + e / 32 * BlockBytes;
            Planes.PackNibble(block, lane, e % 32, SuperBlockQuants.WideFourBits(stored[..128], e));
            Planes.PackPair(block + 128, lane, e % 32, SuperBlockQuants.TwoBits(stored[128..192], e));
        }
    }
}

/// <summary>Q3_K: header d, sixteen times scales[8] (signed bytes); blocks of pairs and third bits, offset by 4. 114 bytes an output and 256 inputs (file: 110).</summary>
internal readonly unsafe struct Q3KFormat : IPackedFormat
{
    private const int Factors = SuperHeader.OneHalf;

    public static int BlocksPerHeader => SuperHeader.Blocks;

    public static int HeaderBytes => Factors + 128;

    public static int BlockBytes => 64 + 32;

    public static bool Halves => true;

    public static bool HasMin => false;

    public static int Offset => 4;

    public static int Largest => 7;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int i) => Planes.Pairs(block, i, 0) | Planes.Bits(block + 64, i, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* header, int j, int half) => SuperHeader.Signed(header, header + Factors + 16 * j + 8 * half);

    public static Vector256<float> Mins(byte* header, int j, int half) => default;

    public static int Code(byte* block, int lane, int input) => Planes.Pair(block, lane, input) | Planes.Bit(block + 64, lane, input) << 2;

    public static float Scale(byte* header, int j, int half, int lane) => SuperHeader.Half(header, lane) * (sbyte)header[Factors + 16 * j + 8 * half + lane];

    public static float Min(byte* header, int j, int half, int lane) => 0;

    public static void Pack(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        SuperHeader.PackHalf(stored, 108, header, lane);
        for (var s = 0; s < 16; s++) header[Factors + 8 * s + lane] = (byte)SuperBlockQuants.SixBitScale(stored[96..108], s);
        for (var e = 0; e < SuperHeader.Elements; e++)
        {
            var block = header + HeaderBytes + e / 32 * BlockBytes;
            Planes.PackPair(block, lane, e % 32, SuperBlockQuants.TwoBits(stored[32..96], e));
            Planes.PackBit(block + 64, lane, e % 32, SuperBlockQuants.OneBit(stored[..32], e));
        }
    }
}

/// <summary>Q2_K: header d, dmin, sixteen times eight bytes (scale in the low nibble, minimum in the high one); blocks of pairs. 84 bytes an output and 256 inputs, as in the file.</summary>
internal readonly unsafe struct Q2KFormat : IPackedFormat
{
    private const int Factors = SuperHeader.TwoHalves;

    public static int BlocksPerHeader => SuperHeader.Blocks;

    public static int HeaderBytes => Factors + 128;

    public static int BlockBytes => 64;

    public static bool Halves => true;

    public static bool HasMin => true;

    public static int Offset => 0;

    public static int Largest => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block, int i) => Planes.Pairs(block, i, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scales(byte* header, int j, int half) =>
        Planes.Halves(header) * Vector256.ConvertToSingle(Planes.Bytes(header + Factors + 16 * j + 8 * half) & Vector256.Create(15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Mins(byte* header, int j, int half) =>
        -(Planes.Halves(header + 16) * Vector256.ConvertToSingle(Planes.Bytes(header + Factors + 16 * j + 8 * half) >>> 4));

    public static int Code(byte* block, int lane, int input) => Planes.Pair(block, lane, input);

    public static float Scale(byte* header, int j, int half, int lane) => SuperHeader.Half(header, lane) * (header[Factors + 16 * j + 8 * half + lane] & 15);

    public static float Min(byte* header, int j, int half, int lane) => -(SuperHeader.Half(header + 16, lane) * (header[Factors + 16 * j + 8 * half + lane] >> 4));

    public static void Pack(ReadOnlySpan<byte> stored, byte* header, int lane)
    {
        SuperHeader.PackHalf(stored, 80, header, lane);
        SuperHeader.PackHalf(stored, 82, header + 16, lane);
        for (var s = 0; s < 16; s++) header[Factors + 8 * s + lane] = stored[s];
        for (var e = 0; e < SuperHeader.Elements; e++)
            Planes.PackPair(header + HeaderBytes + e / 32 * BlockBytes, lane, e % 32, SuperBlockQuants.TwoBits(stored[16..80], e));
    }
}
