using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AxisDemo.Compute;

/// <summary>
/// How a file's blocks lie in memory, for eight outputs at once: after a header (scales and minima of the blocks that share it) the
/// blocks of 32 inputs, each as planes of bits. "Vector i" of a block holds the codes of inputs 4i .. 4i+3, four bytes to an output.
/// A weight is <c>scale * (code - Offset) + min</c>. The vector accessors and the one-number accessors say the same twice: the second
/// is the reference that the first is tested with.
/// </summary>
internal unsafe interface IPackedFormat
{
    /// <summary>Blocks of 32 inputs that share a header: a file's block.</summary>
    static abstract int BlocksPerHeader { get; }

    static abstract int HeaderBytes { get; }

    static abstract int BlockBytes { get; }

    /// <summary>Whether each 16 inputs have a scale (and minimum) of their own.</summary>
    static abstract bool Halves { get; }

    static abstract bool HasMin { get; }

    /// <summary>What is subtracted from a code.</summary>
    static abstract int Offset { get; }

    /// <summary>Largest code.</summary>
    static abstract int Largest { get; }

    /// <summary>Vector i of a block, 0..7.</summary>
    static abstract Vector256<byte> Codes(byte* block, int i);

    /// <summary>Scales of a half of block j under a header.</summary>
    static abstract Vector256<float> Scales(byte* header, int j, int half);

    /// <summary>Minima of a half of block j under a header; only where there are any.</summary>
    static abstract Vector256<float> Mins(byte* header, int j, int half);

    static abstract int Code(byte* block, int lane, int input);

    static abstract float Scale(byte* header, int j, int half, int lane);

    static abstract float Min(byte* header, int j, int half, int lane);

    /// <summary>Places one stored block of one output.</summary>
    static abstract void Pack(ReadOnlySpan<byte> stored, byte* header, int lane);
}

/// <summary>The planes of bits that packed blocks are made of, and the numbers of headers.</summary>
internal static unsafe class Planes
{
    private const int Lane = 4;

    /// <summary>128 bytes: vector i in the low nibbles of part i, vector i + 4 in the high ones.</summary>
    public static Vector256<byte> Nibbles(byte* plane, int i)
    {
        var both = Vector256.Load(plane + 32 * (i & 3));
        return (i < 4 ? both : (both.AsUInt16() >>> 4).AsByte()) & Vector256.Create((byte)15);
    }

    public static int Nibble(byte* plane, int lane, int input) => (plane[32 * (input / 4 % 4) + Lane * lane + input % 4] >> (4 * (input / 16))) & 15;

    public static void PackNibble(byte* plane, int lane, int input, int value) => plane[32 * (input / 4 % 4) + Lane * lane + input % 4] |= (byte)((value & 15) << (4 * (input / 16)));

    /// <summary>64 bytes: two bits of vector i at bit 2 (i mod 4) of part i / 4; here at bit <paramref name="to"/> (0 or 4).</summary>
    public static Vector256<byte> Pairs(byte* plane, int i, int to)
    {
        var all = Vector256.Load(plane + 32 * (i / 4)).AsUInt16();
        var shift = to - 2 * (i & 3);
        return (shift >= 0 ? all << shift : all >>> -shift).AsByte() & Vector256.Create((byte)(3 << to));
    }

    public static int Pair(byte* plane, int lane, int input) => (plane[32 * (input / 16) + Lane * lane + input % 4] >> (2 * (input / 4 % 4))) & 3;

    public static void PackPair(byte* plane, int lane, int input, int value) => plane[32 * (input / 16) + Lane * lane + input % 4] |= (byte)((value & 3) << (2 * (input / 4 % 4)));

    /// <summary>32 bytes: one bit of vector i at bit i; here at bit <paramref name="to"/> (at most 4).</summary>
    public static Vector256<byte> Bits(byte* plane, int i, int to)
    {
        var all = Vector256.Load(plane).AsUInt16();
        return (to >= i ? all << (to - i) : all >>> (i - to)).AsByte() & Vector256.Create((byte)(1 << to));
    }

    public static int Bit(byte* plane, int lane, int input) => (plane[Lane * lane + input % 4] >> (input / 4)) & 1;

    public static void PackBit(byte* plane, int lane, int input, int value) => plane[Lane * lane + input % 4] |= (byte)((value & 1) << (input / 4));

