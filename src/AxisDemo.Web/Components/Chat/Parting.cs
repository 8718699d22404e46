namespace AxisDemo.Web.Components.Chat;

/// <summary>
/// Finds the first token at which the two shown answers of a turn differ, while they are written, and marks it in both. Any thread.
/// </summary>
public sealed class Parting(Answer? a, Answer? b)
{
    private readonly Lock gate = new();
    private int same;

    /// <summary>Index of the first token that differs; null while none does.</summary>
    public int? At { get; private set; }

    /// <summary>Tokens that are known to be the same.</summary>
    public int Same => same;

    /// <summary>Looks at what has come since the last time.</summary>
    public void Update()
    {
        if (a is null || b is null) return;
        lock (gate)
        {
            if (At is not null) return;
            lock (a.Gate)
            {
                lock (b.Gate)
                {
                    // Ids of two models do not compare.
                    if (a.Model != b.Model) return;
                    while (same < a.Ids.Count && same < b.Ids.Count && a.Ids[same] == b.Ids[same]) same++;
                    // One that ended where the other goes on parts there too.
                    if (same < a.Ids.Count && same < b.Ids.Count || same < a.Ids.Count && Ended(b) || same < b.Ids.Count && Ended(a)) At = same;
                    if (At is not { } at) return;
                    a.MarkParting(at);
                    b.MarkParting(at);
                }
            }
        }
    }

    private static bool Ended(Answer answer) => answer.Phase == AnswerPhase.Over && answer.Reason == "stop";
}
