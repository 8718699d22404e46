namespace AxisDemo.Compute;

/// <summary>The elementwise operations and attention as plain loops: the reference of <see cref="KernelPath.Scalar"/>.</summary>
internal static unsafe class ScalarMath
{
    /// <summary>
    /// y = x / sqrt(mean(x²) + epsilon) * gain. The squares are summed in double, in order. A row that is not finite has no norm: all
    /// of y is NaN then, where dividing by infinity would leave ordinary zeros.
    /// </summary>
    public static void RmsNorm(float* x, float* gain, float epsilon, float* y, int n)
    {
        var squares = 0.0;
        for (var i = 0; i < n; i++) squares += (double)x[i] * x[i];
        var factor = double.IsFinite(squares) ? (float)(1 / Math.Sqrt(squares / n + epsilon)) : float.NaN;
        for (var i = 0; i < n; i++) y[i] = gain is null ? x[i] * factor : x[i] * factor * gain[i];
    }

    /// <summary>x += delta.</summary>
    public static void Add(float* x, float* delta, int n)
    {
        for (var i = 0; i < n; i++) x[i] += delta[i];
    }

    /// <summary>y = act(gate) * up.</summary>
    public static void Gate(float* gate, float* up, Activation activation, float* y, int n)
    {
        for (var i = 0; i < n; i++) y[i] = (activation == Activation.Silu ? Silu(gate[i]) : GeluTanh(gate[i])) * up[i];
    }

    public static float Silu(float x) => x / (1 + MathF.Exp(-x));

    public static float GeluTanh(float x) => 0.5f * x * (1 + MathF.Tanh(0.7978845608f * (x + 0.044715f * x * x * x)));

    /// <summary>x = c * tanh(x / c).</summary>
    public static void SoftCap(float* x, float c, int n)
    {
        for (var i = 0; i < n; i++) x[i] = c * MathF.Tanh(x[i] / c);
    }

    /// <summary>Rotates the pairs (c, c + pairs) of one head.</summary>
    public static void Rope(float* x, float* cos, float* sin, int pairs)
    {
        for (var c = 0; c < pairs; c++)
        {
            float a = x[c], b = x[c + pairs];
            x[c] = a * cos[c] - b * sin[c];
            x[c + pairs] = b * cos[c] + a * sin[c];
        }
    }

    /// <summary>scores[p] = scale * sum over c of q[c] keys[c, p] for count positions of a page, c ascending.</summary>
    public static void Scores(float* q, float* keys, int tokenStride, int headDim, float scale, float* scores, int count)
    {
        for (var p = 0; p < count; p++) scores[p] = 0;
        for (var c = 0; c < headDim; c++, keys += tokenStride)
            for (var p = 0; p < count; p++) scores[p] += q[c] * keys[p];
        for (var p = 0; p < count; p++) scores[p] *= scale;
    }

    /// <summary>Softmax in place; the sum is taken in double, in order.</summary>
    public static void Softmax(float* x, int n)
    {
        var max = float.NegativeInfinity;
        for (var i = 0; i < n; i++) max = MathF.Max(max, x[i]);
        var sum = 0.0;
        for (var i = 0; i < n; i++) sum += x[i] = MathF.Exp(x[i] - max);
        var factor = (float)(1 / sum);
        for (var i = 0; i < n; i++) x[i] *= factor;
    }

    /// <summary>z += sum over p of weights[p] values[p, :], p ascending.</summary>
    public static void Mix(float* weights, float* values, int valueStride, int headDim, float* z, int count)
    {
        for (var p = 0; p < count; p++, values += valueStride)
            for (var c = 0; c < headDim; c++) z[c] += weights[p] * values[c];
    }
}
