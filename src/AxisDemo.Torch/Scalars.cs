using TorchSharp;

namespace AxisDemo.Torch;

/// <summary>Numbers that operations need all the time: each is an object of native code, so they are made once.</summary>
internal static class Scalars
{
    public static Scalar Zero { get; } = 0f;

    public static Scalar One { get; } = 1f;
}
