using AxisDemo.Web.Conversations;

namespace AxisDemo.Web.Pages;

/// <summary>How fast a turn's answers are written: an answer that is over knows its rate, one that runs is timed here.</summary>
internal sealed class RateMeter(TimeProvider clock)
{
    private readonly Dictionary<Answer, (long Time, int Tokens)> started = [];

    /// <summary>Tokens per second of a turn, its answers together.</summary>
    public double Of(ChatTurn turn)
    {
        foreach (var old in started.Keys.Where(a => !turn.Answers.Contains(a)).ToList()) started.Remove(old);
        return turn.Answers.Sum(Of);
    }

    private double Of(Answer answer)
    {
        lock (answer.Gate)
        {
            if (answer.Phase == AnswerPhase.Over) return answer.TokensPerSecond;
            if (answer.Ids.Count == 0) return 0;
            if (!started.TryGetValue(answer, out var from))
            {
                started[answer] = (clock.GetTimestamp(), answer.Ids.Count);
                return 0;
            }

            var seconds = clock.GetElapsedTime(from.Time).TotalSeconds;
            return seconds > 0 ? (answer.Ids.Count - from.Tokens) / seconds : 0;
        }
    }
}
