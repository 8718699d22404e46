using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>
/// The noise of <see cref="Luck"/>, computed on the device in 64-bit integers, where products wrap around as there; a logical shift is an
/// arithmetic one with the sign's copies masked away.
/// </summary>
internal static class DeviceLuck
{
    private static readonly Scalar Unit = Scalars.Of(1.0 / (1UL << 53));
    private static readonly Scalar Increment = Scalars.Of(Signed(SplitMix.Increment));
    private static readonly Scalar FirstFactor = Scalars.Of(Signed(SplitMix.FirstFactor));
    private static readonly Scalar SecondFactor = Scalars.Of(Signed(SplitMix.SecondFactor));

    /// <summary>Standard Gumbel variates, float64 [keys, ids].</summary>
    /// <param name="keys">What <see cref="Luck.Key"/> made of seed and index, int64 [keys, 1].</param>
    /// <param name="ids">Token ids, int64 [ids].</param>
    public static Tensor Gumbel(Tensor keys, Tensor ids)
    {
        var z = ids.add(keys, Scalars.WholeOne).add_(Increment, Scalars.WholeOne);
        z = Folded(z, 30).mul_(FirstFactor);
        z = Folded(z, 27).mul_(SecondFactor);
        var uniform = Shifted(Folded(z, 31), 11).to(ScalarType.Float64).add_(Scalars.Half, Scalars.One).mul_(Unit);
        return uniform.log().neg().log().neg();
    }

    private static Tensor Folded(Tensor z, int by) => z.bitwise_xor(Shifted(z, by));

    private static Tensor Shifted(Tensor z, int by) => z.bitwise_right_shift(Number(by, z.device)).bitwise_and(Number((1L << (64 - by)) - 1, z.device));

    // Made on the device: a number from the host would have to be copied there.
    private static Tensor Number(long value, Device device)
    {
        using var number = Scalars.Of(value);
        return full([], number, ScalarType.Int64, device);
    }

    private static long Signed(ulong value) => unchecked((long)value);
}
