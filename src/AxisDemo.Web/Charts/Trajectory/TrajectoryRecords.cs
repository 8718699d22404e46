namespace AxisDemo.Web.Charts;

/// <summary>Which reading of an answer the chart draws. For the plain model all three are the same.</summary>
public enum Reading
{
    /// <summary>The plain model reading the text.</summary>
    Read,
    /// <summary>Inside the column's own run, before the displayed block's interventions.</summary>
    Pre,
    /// <summary>Inside the column's own run, after them.</summary>
    Post,
}

/// <summary>One token's place on the chart, and what is known of it.</summary>
/// <param name="Turn">Turn, from 0.</param>
/// <param name="Column">Column.</param>
/// <param name="Sample">Sample, from 0; the first is the one shown.</param>
/// <param name="Index">Index in the answer, from 0.</param>
/// <param name="Id">Token id.</param>
/// <param name="Text">The token's text.</param>
/// <param name="Pre">Projection before the displayed block's interventions.</param>
/// <param name="Post">After them.</param>
/// <param name="Read">Of the plain model reading the text; equals <paramref name="Pre"/> for the plain model.</param>
/// <param name="Touched">Whether the displayed block's cap lifted it.</param>
/// <param name="Lifted">At how many blocks a cap lifted it.</param>
/// <param name="Kl">KL(this column || plain model) where the token was chosen, nats; null for the plain model.</param>
/// <param name="PlainChoice">What the plain model would have said there; null for the plain model.</param>
public sealed record TokenPoint(
    int Turn, Column Column, int Sample, int Index, int Id, string Text, float Pre, float Post, float Read, bool Touched, int Lifted, float? Kl, string? PlainChoice)
{
    /// <summary>Its projections on the other axes that were watched.</summary>
    public IReadOnlyList<AxisPoint> More { get; init; } = [];
}

/// <summary>A token's projection on one more axis.</summary>
/// <param name="Axis">The axis's <see cref="DrawnAxis.Key"/>.</param>
/// <param name="Pre">Before the block's interventions.</param>
/// <param name="Post">After them.</param>
/// <param name="Read">Of the plain model reading the text.</param>
public readonly record struct AxisPoint(string Axis, float Pre, float Post, float Read);

/// <summary>The dashed line of a capped column.</summary>
/// <param name="Value">Where it lies, in the units shown.</param>
/// <param name="Percentile">The percentile it comes from.</param>
/// <param name="Acts">Whether the cap acts at the block that is shown; else the line is only the percentile.</param>
public sealed record ColumnFloor(float Value, double Percentile, bool Acts);

/// <summary>What is known of a column before it answers.</summary>
/// <param name="Name">What it runs, as it is called.</param>
/// <param name="Floor">Its dashed line; null without a cap.</param>
/// <param name="Samples">Answers that it will give.</param>
public sealed record ColumnStart(string Name, ColumnFloor? Floor, int Samples);

/// <summary>The means of an answer in the three readings; null while it has no token.</summary>
/// <param name="Read">Of <see cref="TokenPoint.Read"/>.</param>
/// <param name="Pre">Of <see cref="TokenPoint.Pre"/>.</param>
/// <param name="Post">Of <see cref="TokenPoint.Post"/>.</param>
public sealed record ReadingMeans(float Read, float Pre, float Post)
{
    /// <summary>The mean in a reading.</summary>
    public float this[Reading reading] => reading switch { Reading.Pre => Pre, Reading.Post => Post, _ => Read };
}

/// <summary>A column in one turn.</summary>
/// <param name="Name">What it ran, as it is called.</param>
/// <param name="Floor">Its dashed line; null without a cap.</param>
/// <param name="Samples">The means of its answers, by sample; null where nothing was generated yet. Empty where the column did not answer.</param>
public sealed record ColumnSummary(string Name, ColumnFloor? Floor, IReadOnlyList<ReadingMeans?> Samples)
{
    /// <summary>The means of its answers on the other axes that were watched, by the axis's <see cref="DrawnAxis.Key"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ReadingMeans?>> More { get; init; } = new Dictionary<string, IReadOnlyList<ReadingMeans?>>();

    /// <summary>The means on an axis; empty where it was not watched.</summary>
    public IReadOnlyList<ReadingMeans?> On(string axis) => axis == DrawnAxis.Main ? Samples : More.GetValueOrDefault(axis) ?? [];
}

/// <summary>What is known of a turn beside its tokens.</summary>
/// <param name="Turn">Turn, from 0.</param>
/// <param name="Span">Tokens that its width on the chart stands for.</param>
/// <param name="Complete">Whether it is over.</param>
/// <param name="Changed">What is different from the settings of the turn before, in words; null: nothing.</param>
/// <param name="Columns">Its columns. Those after the first are compared with the first.</param>
public sealed record TurnSummary(int Turn, int Span, bool Complete, string? Changed, ByColumn<ColumnSummary> Columns)
{
    /// <summary>The columns as they were before they answered.</summary>
    public ByColumn<ColumnStart> Starts => Columns.Map((_, column) => new ColumnStart(column.Name, column.Floor, column.Samples.Count));

    /// <summary>What its answers of a column say on an axis (<see cref="DrawnAxis.Key"/>) and in a reading; null where there is nothing.</summary>
    public SeedSpread? Spread(Column column, string axis, Reading reading) => Columns.Find(column) is { } summary ? SeedSpread.Of(summary, axis, reading) : null;
}

/// <summary>What is new on the chart since a cursor.</summary>
/// <param name="Keep">How many of the points given before still hold: those after them were taken back, or come again among the new ones.</param>
/// <param name="Count">Turns in all: a drawing forgets what it knows of more.</param>
/// <param name="Points">New points, in the order they came.</param>
/// <param name="Turns">Turns that changed.</param>
/// <param name="Cursor">Where the next question starts.</param>
public sealed record TrajectoryDelta(int Keep, int Count, IReadOnlyList<TokenPoint> Points, IReadOnlyList<TurnSummary> Turns, TrajectoryCursor Cursor);

/// <summary>How much of a trajectory has been drawn.</summary>
/// <param name="Epoch">Counts removals.</param>
/// <param name="Points">Points drawn.</param>
/// <param name="Revision">Newest turn summary drawn.</param>
public readonly record struct TrajectoryCursor(int Epoch, int Points, int Revision);
