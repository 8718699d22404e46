using System.Runtime.Intrinsics;

namespace AxisDemo.Compute;

/// <summary>The three parts of attention eight positions or channels at a time. Buffers have room for a whole vector at their end.</summary>
internal static unsafe class VectorAttention
{
    private const int Lanes = 8;

    /// <summary>
    /// scores[p] = scale * sum over c of q[c] keys[c, p], c ascending, for count positions of a page. Positions are lanes: each is
    /// one chain of fused additions, whatever its neighbours. Up to seven numbers after the last are overwritten.
    /// </summary>
    public static void Scores(float* q, float* keys, int tokenStride, int headDim, float scale, float* scores, int count)
    {
        var s = Vector256.Create(scale);
        var p = 0;
        for (; p + 8 * Lanes <= count; p += 8 * Lanes) Scores64(q, keys + p, tokenStride, headDim, s, scores + p);
        for (; p + 4 * Lanes <= count; p += 4 * Lanes)
        {
            Vector256<float> a = default, b = default, c = default, d = default;
            var k = keys + p;
            for (var i = 0; i < headDim; i++, k += tokenStride)
            {
                var x = Vector256.Create(q[i]);
                a = Vector256.FusedMultiplyAdd(x, Vector256.Load(k), a);
                b = Vector256.FusedMultiplyAdd(x, Vector256.Load(k + 8), b);
                c = Vector256.FusedMultiplyAdd(x, Vector256.Load(k + 16), c);
                d = Vector256.FusedMultiplyAdd(x, Vector256.Load(k + 24), d);
            }

            (a * s).Store(scores + p);
            (b * s).Store(scores + p + 8);
            (c * s).Store(scores + p + 16);
            (d * s).Store(scores + p + 24);
        }

        for (; p < count; p += Lanes)
        {
            Vector256<float> a = default;
            var k = keys + p;
            for (var i = 0; i < headDim; i++, k += tokenStride) a = Vector256.FusedMultiplyAdd(Vector256.Create(q[i]), Vector256.Load(k), a);
            (a * s).Store(scores + p);
        }
    }

    // A whole page of the usual size: its keys are read once, in the order in which they lie in memory.
    private static void Scores64(float* q, float* keys, int tokenStride, int headDim, Vector256<float> scale, float* scores)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (var i = 0; i < headDim; i++, keys += tokenStride)
        {
            var x = Vector256.Create(q[i]);
            s0 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys), s0);
            s1 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys + 8), s1);
            s2 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys + 16), s2);
            s3 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys + 24), s3);
            s4 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys + 32), s4);
            s5 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys + 40), s5);
            s6 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys + 48), s6);
            s7 = Vector256.FusedMultiplyAdd(x, Vector256.Load(keys + 56), s7);
        }

        (s0 * scale).Store(scores);
        (s1 * scale).Store(scores + 8);
        (s2 * scale).Store(scores + 16);
        (s3 * scale).Store(scores + 24);
        (s4 * scale).Store(scores + 32);
        (s5 * scale).Store(scores + 40);
        (s6 * scale).Store(scores + 48);
        (s7 * scale).Store(scores + 56);
    }

    /// <summary>Softmax in place. Eight partial sums by position modulo 8, counted from the first; up to seven numbers after the last become zero.</summary>
    public static void Softmax(float* x, int n)
    {
        var padded = (n + Lanes - 1) / Lanes * Lanes;
        for (var i = n; i < padded; i++) x[i] = float.NegativeInfinity;
        var max = Vector256.Create(float.NegativeInfinity);
        for (var i = 0; i < padded; i += Lanes) max = Vector256.Max(max, Vector256.Load(x + i));
        var largest = max[0];
        for (var i = 1; i < Lanes; i++) largest = MathF.Max(largest, max[i]);
        var sum = Vector256<float>.Zero;
        for (var i = 0; i < padded; i += Lanes)
        {
            var e = VectorMath.Exp(Vector256.Load(x + i) - Vector256.Create(largest));
            e.Store(x + i);
            sum += e;
        }

        var factor = Vector256.Create(1 / VectorMath.Sum(sum));
        for (var i = 0; i < padded; i += Lanes) (Vector256.Load(x + i) * factor).Store(x + i);
    }

    /// <summary>z += sum over p of weights[p] values[p, :], p ascending, fused; z and the rows of values are padded to whole vectors.</summary>
    public static void Mix(float* weights, float* values, int valueStride, float* z, int count)
    {
        var c = 0;
        for (; c + 8 * Lanes <= valueStride; c += 8 * Lanes)
        {
            var at = z + c;
            Vector256<float> z0 = Vector256.Load(at), z1 = Vector256.Load(at + 8), z2 = Vector256.Load(at + 16), z3 = Vector256.Load(at + 24);
            Vector256<float> z4 = Vector256.Load(at + 32), z5 = Vector256.Load(at + 40), z6 = Vector256.Load(at + 48), z7 = Vector256.Load(at + 56);
            var v = values + c;
            for (var p = 0; p < count; p++, v += valueStride)
            {
                var w = Vector256.Create(weights[p]);
                z0 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v), z0);
                z1 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v + 8), z1);
                z2 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v + 16), z2);
                z3 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v + 24), z3);
                z4 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v + 32), z4);
                z5 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v + 40), z5);
                z6 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v + 48), z6);
                z7 = Vector256.FusedMultiplyAdd(w, Vector256.Load(v + 56), z7);
            }

            z0.Store(at);
            z1.Store(at + 8);
            z2.Store(at + 16);
            z3.Store(at + 24);
            z4.Store(at + 32);
            z5.Store(at + 40);
            z6.Store(at + 48);
            z7.Store(at + 56);
        }

        for (; c < valueStride; c += Lanes)
        {
            var sum = Vector256.Load(z + c);
            for (var p = 0; p < count; p++) sum = Vector256.FusedMultiplyAdd(Vector256.Create(weights[p]), Vector256.Load(values + (long)p * valueStride + c), sum);
            sum.Store(z + c);
        }
    }
}
