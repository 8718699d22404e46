using AxisDemo.Web.Charts;

namespace AxisDemo.Web.Conversations;

/// <summary>What a turn's columns say together: where they part, and whether they differ by more than luck. Each is compared with the first; one alone says nothing.</summary>
/// <param name="Text">One or more sentences.</param>
/// <param name="Noise">Whether all differences lie inside the seeds' spread.</param>
public sealed record TurnNote(string Text, bool Noise)
{
    /// <summary>Of a turn as it is now.</summary>
    public static TurnNote Of(ChatTurn turn, Trajectory trajectory)
    {
        ArgumentNullException.ThrowIfNull(turn);
        ArgumentNullException.ThrowIfNull(trajectory);
        foreach (var parting in turn.Partings) parting.Update();
        var shown = turn.Columns.Keys.Select(turn.Shown).OfType<Answer>().ToList();
        var said = new List<string?> { OtherLuck(shown), turn.Partings is [var only] ? Parts(only, turn.Over) : Parts(shown, turn.Partings, turn.Over) };
        var noise = false;
        if (turn.Over && trajectory.Turn(turn.Index) is { } summary)
        {
            var spreads = summary.Columns.Keys.Select(column => (Column: column, Spread: summary.Spread(column, DrawnAxis.Main, Reading.Read)))
                .Where(c => c.Spread is not null).Select(c => (c.Column, Spread: c.Spread!.Value)).ToList();
            var compared = spreads.Skip(1).Where(c => SeedSpread.IsNoise(spreads[0].Spread, c.Spread) is not null).ToList();
            if (compared.Count > 0)
            {
                noise = compared.TrueForAll(c => SeedSpread.IsNoise(spreads[0].Spread, c.Spread) == true);
                said.Add($"{spreads[0].Spread.Seeds} seeds: {string.Join(", ", compared.Prepend(spreads[0]).Select(c => $"{c.Column} {Written(c.Spread)}"))}. {(compared is [var one] ? Compare(spreads[0], one) : Compare(spreads[0], compared))}");
            }
        }

        return new TurnNote(string.Join(' ', said.Where(s => s is not null)), noise);
    }

    // One column that is asked again takes the next seed.
    private static string? OtherLuck(List<Answer> shown)
    {
        if (shown.Exists(a => a.Given is not null) || shown.Select(a => a.Settings.Seed).Distinct().Count() < 2 || shown.TrueForAll(a => a.Settings.Temperature == 0)) return null;
        return $"Different luck: seed {string.Join(", ", shown.Select(a => $"{a.Settings.Seed} in {a.Column}"))}. What differs is not the variants' doing alone.";
    }

    private static string? Parts(Parting parting, bool over) => parting.At switch
    {
        0 => "The columns part at the first token.",
        { } at => $"The columns say the same for {Tokens(at)}, then part.",
        null => over && parting.Same > 0 ? "Both columns say the same." : null,
    };

    private static string? Parts(List<Answer> shown, IReadOnlyList<Parting> partings, bool over)
    {
        var said = partings.Where(p => p.At is not null || (over && p.Same > 0)).Select(p => p.At switch
        {
            0 => $"{p.Other.Column} parts at the first token",
            { } at => $"{p.Other.Column} parts after {Tokens(at)}",
            null => $"{p.Other.Column} says the same",
        }).ToList();
        return said.Count == 0 ? null : $"Beside {shown[0].Column}, {string.Join(", ", said)}.";
    }

    private static string Tokens(int count) => count == 1 ? "one token" : $"{count} tokens";

    private static string Compare((Column Column, SeedSpread Spread) first, (Column Column, SeedSpread Spread) other) => SeedSpread.IsNoise(first.Spread, other.Spread) == true
        ? $"They differ by {Difference(first, other)}, which lies inside the seeds' spread: noise."
        : $"{other.Column} lies {Difference(first, other)} {Way(first, other)}, more than the seeds differ among themselves.";

    private static string Compare((Column Column, SeedSpread Spread) first, List<(Column Column, SeedSpread Spread)> others) =>
        $"Beside {first.Column}, {string.Join("; ", others.Select(other => $"{other.Column} lies {Difference(first, other)} {Way(first, other)}, {(SeedSpread.IsNoise(first.Spread, other.Spread) == true ? "inside the seeds' spread: noise" : "more than the seeds' spread")}"))}.";

    private static string Difference((Column, SeedSpread Spread) first, (Column, SeedSpread Spread) other) => ProjectionText.Of(Math.Abs(other.Spread.Mean - first.Spread.Mean)).TrimStart('+');

    private static string Way((Column, SeedSpread Spread) first, (Column, SeedSpread Spread) other) => other.Spread.Mean > first.Spread.Mean ? "higher" : "lower";

    private static string Written(SeedSpread column) => $"{ProjectionText.Of(column.Mean)} ± {Math.Round(column.Spread ?? 0)}";
}
