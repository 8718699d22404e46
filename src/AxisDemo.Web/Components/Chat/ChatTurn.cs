namespace AxisDemo.Web.Components.Chat;

/// <summary>A visitor's message and the answers to it.</summary>
public sealed record ChatTurn(int Index, string User, ChatSettings Settings, Answer Standard, Answer? Capped)
{
    /// <summary>The answer of a column, where it has one.</summary>
    public Answer? this[Variant variant] => variant == Variant.Standard ? Standard : Capped;

    /// <summary>Whether both answers are over.</summary>
    public bool Over => Standard.Phase == AnswerPhase.Over && Capped is null or { Phase: AnswerPhase.Over };

    /// <summary>The turn as a column remembers it: where the capped column was off it goes on from the standard answer.</summary>
    public PastTurn Past(Variant variant)
    {
        var answer = this[variant] ?? Standard;
        lock (answer.Gate) return new PastTurn(User, answer.Text, [.. answer.Ids]);
    }
}
