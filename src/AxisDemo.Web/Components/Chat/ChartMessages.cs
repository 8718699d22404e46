namespace AxisDemo.Web.Components.Chat;

/// <summary>What the chart's script is told, in the form that it takes. A token costs the same in the first turn and in the two hundredth.</summary>
internal static class ChartMessages
{
    /// <summary>
    /// A delta. A token is an array, since each key would be sent with each token: [turn, column, sample, index, text, id, read], for a
    /// changed run also pre, post, touched, lifted, KL and the plain model's choice; an object at the end holds the other axes.
    /// </summary>
    public static object Delta(TrajectoryDelta delta, IReadOnlyDictionary<int, string> changes) => new
    {
        keep = delta.Keep,
        count = delta.Count,
        points = delta.Points.Select(Point),
        turns = delta.Turns.Select(t => Turn(t, changes.GetValueOrDefault(t.Turn))),
    };

    /// <summary>An axis as the chart labels it.</summary>
    public static object Axis(DrawnAxis axis) => new
    {
        key = axis.Key,
        name = axis.Name,
        layer = axis.Watch.Layer,
        high = axis.High,
        low = axis.Low,
        floors = axis.Key == DrawnAxis.Main,
        roles = axis.Roles.Select(r => new { name = r.Role, value = Round(r.Projection) }),
        spread = axis.Scale,
    };

    /// <summary>A dashed line, or null.</summary>
    public static object? Floor(ColumnFloor? floor) => floor is null ? null : new { value = Round(floor.Value), percentile = Math.Round(floor.Percentile, 1), acts = floor.Acts };

    private static List<object?> Point(TokenPoint p)
    {
        var values = new List<object?>(14) { p.Turn, (int)p.Column, p.Sample, p.Index, p.Text, p.Id, Round(p.Read) };
        // Only a column that changes the model has a reader beside it, and with it these numbers.
        if (p.Kl is { } kl) values.AddRange([Round(p.Pre), Round(p.Post), p.Touched ? 1 : 0, p.Lifted, Math.Round(kl, 3), p.PlainChoice]);
        if (p.More.Count > 0) values.Add(p.More.ToDictionary(m => m.Axis, m => p.Kl is null ? (object)Round(m.Read) : new[] { Round(m.Read), Round(m.Pre), Round(m.Post) }));
        return values;
    }

    // Of each axis: [seeds, read, pre, post, spread of read, of pre, of post]; and whether the columns differ by no more than noise.
    private static object Turn(TurnSummary turn, string? changed)
    {
        string[] axes = [DrawnAxis.Main, .. turn.A.More.Keys.Union(turn.B.More.Keys)];
        var noise = axes.ToDictionary(axis => axis, axis => Enum.GetValues<Reading>().Select(r => SeedSpread.IsNoise(SeedSpread.Of(turn.A, axis, r), SeedSpread.Of(turn.B, axis, r))));
        return new { turn = turn.Turn, span = turn.Span, changed, columns = new[] { Column(turn.A, axes), Column(turn.B, axes) }, noise };
    }

    private static object Column(ColumnSummary column, string[] axes) => new { name = column.Name, floor = Floor(column.Floor), means = axes.ToDictionary(axis => axis, axis => Numbers(column, axis)) };

    private static double?[]? Numbers(ColumnSummary column, string axis)
    {
        var spreads = Enum.GetValues<Reading>().Select(r => SeedSpread.Of(column, axis, r)).ToArray();
        if (spreads[0] is not { } first) return null;
        var means = spreads.Select(s => (double?)Math.Round(s!.Value.Mean, 2));
        return first.Spread is null ? [first.Seeds, .. means] : [first.Seeds, .. means, .. spreads.Select(s => (double?)Math.Round(s!.Value.Spread!.Value, 2))];
    }

    private static double Round(float value) => Math.Round(value, 2);
}
