namespace AxisDemo.Web.Components.Chat;

/// <summary>A visitor's message and the answers to it.</summary>
/// <param name="Index">Turn, from 0.</param>
/// <param name="User">The message.</param>
/// <param name="Settings">What it was sent with. An answer that was asked for again has its own: <see cref="Answer.Settings"/>.</param>
/// <param name="A">Column A's answers, one for each sample; the first one is shown and continued from. Empty where the column did not answer.</param>
/// <param name="B">Column B's.</param>
public sealed record ChatTurn(int Index, string User, ChatSettings Settings, IReadOnlyList<Answer> A, IReadOnlyList<Answer> B)
{
    /// <summary>Where the shown answers part.</summary>
    public Parting Parting { get; } = new(A.Count > 0 ? A[0] : null, B.Count > 0 ? B[0] : null);

    /// <summary>The answers of a column.</summary>
    public IReadOnlyList<Answer> this[Column column] => column == Column.A ? A : B;

    /// <summary>Every answer.</summary>
    public IEnumerable<Answer> Answers => A.Concat(B);

    /// <summary>Whether all answers are over.</summary>
    public bool Over => Answers.All(a => a.Phase == AnswerPhase.Over);

    /// <summary>The answer that a column shows and goes on from, where it has one.</summary>
    public Answer? Shown(Column column) => this[column].Count > 0 ? this[column][0] : null;

    /// <summary>What a column's shown answer was made with.</summary>
    public ChatSettings SettingsOf(Column column) => Shown(column)?.Settings ?? Settings;

    /// <summary>The same with other answers in a column.</summary>
    public ChatTurn With(Column column, IReadOnlyList<Answer> answers)
    {
        // The answers that stay have parted from answers that are gone.
        foreach (var answer in Answers) answer.MarkParting(null);
        return column == Column.A ? new ChatTurn(Index, User, Settings, answers, B) : new ChatTurn(Index, User, Settings, A, answers);
    }

    /// <summary>The turn as it is remembered by who remembers a column's answers; where that column has none, the other's.</summary>
    public PastTurn Past(Column column)
    {
        var answer = Shown(column) ?? Shown(column == Column.A ? Column.B : Column.A)!;
        lock (answer.Gate) return new PastTurn(User, answer.Text, answer.Model, [.. answer.Ids]);
    }
}
