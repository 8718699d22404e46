using TorchSharp;

namespace AxisDemo.Torch;

/// <summary>
/// Numbers that operations take: objects of native code that the garbage collector frees as soon as nobody refers to them, and TorchSharp refers
/// to one only until native code has its address. A number that is made in an operation's argument may be gone before it is read. So those that
/// never change are kept here, others live to the end of their scope (<c>using</c>), and nothing in this engine makes one in passing.
/// </summary>
internal static class Scalars
{
    public static Scalar Zero { get; } = Of(0f);

    public static Scalar One { get; } = Of(1f);

    public static Scalar Half { get; } = Of(0.5);

    public static Scalar MinusInfinity { get; } = Of(float.NegativeInfinity);

    /// <summary>The whole number: a float would make floats of token ids.</summary>
    public static Scalar WholeZero { get; } = Of(0L);

    /// <summary>The whole number.</summary>
    public static Scalar WholeOne { get; } = Of(1L);

    /// <summary>In the place of a token that could not be chosen.</summary>
    public static Scalar None { get; } = Of(-1L);

    /// <summary>A number for one operation; dispose of it afterwards.</summary>
    public static Scalar Of(float value) => value.ToScalar();

    /// <inheritdoc cref="Of(float)"/>
    public static Scalar Of(double value) => value.ToScalar();

    /// <inheritdoc cref="Of(float)"/>
    public static Scalar Of(long value) => value.ToScalar();

    /// <summary>0, 1, 2, ... below <paramref name="stop"/>, int64 on a device.</summary>
    public static torch.Tensor Range(long stop, torch.Device device)
    {
        using var end = Of(stop);
        return torch.arange(WholeZero, end, WholeOne, torch.ScalarType.Int64, device);
    }
}
