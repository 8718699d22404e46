namespace AxisDemo.Compute;

/// <summary>
/// What is wanted of a row of logits: the next token, chosen by penalty, temperature, top-k, top-p, then Gumbel-max with the shared
/// <see cref="Luck"/>; and figures of the distribution. All of it is computed where the logits are, and read with the step's results.
/// </summary>
public readonly record struct TokenChoice
{
    /// <summary>A choice of a chosen token that nobody reads along.</summary>
    public TokenChoice() { }

    /// <summary>Row of the logits.</summary>
    public required int Row { get; init; }

    /// <summary>Row of the plain model's logits at the same position, for the divergence and its own choice; -1: nobody reads along.</summary>
    public int PlainRow { get; init; } = -1;

    /// <summary>The token to take instead of a chosen one; -1: choose.</summary>
    public int Forced { get; init; } = -1;

    /// <summary>Divides the logits; 0 = greedy.</summary>
    public float Temperature { get; init; }

    /// <summary>Whether the most likely token is taken: at temperature 0, and where it is so small that its reciprocal overflows, since greedy is the limit.</summary>
    public bool IsGreedy => !float.IsFinite(1 / Temperature);

    /// <summary>Keeps the smallest set of tokens whose probability reaches this; 1 = all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keeps the k most likely tokens; 0 = all.</summary>
    public int TopK { get; init; }

    /// <summary>Divides (or, below zero, multiplies) the logits of <see cref="Answer"/>'s tokens; 1 = off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Luck.</summary>
    public ulong Seed { get; init; }

    /// <summary>Index in the answer of the token to choose.</summary>
    public int Index { get; init; }

    /// <summary>Tokens of the answer before this step; they stay as they are until it has ended. Not looked at where the token is forced.</summary>
    public IReadOnlyList<int>? Answer { get; init; }

    /// <summary>Whether log p of the token is wanted.</summary>
    public bool LogProbs { get; init; }
}

/// <summary>What a <see cref="TokenChoice"/> came to; figures that were not asked for are 0.</summary>
/// <param name="Id">The token; below 0: nothing was chosen, see <see cref="Nothing"/>.</param>
/// <param name="LogProb">log p of the token at temperature 1, nats, before penalty and cuts.</param>
/// <param name="Kl">KL(row || plain row), nats.</param>
/// <param name="PlainId">The plain row's most likely token.</param>
/// <param name="PlainLogProb">log p of the token in the plain row.</param>
public readonly record struct ChosenToken(int Id, float LogProb, float Kl, int PlainId, float PlainLogProb)
{
    /// <summary>A logit, or a figure that was asked for, is no finite number: there is no distribution to choose from.</summary>
    public static ChosenToken Nothing => new(-1, 0, 0, -1, 0);

    /// <summary>This, or <see cref="Nothing"/> where a figure is no finite number.</summary>
    public ChosenToken IfFinite() => Id >= 0 && float.IsFinite(LogProb) && float.IsFinite(Kl) && float.IsFinite(PlainLogProb) ? this : Nothing;
}
