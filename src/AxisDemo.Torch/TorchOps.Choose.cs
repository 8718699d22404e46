using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>Choosing tokens on the device, all rows at once; five numbers a row come back with the step's results.</summary>
public sealed partial class TorchOps
{
    // Ids travel among float32 results: all integers up to this are exact there.
    private const int LargestId = 1 << 24;
    private const int Figures = 5;
    private ChosenToken[] chosen = [];
    private int chosenCount;

    /// <inheritdoc/>
    public ReadOnlySpan<ChosenToken> Chosen => chosen.AsSpan(0, chosenCount);

    /// <inheritdoc/>
    public void Choose(IBuffer logits, int vocabulary, ReadOnlySpan<TokenChoice> choices)
    {
        var b = Torch(logits);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabulary, Math.Min(b.Width, LargestId));
        foreach (ref readonly var choice in choices)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(choice.Row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Math.Max(choice.Row, choice.PlainRow), b.Rows);
        }

        using var scope = NewDisposeScope();
        var count = choices.Length;
        var batch = new ChoiceBatch(choices, vocabulary, numbers => Upload<long>(numbers, b.Device), numbers => Upload<float>(numbers, b.Device));
        var all = b.Tensor.narrow(1, 0, vocabulary);
        var rows = all.index_select(0, batch.Rows);
        var ids = batch.Ids(rows, devices[b.Device]);
        // A row without a token still has a figure's place to be read from.
        var places = ids.clamp_min(Scalars.WholeZero).unsqueeze(1);
        var none = zeros(count, ScalarType.Float32, devices[b.Device]);
        var (logProb, kl, plainId, plainLogProb) = (none, none, none, none);
        var total = batch.WantsFigures ? rows.logsumexp(1, keepdim: true) : none;
        if (batch.LogProbs) logProb = rows.gather(1, places).sub(total).squeeze(1);
        if (batch.Reads)
        {
            var plain = all.index_select(0, batch.PlainRows);
            var plainTotal = plain.logsumexp(1, keepdim: true);
            var (p, q) = (rows.sub(total), plain.sub(plainTotal));
            // Rounding may carry a divergence of nothing just below zero.
            kl = p.exp().mul_(p.sub(q)).sum(1).clamp_min_(Scalars.Zero); // NaN stays NaN
            plainId = plain.argmax(1).to(ScalarType.Float32);
            if (batch.LogProbs) plainLogProb = plain.gather(1, places).sub(plainTotal).squeeze(1);
        }

        if (chosen.Length < count) chosen = new ChosenToken[count * 2];
        chosenCount = count;
        var wanted = choices.ToArray();
        pieces.Add(stack([ids.to(ScalarType.Float32), logProb, kl, plainId, plainLogProb], 1), values =>
        {
            for (var i = 0; i < count; i++)
            {
                var f = values.Slice(i * Figures, Figures);
                var choice = wanted[i];
                var reads = choice.PlainRow >= 0;
                chosen[i] = new ChosenToken((int)f[0], choice.LogProbs ? f[1] : 0, reads ? f[2] : 0, reads ? (int)f[3] : 0, reads && choice.LogProbs ? f[4] : 0).IfFinite();
            }
        });
    }
}
