namespace AxisDemo.Serving;

/// <summary>Tokens a request's sequences have yet to compute; a request without a reader has 0 in the second place.</summary>
/// <param name="Main">Known minus computed tokens of the sequence that generates.</param>
/// <param name="Reader">The same of the plain model that reads along.</param>
/// <param name="InAnswer">Whether the prompt is done: each row is then a token to report, and both sequences take as many.</param>
internal readonly record struct Pending(int Main, int Reader, bool InAnswer = false)
{
    /// <summary>Whether every sequence is at its newest token: one row each gives the next.</summary>
    public bool Decoding => Main <= 1 && Reader <= 1;
}

/// <summary>Rows a request gets in a step.</summary>
internal readonly record struct Rows(int Main, int Reader);

/// <summary>
/// Decides what a step computes: known minus computed tokens, and a row budget. Pure: no clock, no threads, no state.
/// Prefill and decode are the same thing, and so is reading a given answer. A request's sequences reach the prompt's last token in
/// the same step and stay together from there, so that their distributions can be compared.
/// </summary>
internal static class Scheduler
{
    /// <summary>
    /// Everyone who decodes gets a row; what is left of the budget is shared evenly by the sequences that have more to compute,
    /// at least one row for the first of them, so that nobody starves.
    /// </summary>
    public static void Plan(ReadOnlySpan<Pending> requests, int rowBudget, Span<Rows> plan)
    {
        var prefilling = 0;
        foreach (var r in requests)
        {
            if (r.Decoding) rowBudget -= r.Main + r.Reader;
            else prefilling += (r.Main > 0 ? 1 : 0) + (r.Reader > 0 ? 1 : 0);
        }

        for (var i = 0; i < requests.Length; i++)
        {
            var r = requests[i];
            if (r.Decoding)
            {
                plan[i] = new Rows(r.Main, r.Reader);
                continue;
            }

            var main = Share(r.Main, ref rowBudget, ref prefilling);
            var reader = Share(r.Reader, ref rowBudget, ref prefilling);
            if (r.InAnswer)
                (main, reader) = r.Reader == 0 ? (main, 0) : (Math.Min(main, reader), Math.Min(main, reader));
            else if (main < r.Main || reader < r.Reader)
                (main, reader) = (Math.Min(main, r.Main - 1), Math.Min(reader, r.Reader - 1));
            plan[i] = new Rows(Math.Max(main, 0), Math.Max(reader, 0));
        }
    }

    private static int Share(int pending, ref int budget, ref int prefilling)
    {
        if (pending == 0) return 0;
        var share = Math.Min(pending, Math.Max(1, budget / Math.Max(1, prefilling)));
        budget -= share;
        prefilling--;
        return share;
    }
}
