using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>
/// The sampler's rule (<see cref="Sampler"/>) for several rows at once: penalty, temperature, top-k, top-p, Gumbel-max with the shared
/// luck. Probabilities are compared in float32 and scores in float64, as there: the choice is the same but for ties within rounding.
/// </summary>
internal sealed class ChoiceBatch
{
    private readonly int count, vocabulary;
    private readonly bool samples, cuts, penalises, forces;
    private readonly Tensor forced, greedy, inverseTemperature, temperature, topP, topK, luck, penalised, penalties;

    public ChoiceBatch(ReadOnlySpan<TokenChoice> choices, int vocabulary, Func<long[], Tensor> uploadLongs, Func<float[], Tensor> uploadFloats)
    {
        (count, this.vocabulary) = (choices.Length, vocabulary);
        var longs = new List<long>();
        var floats = new List<float>();
        var answers = new SortedDictionary<long, float>();
        for (var i = 0; i < count; i++)
        {
            var c = choices[i];
            samples |= c is { IsGreedy: false, Forced: < 0 };
            cuts |= c is { IsGreedy: false, Forced: < 0 } && (c.TopP < 1 || c.TopK > 0);
            forces |= c.Forced >= 0;
            LogProbs |= c.LogProbs;
            Reads |= c.PlainRow >= 0;
            if (c.RepetitionPenalty == 1 || c.Answer is null || c.Forced >= 0) continue;
            for (var t = 0; t < c.Answer.Count; t++) answers[(long)i * vocabulary + c.Answer[t]] = c.RepetitionPenalty;
        }

        penalises = answers.Count > 0;
        foreach (var c in choices)
        {
            longs.AddRange([c.Row, c.PlainRow >= 0 ? c.PlainRow : c.Row, c.Forced, c.TopK > 0 ? Math.Min(c.TopK, vocabulary) : vocabulary, unchecked((long)Luck.Key(c.Seed, c.Index)), c.IsGreedy ? 1 : 0]);
            // Greedy rows are computed along with the others, at temperature 1, and not used.
            var t = c.IsGreedy ? 1 : c.Temperature;
            floats.AddRange([t, 1 / t, c.TopP < 1 ? c.TopP : float.PositiveInfinity]);
        }

        longs.AddRange(answers.Keys);
        floats.AddRange(answers.Values);
        var (whole, real) = (uploadLongs([.. longs]), uploadFloats([.. floats]));
        var (numbers, reals) = (whole.narrow(0, 0, 6L * count).view(count, 6), real.narrow(0, 0, 3L * count).view(count, 3));
        Rows = numbers.select(1, 0);
        PlainRows = numbers.select(1, 1);
        forced = numbers.select(1, 2);
        topK = numbers.narrow(1, 3, 1);
        luck = numbers.narrow(1, 4, 1);
        greedy = numbers.select(1, 5).gt(Scalars.Zero);
        temperature = reals.narrow(1, 0, 1);
        inverseTemperature = reals.narrow(1, 1, 1);
        topP = reals.narrow(1, 2, 1);
        penalised = whole.narrow(0, 6L * count, answers.Count);
        penalties = real.narrow(0, 3L * count, answers.Count);
    }

    /// <summary>Row of the logits of each choice, [choices].</summary>
    public Tensor Rows { get; }

    /// <summary>Row of the plain model's logits; where nobody reads along, the row itself.</summary>
    public Tensor PlainRows { get; }

    /// <summary>Whether any choice wants log p.</summary>
    public bool LogProbs { get; }

    /// <summary>Whether the plain model reads along with any.</summary>
    public bool Reads { get; }

    /// <summary>Whether any figure of a distribution is wanted.</summary>
    public bool WantsFigures => LogProbs || Reads;

    /// <summary>The tokens, int64 [choices]; -1 where a logit is not finite, before the penalty or after it.</summary>
    /// <param name="logits">[choices, vocabulary], float32; kept as they are.</param>
    /// <param name="device">Where they are.</param>
    public Tensor Ids(Tensor logits, Device device)
    {
        var finite = logits.isfinite().all(1);
        if (penalises)
        {
            var flat = logits.clone().view(-1);
            var old = flat.index_select(0, penalised);
            logits = flat.index_copy_(0, penalised, where(old.gt(Scalars.Zero), old.div(penalties), old.mul(penalties))).view(count, vocabulary);
        }

        var ids = logits.argmax(1);
        if (penalises) ids = ids.masked_fill(logits.gather(1, ids.unsqueeze(1)).squeeze(1).isfinite().logical_not(), Scalars.None);
        if (samples) ids = where(greedy.logical_or(ids.lt(Scalars.Zero)), ids, Sampled(logits, device));
        return (forces ? where(forced.ge(Scalars.Zero), forced, ids) : ids).masked_fill(finite.logical_not(), Scalars.None);
    }

    private Tensor Sampled(Tensor logits, Device device)
    {
        var noise = DeviceLuck.Gumbel(luck, Scalars.Range(vocabulary, device));
        var scores = logits.to(ScalarType.Float64).div(temperature).add_(noise, Scalars.One);
        if (!cuts) return scores.argmax(1);
        // Most likely first: a token is kept while those before it weigh less than top-p of the whole.
        var (sorted, order) = logits.sort(1, descending: true);
        var weights = sorted.sub(sorted.narrow(1, 0, 1)).mul_(inverseTemperature).exp();
        var sums = weights.cumsum(1, ScalarType.Float64);
        var dropped = sums.sub(weights).ge(sums.narrow(1, vocabulary - 1, 1).mul(topP)).logical_or(Scalars.Range(vocabulary, device).ge(topK));
        var best = scores.gather(1, order).masked_fill_(dropped, Scalars.MinusInfinity).argmax(1, keepdim: true);
        return order.gather(1, best).squeeze(1);
    }
}
