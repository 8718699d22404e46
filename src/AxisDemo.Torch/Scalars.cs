using TorchSharp;

namespace AxisDemo.Torch;

/// <summary>Numbers that operations need all the time: each is an object of native code, so they are made once.</summary>
internal static class Scalars
{
    public static Scalar Zero { get; } = 0f;

    public static Scalar One { get; } = 1f;

    /// <summary>The whole number: a float would make floats of token ids.</summary>
    public static Scalar WholeZero { get; } = 0L;

    /// <summary>In the place of a token that could not be chosen.</summary>
    public static Scalar None { get; } = -1L;
}
