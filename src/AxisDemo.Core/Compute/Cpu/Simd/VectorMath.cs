using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AxisDemo.Compute;

/// <summary>
/// The elementwise operations and attention eight numbers at a time. Every lane does what the others do, and sums are taken in an
/// order that depends on the length alone; vectors that the CPU lacks are emulated by the runtime with the same bits.
/// </summary>
internal static unsafe class VectorMath
{
    private const int Lanes = 8;

    /// <summary>(0+4) + (2+6) + ((1+5) + (3+7)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v)
    {
        var four = v.GetLower() + v.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    /// <summary>y = x / sqrt(mean(x²) + epsilon) * gain.</summary>
    public static void RmsNorm(float* x, float* gain, float epsilon, float* y, int n)
    {
        var squares = FloatWeight.Dot(x, x, n);
        if (!float.IsFinite(squares))
        {
            // A finite row may have squares beyond float32; double holds them.
            ScalarMath.RmsNorm(x, gain, epsilon, y, n);
            return;
        }

        var factor = 1 / MathF.Sqrt(squares / n + epsilon);
        var f = Vector256.Create(factor);
        var i = 0;
        for (; i + Lanes <= n; i += Lanes)
        {
            var v = Vector256.Load(x + i) * f;
            (gain is null ? v : v * Vector256.Load(gain + i)).Store(y + i);
        }

        for (; i < n; i++) y[i] = gain is null ? x[i] * factor : x[i] * factor * gain[i];
    }

    /// <summary>x += delta.</summary>
    public static void Add(float* x, float* delta, int n)
    {
        var i = 0;
        for (; i + Lanes <= n; i += Lanes) (Vector256.Load(x + i) + Vector256.Load(delta + i)).Store(x + i);
        for (; i < n; i++) x[i] += delta[i];
    }

    /// <summary>y = act(gate) * up.</summary>
    public static void Gate(float* gate, float* up, Activation activation, float* y, int n)
    {
        var i = 0;
        for (; i + Lanes <= n; i += Lanes) (Activate(Vector256.Load(gate + i), activation) * Vector256.Load(up + i)).Store(y + i);
        if (i == n) return;

        // The tail goes through the same arithmetic in a padded vector, so that a number's result does not depend on where it stands.
        float* g = stackalloc float[Lanes], u = stackalloc float[Lanes];
        for (var j = i; j < n; j++) (g[j - i], u[j - i]) = (gate[j], up[j]);
        (Activate(Vector256.Load(g), activation) * Vector256.Load(u)).Store(u);
        for (var j = i; j < n; j++) y[j] = u[j - i];
    }

    // Both are x * sigmoid(z): GELU's 0.5 (1 + tanh(u)) is sigmoid(2u).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Activate(Vector256<float> x, Activation activation)
    {
        var z = activation == Activation.Silu ? x : x * 1.5957691216f * (Vector256<float>.One + x * x * 0.044715f);
        return x / (Vector256<float>.One + Exp(-z));
    }

    /// <summary>x = c * tanh(x / c).</summary>
    public static void SoftCap(float* x, float c, int n)
    {
        var i = 0;
        for (; i + Lanes <= n; i += Lanes) (Tanh(Vector256.Load(x + i) / c) * c).Store(x + i);
        for (; i < n; i++) x[i] = Tanh(Vector256.Create(x[i]) / c)[0] * c;
    }

    /// <summary>Rotates the pairs (c, c + pairs) of one head; no fused operations, so the bits are those of the scalar path.</summary>
    public static void Rope(float* x, float* cos, float* sin, int pairs)
    {
        var i = 0;
        for (; i + Lanes <= pairs; i += Lanes)
        {
            Vector256<float> a = Vector256.Load(x + i), b = Vector256.Load(x + i + pairs), c = Vector256.Load(cos + i), s = Vector256.Load(sin + i);
            (a * c - b * s).Store(x + i);
            (b * c + a * s).Store(x + i + pairs);
        }

        for (; i < pairs; i++)
        {
            float a = x[i], b = x[i + pairs];
            x[i] = a * cos[i] - b * sin[i];
            x[i + pairs] = b * cos[i] + a * sin[i];
        }
    }

    /// <summary>
    /// e^x, within 2 units in the last place between -87.3 and 88.7; 0 below, the largest value's neighbourhood above.
    /// x = n ln 2 + r, |r| ≤ ln 2 / 2; e^r by its Taylor series to r^7 (remainder below 1e-8 of it).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        var inside = Vector256.GreaterThanOrEqual(x, Vector256.Create(-87.3f)) | ~Vector256.Equals(x, x);
        x = Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256.Create(88.7f)), Vector256.Create(88.7f), x);
        var n = Vector256.Round(x * 1.44269504f);
        // 2^n in two factors: n = 128 has no float of its own.
        var half = Vector256.ConvertToInt32Native(n) >> 1;
        var rest = Vector256.ConvertToInt32Native(n) - half;
        var r = Reduce(x, n);
        return ((Expm1(r) + Vector256<float>.One) * Power(half) * Power(rest)) & inside.AsSingle();
    }

    /// <summary>tanh x, within 4 units in the last place: e / (e + 2) with e = e^2|x| - 1, which loses nothing near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        var size = Vector256.Min(Vector256.Abs(x) * 2, Vector256.Create(20f));
        var n = Vector256.Round(size * 1.44269504f);
        var power = Power(Vector256.ConvertToInt32Native(n));
        var e = Vector256.FusedMultiplyAdd(Expm1(Reduce(size, n)), power, power - Vector256<float>.One);
        return Vector256.CopySign(e / (e + Vector256.Create(2f)), x);
    }

    // ln 2 in two parts, the first with few bits: n times it is exact.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Reduce(Vector256<float> x, Vector256<float> n) =>
        Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x));

    // e^r - 1 for |r| ≤ ln 2 / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Expm1(Vector256<float> r)
    {
        var p = Vector256.Create(1 / 5040f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1 / 720f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1 / 120f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1 / 24f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1 / 6f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5f));
        return Vector256.FusedMultiplyAdd(p, r * r, r);
    }

    // 2^n for n in -126..127, by its bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Power(Vector256<int> n) => ((n + Vector256.Create(127)) << 23).AsSingle();
}
