using System.Numerics.Tensors;
using AxisDemo.Compute;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>The control: a direction without a meaning.</summary>
public static class RandomDirection
{
    /// <summary>
    /// A direction of length 1: each is as likely as any other, since it is a vector of independent normal values (Box-Muller over the
    /// same luck as sampling's).
    /// </summary>
    public static Direction Of(int width, int seed)
    {
        var values = new float[width];
        for (var i = 0; i < width; i++)
        {
            var (a, b) = (Uniform(seed, 2 * i), Uniform(seed, 2 * i + 1));
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(a)) * Math.Cos(2 * Math.PI * b));
        }

        TensorPrimitives.Divide(values, TensorPrimitives.Norm(values), values);
        return new Direction("random", values);
    }

    private static double Uniform(int seed, int index) => SplitMix.Uniform(ConversationSeed.OfTurn((uint)seed, index));
}
