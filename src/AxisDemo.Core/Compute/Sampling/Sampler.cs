using System.Numerics.Tensors;

namespace AxisDemo.Compute;

/// <summary>Chooses tokens from logits, and compares distributions. Its scratch space belongs to the engine's thread.</summary>
/// <param name="vocabulary">Number of token ids.</param>
internal sealed class Sampler(int vocabulary)
{
    private readonly float[] scratch = new float[vocabulary];
    private readonly float[] other = new float[vocabulary];
    private readonly float[] weights = new float[vocabulary];
    private readonly int[] candidates = new int[vocabulary];
    private readonly float[] order = new float[vocabulary];

    /// <summary>Number of token ids.</summary>
    public int Vocabulary => vocabulary;

    /// <summary>The next token: penalty, temperature, top-k, top-p, then Gumbel-max with the shared luck. Below 0: the penalty took a logit out of float32's range, and nothing can be chosen.</summary>
    /// <param name="logits">[vocabulary], finite.</param>
    /// <param name="choice">How to choose.</param>
    public int Choose(ReadOnlySpan<float> logits, in TokenChoice choice)
    {
        if (choice.RepetitionPenalty != 1 && choice.Answer is { Count: > 0 } answer)
        {
            logits.CopyTo(scratch);
            // Each token once, however often it occurred.
            for (var i = 0; i < answer.Count; i++)
                scratch[answer[i]] = logits[answer[i]] > 0 ? logits[answer[i]] / choice.RepetitionPenalty : logits[answer[i]] * choice.RepetitionPenalty;
            logits = scratch;
        }

        var max = TensorPrimitives.Max(logits);
        if (!float.IsFinite(max)) return -1;
        if (choice.IsGreedy) return TensorPrimitives.IndexOfMax(logits);
        var count = Nucleus(logits, max, choice);
        var (best, bestScore) = (-1, double.NegativeInfinity);
        for (var c = 0; c < count; c++)
        {
            var id = candidates[c];
            var score = logits[id] / (double)choice.Temperature + Luck.Gumbel(choice.Seed, choice.Index, id);
            // At a small temperature the luck is lost in rounding: of equals the first wins then, as with greedy.
            if (score > bestScore || (score == bestScore && id < best)) (best, bestScore) = (id, score);
        }

        return best;
    }

    /// <summary>log p of a token, nats, at temperature 1.</summary>
    public float LogProbability(ReadOnlySpan<float> logits, int id) => logits[id] - LogSumExp(logits);

    /// <summary>KL(p || q) in nats of the softmaxes of two rows of logits.</summary>
    public float Divergence(ReadOnlySpan<float> p, ReadOnlySpan<float> q)
    {
        var (zp, zq) = (LogSumExp(p), LogSumExp(q));
        TensorPrimitives.Subtract(p, zp, scratch);
        TensorPrimitives.Subtract(q, zq, other);
        TensorPrimitives.Subtract(scratch, other, other);
        TensorPrimitives.Exp(scratch, scratch);
        // Rounding may carry a divergence of nothing just below zero.
        return Math.Max(0, TensorPrimitives.Dot<float>(scratch, other));
    }

    private float LogSumExp(ReadOnlySpan<float> logits)
    {
        var max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, scratch);
        TensorPrimitives.Exp(scratch, scratch);
        return max + MathF.Log(TensorPrimitives.Sum<float>(scratch));
    }

    // Fills candidates with the tokens kept and returns how many; the most likely first unless everything is kept.
    private int Nucleus(ReadOnlySpan<float> logits, float max, in TokenChoice sampling)
    {
        TensorPrimitives.Subtract(logits, max, weights);
        TensorPrimitives.Multiply(weights, 1 / sampling.Temperature, weights);
        TensorPrimitives.Exp(weights, weights);
        var total = TensorPrimitives.Sum<float>(weights);

        // Tokens below this all together weigh less than what top-p leaves out, so none of them can be needed.
        var least = sampling.TopP < 1 ? (1 - sampling.TopP) * total / vocabulary : 0;
        var count = 0;
        for (var id = 0; id < weights.Length; id++)
            if (weights[id] >= least) candidates[count++] = id;
        if (sampling.TopP >= 1 && sampling.TopK == 0) return count;

        for (var c = 0; c < count; c++) order[c] = -weights[candidates[c]];
        Array.Sort(order, candidates, 0, count);
        if (sampling.TopK > 0) count = Math.Min(count, sampling.TopK);
        if (sampling.TopP >= 1) return count;
        double sum = 0;
        for (var c = 0; c < count; c++)
        {
            sum -= order[c];
            if (sum >= sampling.TopP * (double)total) return c + 1;
        }

        return count;
    }
}
