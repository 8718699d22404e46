using System.Runtime.InteropServices;

namespace AxisDemo.Serving;

/// <summary>How many rows each request gets in a step: the scheduler's decision over a row budget that follows from the measured times of earlier steps.</summary>
internal sealed class StepPlanner(EngineOptions options)
{
    // Tokens of given answers that a step may take, of all requests together: enough for the matrix products to use each weight many
    // times, few enough for their logits (with a reader twice as many rows) to stay small. The step's time is a limit too.
    internal const int AheadTokens = 64;
    // Shorter pieces do not pay: sequences of one row each share what a longer one has for itself.
    private const int LeastAhead = 8;
    private Pending[] pending = new Pending[16];
    private Rows[] plan = new Rows[16];
    private double rowsPerMillisecond = 1;
    private int decodeRows;

    /// <summary>Tokens that a request may be given ahead.</summary>
    public int Ahead { get; private set; }

    /// <summary>Rows of answers in the step.</summary>
    public int AnswerRows { get; private set; }

    /// <summary>The rows of each request, in their order; valid until the next plan.</summary>
    public ReadOnlySpan<Rows> Plan(List<RunningRequest> running)
    {
        if (pending.Length < running.Count)
        {
            Array.Resize(ref pending, running.Count * 2);
            Array.Resize(ref plan, running.Count * 2);
        }

        Ahead = AheadOf(running);
        (decodeRows, AnswerRows) = (0, 0);
        var answering = false;
        for (var i = 0; i < running.Count; i++)
        {
            pending[i] = new Pending(running[i].Main.Pending, running[i].Reader?.Pending ?? 0, running[i].InAnswer);
            answering |= pending[i].InAnswer;
            if (pending[i].Decoding) decodeRows += pending[i].Main + pending[i].Reader;
        }

        var budget = answering || decodeRows > 0 ? Math.Clamp(decodeRows + (int)(rowsPerMillisecond * options.StepMilliseconds), 16, options.MaxRows) : options.MaxRows;
        Scheduler.Plan(pending.AsSpan(0, running.Count), budget, plan);
        for (var i = 0; i < running.Count; i++)
            if (pending[i].InAnswer) AnswerRows += plan[i].Main + plan[i].Reader;
        return plan.AsSpan(0, running.Count);
    }

    /// <summary>What a step of so many rows took.</summary>
    public void Took(int rows, double seconds)
    {
        if (rows > decodeRows + 8 && seconds > 0) rowsPerMillisecond += 0.3 * (rows / (seconds * 1000) - rowsPerMillisecond);
    }

    // Where somebody's answer is written, or is about to be, given ones advance token by token too: nobody waits for another's reading.
    private static int AheadOf(List<RunningRequest> running)
    {
        var each = AheadTokens / running.Count;
        foreach (var entry in CollectionsMarshal.AsSpan(running))
            if (entry.Request.Forced is null) return 1;
        return each >= LeastAhead ? each : 1;
    }
}
