using AxisDemo.Serving;

namespace AxisDemo.Web.Conversations;

/// <summary>
/// Finds the first token at which a turn's shown answer differs from the first column's, while they are written, and marks it in both.
/// Any thread.
/// </summary>
/// <param name="first">The first column's answer; it is marked where the first of the others parts from it.</param>
/// <param name="other">Another column's.</param>
public sealed class Parting(Answer first, Answer other)
{
    private readonly Lock gate = new();
    private int same;

    /// <summary>The other answer.</summary>
    public Answer Other => other;

    /// <summary>Index of the first token that differs; null while none does.</summary>
    public int? At { get; private set; }

    /// <summary>Tokens that are known to be the same.</summary>
    public int Same => same;

    /// <summary>Of each answer after the first against the first.</summary>
    public static IReadOnlyList<Parting> Of(IReadOnlyList<Answer> shown) => [.. shown.Skip(1).Select(other => new Parting(shown[0], other))];

    /// <summary>Looks at what has come since the last time.</summary>
    public void Update()
    {
        lock (gate)
        {
            if (At is not null) return;
            lock (first.Gate)
            {
                lock (other.Gate)
                {
                    // Ids of two models do not compare.
                    if (first.Model != other.Model) return;
                    while (same < first.Ids.Count && same < other.Ids.Count && first.Ids[same] == other.Ids[same]) same++;
                    // One that ended where the other goes on parts there too.
                    if (same < first.Ids.Count && same < other.Ids.Count || same < first.Ids.Count && Ended(other) || same < other.Ids.Count && Ended(first)) At = same;
                    if (At is not { } at) return;
                    if (first.PartsAt is not { } before || at < before) first.MarkParting(at);
                    other.MarkParting(at);
                }
            }
        }
    }

    private static bool Ended(Answer answer) => answer.Phase == AnswerPhase.Over && answer.Reason == FinishReason.Stop;
}
