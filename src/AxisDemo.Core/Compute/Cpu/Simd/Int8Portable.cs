using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace AxisDemo.Compute;

/// <summary>What the 128-bit int8 products share: four outputs a vector, any architecture.</summary>
internal static unsafe class Int8Portable
{
    /// <summary>Four codes in every lane.</summary>
    public static Vector128<sbyte> Broadcast(sbyte* q) => Vector128.Create(*(int*)q).AsSByte();

    /// <summary>y + dot * (scale * d).</summary>
    public static Vector128<float> Add(Vector128<float> y, Vector128<int> dot, Half* scale, float d) =>
        Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(dot), Halves(scale) * Vector128.Create(d), y);

    /// <summary>y + dot * (scale * d) + min * s.</summary>
    public static Vector128<float> Add(Vector128<float> y, Vector128<int> dot, Half* scale, float d, Half* min, float s) =>
        Vector128.FusedMultiplyAdd(Halves(min), Vector128.Create(s), Add(y, dot, scale, d));

    private static Vector128<float> Halves(Half* h) => Vector128.Create((float)h[0], (float)h[1], (float)h[2], (float)h[3]);

    /// <summary>Sums of products of signed bytes, four to a lane, exact.</summary>
    public struct Sum
    {
        // Two partial sums an output (outputs 0 and 1, outputs 2 and 3), or, with the dot product instruction, one.
        private Vector128<int> first, second;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector128<sbyte> a, Vector128<sbyte> b)
        {
            if (Dp.IsSupported)
            {
                first = Dp.DotProduct(first, a, b);
                return;
            }

            first += Pairs(Vector128.WidenLower(a) * Vector128.WidenLower(b));
            second += Pairs(Vector128.WidenUpper(a) * Vector128.WidenUpper(b));
        }

        /// <summary>The four outputs' sums.</summary>
        public readonly Vector128<int> Lanes() => Dp.IsSupported ? first
            : Vector128.Create(first[0] + first[1], first[2] + first[3], second[0] + second[1], second[2] + second[3]);

        // Neighbouring 16-bit products as 32-bit sums.
        private static Vector128<int> Pairs(Vector128<short> products) =>
            ((products.AsInt32() << 16) >> 16) + (products.AsInt32() >> 16);
    }
}
