namespace AxisDemo.Web.Components.Chat;

/// <summary>What a turn's two columns say together: where they part, and whether they differ by more than luck.</summary>
/// <param name="Text">One or two sentences.</param>
/// <param name="Noise">Whether the difference lies inside the seeds' spread.</param>
public sealed record TurnNote(string Text, bool Noise)
{
    /// <summary>Of a turn as it is now.</summary>
    public static TurnNote Of(ChatTurn turn, Trajectory trajectory)
    {
        ArgumentNullException.ThrowIfNull(turn);
        ArgumentNullException.ThrowIfNull(trajectory);
        var said = new List<string>();
        turn.Parting.Update();
        if (OtherLuck(turn) is { } luck) said.Add(luck);
        if (turn.Parting.At is 0) said.Add("The columns part at the first token.");
        else if (turn.Parting.At is { } at) said.Add($"The columns say the same for {(at == 1 ? "one token" : $"{at} tokens")}, then part.");
        else if (turn.Over && turn.Parting.Same > 0) said.Add("Both columns say the same.");
        var noise = false;
        if (turn.Over && trajectory.Turn(turn.Index) is { } summary
            && SeedSpread.Of(summary.A, DrawnAxis.Main, Reading.Read) is { } a && SeedSpread.Of(summary.B, DrawnAxis.Main, Reading.Read) is { } b && SeedSpread.IsNoise(a, b) is { } isNoise)
        {
            noise = isNoise;
            said.Add(Compare(a, b, noise));
        }

        return new TurnNote(string.Join(' ', said), noise);
    }

    // One column that is asked again takes the next seed.
    private static string? OtherLuck(ChatTurn turn)
    {
        var (a, b) = (turn.Shown(Column.A), turn.Shown(Column.B));
        if (a is null || b is null || a.Given is not null || b.Given is not null) return null;
        var ((seedA, heatA), (seedB, heatB)) = ((a.Settings.Seed, a.Settings.Temperature), (b.Settings.Seed, b.Settings.Temperature));
        return seedA == seedB || (heatA == 0 && heatB == 0) ? null : $"Different luck: seed {seedA} in A, {seedB} in B. What differs is not the variants' doing alone.";
    }

    private static string Compare(SeedSpread a, SeedSpread b, bool noise)
    {
        var difference = AnswerView.Number((float)Math.Abs(b.Mean - a.Mean)).TrimStart('+');
        return $"{a.Seeds} seeds: A {Spread(a)}, B {Spread(b)}. " + (noise
            ? $"They differ by {difference}, which lies inside the seeds' spread: noise."
            : $"B lies {difference} {(b.Mean > a.Mean ? "higher" : "lower")}, more than the seeds differ among themselves.");
    }

    private static string Spread(SeedSpread column) => $"{AnswerView.Number((float)column.Mean)} ± {Math.Round(column.Spread ?? 0)}";
}
