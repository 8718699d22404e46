using System.Numerics.Tensors;

namespace AxisDemo.Compute;

/// <summary>Choosing tokens: one row after the other on the caller; a row of logits takes a fraction of a block's time.</summary>
public sealed unsafe partial class CpuOps
{
    private Sampler? sampler;
    private ChosenToken[] chosen = [];
    private int chosenCount;

    /// <inheritdoc/>
    public ReadOnlySpan<ChosenToken> Chosen => chosen.AsSpan(0, chosenCount);

    /// <inheritdoc/>
    public void Choose(IBuffer logits, int vocabulary, ReadOnlySpan<TokenChoice> choices)
    {
        var b = Cpu(logits);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary, b.Width);
        if (sampler?.Vocabulary != vocabulary) sampler = new Sampler(vocabulary);
        if (chosen.Length < choices.Length) chosen = new ChosenToken[choices.Length * 2];
        chosenCount = choices.Length;
        for (var i = 0; i < choices.Length; i++) chosen[i] = Choose(sampler, choices[i], Row(choices[i].Row), choices[i].PlainRow < 0 ? default : Row(choices[i].PlainRow));

        ReadOnlySpan<float> Row(int row)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, b.Rows);
            return new ReadOnlySpan<float>(b.Row(row), vocabulary);
        }
    }

    private static ChosenToken Choose(Sampler sampler, in TokenChoice choice, ReadOnlySpan<float> logits, ReadOnlySpan<float> plain)
    {
        if (!TensorPrimitives.IsFiniteAll(logits) || (!plain.IsEmpty && !TensorPrimitives.IsFiniteAll(plain))) return ChosenToken.Nothing;
        var id = choice.Forced >= 0 ? choice.Forced : sampler.Choose(logits, choice);
        if (id < 0) return ChosenToken.Nothing;
        var result = new ChosenToken(id, choice.LogProbs ? sampler.LogProbability(logits, id) : 0, 0, 0, 0);
        if (!plain.IsEmpty)
            result = result with
            {
                Kl = sampler.Divergence(logits, plain),
                PlainId = TensorPrimitives.IndexOfMax(plain),
                PlainLogProb = choice.LogProbs ? sampler.LogProbability(plain, id) : 0,
            };
        return result.IfFinite();
    }
}
