using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AxisDemo.Compute;

/// <summary>What the 256-bit int8 products share.</summary>
internal static unsafe class Int8Avx2
{
    /// <summary>Four codes in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Broadcast(sbyte* q) => Vector256.Create(*(int*)q).AsSByte();

    /// <summary>
    /// Eight halves as floats; .NET has no instruction for it. The half's bits, placed at a float's exponent and fraction, are the
    /// number times 2^-112, subnormals included; infinities are no scales.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Halves(byte* halves)
    {
        var bits = Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32((short*)halves), 13) & Vector256.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector256.Create(5.192296858534828e33f);
    }

    /// <summary>y + dot * (scale * d).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> y, Vector256<int> dot, Vector256<float> scale, float d) =>
        Fma.MultiplyAdd(Avx.ConvertToVector256Single(dot), scale * Vector256.Create(d), y);

    /// <summary>y + dot * (scale * d) + min * s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> y, Vector256<int> dot, Vector256<float> scale, float d, Vector256<float> min, float s) =>
        Fma.MultiplyAdd(min, Vector256.Create(s), Add(y, dot, scale, d));
}