    /// <summary>Eight halves as floats, see <see cref="Int8Avx2.Halves"/>.</summary>
    public static Vector256<float> Halves(byte* halves) => Avx2.IsSupported ? Int8Avx2.Halves(halves)
        : Vector256.Create((float)((Half*)halves)[0], (float)((Half*)halves)[1], (float)((Half*)halves)[2], (float)((Half*)halves)[3],
            (float)((Half*)halves)[4], (float)((Half*)halves)[5], (float)((Half*)halves)[6], (float)((Half*)halves)[7]);

    /// <summary>Eight unsigned bytes as 32-bit numbers.</summary>
    public static Vector256<int> Bytes(byte* bytes) => Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bytes)
        : Vector256.Create(bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);

    /// <summary>Eight signed bytes as 32-bit numbers.</summary>
    public static Vector256<int> SignedBytes(sbyte* bytes) => Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bytes)
        : Vector256.Create(bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
}

/// <summary>A form of the product of unsigned codes with int8 activations, exact in 32 bits.</summary>
internal unsafe interface IPackedDot
{
    /// <summary>sum + the products of 16 inputs (four vectors of codes), per output.</summary>
    static abstract Vector256<int> Sixteen(Vector256<int> sum, Vector256<byte> c0, Vector256<byte> c1, Vector256<byte> c2, Vector256<byte> c3, sbyte* q, int largest);
}

/// <summary>AVX2, with AVX-VNNI where the CPU has it.</summary>
internal readonly unsafe struct Avx2Dot : IPackedDot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Sixteen(Vector256<int> sum, Vector256<byte> c0, Vector256<byte> c1, Vector256<byte> c2, Vector256<byte> c3, sbyte* q, int largest)
    {
        if (AvxVnni.IsSupported)
        {
            sum = AvxVnni.MultiplyWideningAndAdd(sum, c0, Int8Avx2.Broadcast(q));
            sum = AvxVnni.MultiplyWideningAndAdd(sum, c1, Int8Avx2.Broadcast(q + 4));
            sum = AvxVnni.MultiplyWideningAndAdd(sum, c2, Int8Avx2.Broadcast(q + 8));
            return AvxVnni.MultiplyWideningAndAdd(sum, c3, Int8Avx2.Broadcast(q + 12));
        }

        var low = Avx2.MultiplyAddAdjacent(c0, Int8Avx2.Broadcast(q)) + Avx2.MultiplyAddAdjacent(c1, Int8Avx2.Broadcast(q + 4));
        var high = Avx2.MultiplyAddAdjacent(c2, Int8Avx2.Broadcast(q + 8)) + Avx2.MultiplyAddAdjacent(c3, Int8Avx2.Broadcast(q + 12));
        // Four pairs of products fit 16 bits up to code 31 (4 * 2 * 31 * 127 = 31496), two up to 63 (32004).
        return largest <= 31 ? sum + Avx2.MultiplyAddAdjacent(low + high, Vector256<short>.One)
            : sum + Avx2.MultiplyAddAdjacent(low, Vector256<short>.One) + Avx2.MultiplyAddAdjacent(high, Vector256<short>.One);
    }
}

/// <summary>128-bit vectors of any architecture.</summary>
internal readonly unsafe struct PortableDot : IPackedDot
{
    public static Vector256<int> Sixteen(Vector256<int> sum, Vector256<byte> c0, Vector256<byte> c1, Vector256<byte> c2, Vector256<byte> c3, sbyte* q, int largest)
    {
        Int8Portable.Sum low = default, high = default;
        Add(c0, q);
        Add(c1, q + 4);
        Add(c2, q + 8);
        Add(c3, q + 12);
        return sum + Vector256.Create(low.Lanes(), high.Lanes());

        void Add(Vector256<byte> codes, sbyte* four)
        {
            var x = Int8Portable.Broadcast(four);
            low.Add(codes.GetLower().AsSByte(), x);
            high.Add(codes.GetUpper().AsSByte(), x);
        }
    }
}

/// <summary>How many rows a tile has, known to the compiler: 1 to 4.</summary>
internal interface ITileRows
{
    static abstract int Count { get; }
}

internal readonly struct OneRow : ITileRows
{
    public static int Count => 1;
}

internal readonly struct TwoRows : ITileRows
{
    public static int Count => 2;
}

internal readonly struct ThreeRows : ITileRows
{
    public static int Count => 3;
}

internal readonly struct FourRows : ITileRows
{
    public static int Count => 4;
}
