namespace AxisDemo.Web.Charts;

/// <summary>What the chart's script is told, in the form that it takes. A token costs the same in the first turn and in the two hundredth.</summary>
internal static class ChartMessages
{
    /// <summary>
    /// A delta. A token is an array, since each key would be sent with each token: [turn, column, sample, index, text, id, read], for a
    /// changed run also pre, post, touched, lifted, KL and the plain model's choice; an object at the end holds the other axes.
    /// </summary>
    public static object Delta(TrajectoryDelta delta) => new
    {
        keep = delta.Keep,
        count = delta.Count,
        points = delta.Points.Select(Point),
        turns = delta.Turns.Select(Turn),
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

    /// <summary>The columns as the next turn will have them: what the chart calls them, and where their dashed lines will lie.</summary>
    public static object Next(ByColumn<ColumnStart> columns) => columns.Select(c => new { column = (int)c.Column, name = c.Value.Name, floor = Floor(c.Value.Floor) });

    private static List<object?> Point(TokenPoint p)
    {
        var values = new List<object?>(14) { p.Turn, (int)p.Column, p.Sample, p.Index, p.Text, p.Id, Round(p.Read) };
        // Only a column that changes the model has a reader beside it, and with it these numbers.
        if (p.Kl is { } kl) values.AddRange([Round(p.Pre), Round(p.Post), p.Touched ? 1 : 0, p.Lifted, Math.Round(kl, 3), p.PlainChoice]);
        if (p.More.Count > 0) values.Add(p.More.ToDictionary(m => m.Axis, m => p.Kl is null ? (object)Round(m.Read) : new[] { Round(m.Read), Round(m.Pre), Round(m.Post) }));
        return values;
    }

    private static object Turn(TurnSummary turn)
    {
        string[] axes = [DrawnAxis.Main, .. turn.Columns.Values.SelectMany(c => c.More.Keys).Distinct()];
        return new { turn = turn.Turn, span = turn.Span, changed = turn.Changed, columns = turn.Columns.ToDictionary(c => (int)c.Column, c => Column(turn, c.Column, axes)) };
    }

    // Of each axis: [seeds, read, pre, post, spread of read, of pre, of post]; and whether it differs from the turn's first column by no
    // more than noise, in each reading.
    private static object Column(TurnSummary turn, Column column, string[] axes)
    {
        var (summary, first) = (turn.Columns[column], turn.Columns[0].Value);
        return new
        {
            name = summary.Name,
            floor = Floor(summary.Floor),
            means = axes.ToDictionary(axis => axis, axis => Numbers(summary, axis)),
            noise = axes.ToDictionary(axis => axis, axis => Enum.GetValues<Reading>().Select(r => ReferenceEquals(summary, first) ? null : SeedSpread.IsNoise(SeedSpread.Of(first, axis, r), SeedSpread.Of(summary, axis, r)))),
        };
    }

    private static double?[]? Numbers(ColumnSummary column, string axis)
    {
        var spreads = Enum.GetValues<Reading>().Select(r => SeedSpread.Of(column, axis, r)).ToArray();
        if (spreads[0] is not { } first) return null;
        var means = spreads.Select(s => (double?)Math.Round(s!.Value.Mean, 2));
        return first.Spread is null ? [first.Seeds, .. means] : [first.Seeds, .. means, .. spreads.Select(s => (double?)Math.Round(s!.Value.Spread!.Value, 2))];
    }

    private static double Round(float value) => Math.Round(value, 2);
}
