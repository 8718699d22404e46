using AxisDemo.Web.Charts;

namespace AxisDemo.Web.Conversations;

/// <summary>A visitor's message and the answers to it, in the columns that there were then.</summary>
/// <param name="Index">Turn, from 0.</param>
/// <param name="User">The message.</param>
/// <param name="Settings">What it was sent with. An answer that was asked for again has its own: <see cref="Answer.Settings"/>.</param>
/// <param name="Columns">Each column's answers, one for each sample; the first one is shown and continued from. Empty where the column did not answer.</param>
public sealed record ChatTurn(int Index, string User, ChatSettings Settings, ByColumn<IReadOnlyList<Answer>> Columns)
{
    /// <summary>Where the shown answers of the other columns part from the first one's.</summary>
    public IReadOnlyList<Parting> Partings { get; } = Parting.Of([.. Columns.Values.Where(answers => answers.Count > 0).Select(answers => answers[0])]);

    /// <summary>The answers of a column; none where the turn does not have it.</summary>
    public IReadOnlyList<Answer> this[Column column] => Columns.Find(column) ?? [];

    /// <summary>Every answer.</summary>
    public IEnumerable<Answer> Answers => Columns.Values.SelectMany(answers => answers);

    /// <summary>Whether all answers are over.</summary>
    public bool Over => Answers.All(a => a.Phase == AnswerPhase.Over);

    /// <summary>The answer that a column shows and goes on from, where it has one.</summary>
    public Answer? Shown(Column column) => this[column].Count > 0 ? this[column][0] : null;

    /// <summary>What a column's shown answer was made with.</summary>
    public ChatSettings SettingsOf(Column column) => Shown(column)?.Settings ?? (Settings.Columns.Has(column) ? Settings : Settings.With(column, ColumnVariant.Of(column)));

    /// <summary>The same with other answers in a column, which it may not have had.</summary>
    public ChatTurn With(Column column, IReadOnlyList<Answer> answers)
    {
        // The answers that stay have parted from answers that are gone.
        foreach (var answer in Answers) answer.MarkParting(null);
        return new ChatTurn(Index, User, Settings, Columns.With(column, answers));
    }

    /// <summary>The turn as it is remembered by who remembers a column's answers; where that column has none, the first one's that has.</summary>
    public PastTurn Past(Column column)
    {
        var answer = Shown(column) ?? Answers.First();
        lock (answer.Gate) return new PastTurn(User, answer.Text, answer.Model, [.. answer.Ids]);
    }
}
