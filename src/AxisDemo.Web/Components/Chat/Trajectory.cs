namespace AxisDemo.Web.Components.Chat;

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
    int Turn, Column Column, int Sample, int Index, int Id, string Text, float Pre, float Post, float Read, bool Touched, int Lifted, float? Kl, string? PlainChoice);

/// <summary>The dashed line of a capped column.</summary>
/// <param name="Value">Where it lies, in the units shown.</param>
/// <param name="Percentile">The percentile it comes from.</param>
/// <param name="Acts">Whether the cap acts at the block that is shown; else the line is only the percentile.</param>
public sealed record ColumnFloor(float Value, double Percentile, bool Acts);

/// <summary>What is known of a column when a turn begins.</summary>
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
public sealed record ColumnSummary(string Name, ColumnFloor? Floor, IReadOnlyList<ReadingMeans?> Samples);

/// <summary>What is known of a turn beside its tokens.</summary>
/// <param name="Turn">Turn, from 0.</param>
/// <param name="Span">Tokens that its width on the chart stands for.</param>
/// <param name="Changed">Whether its settings differ from the turn before.</param>
/// <param name="A">Column A.</param>
/// <param name="B">Column B.</param>
public sealed record TurnSummary(int Turn, int Span, bool Changed, ColumnSummary A, ColumnSummary B)
{
    /// <summary>A column.</summary>
    public ColumnSummary this[Column column] => column == Column.A ? A : B;
}

/// <summary>What is new on the chart since a cursor.</summary>
/// <param name="Reset">Whether everything drawn before is gone.</param>
/// <param name="Points">New points, in the order they came.</param>
/// <param name="Turns">Turns that changed.</param>
/// <param name="Cursor">Where the next question starts.</param>
public sealed record TrajectoryDelta(bool Reset, IReadOnlyList<TokenPoint> Points, IReadOnlyList<TurnSummary> Turns, TrajectoryCursor Cursor);

/// <summary>How much of a trajectory has been drawn.</summary>
/// <param name="Epoch">Counts removals: a drawing of another epoch starts again.</param>
/// <param name="Points">Points drawn.</param>
/// <param name="Revision">Newest turn summary drawn.</param>
public readonly record struct TrajectoryCursor(int Epoch, int Points, int Revision);

/// <summary>
/// Every token's projection, turn by turn, in both columns: the chart's data. Answers arrive on other threads than pages draw on,
/// so each member takes the lock; a page asks for what is new since its cursor.
/// </summary>
public sealed class Trajectory
{
    private const int SmallestSpan = 32;
    private readonly Lock gate = new();
    private readonly List<TokenPoint> points = [];
    private readonly List<TurnData> turns = [];
    private int epoch;
    private int revision;

    /// <summary>Adds a turn; <paramref name="changed"/>: its settings differ from those of the turn before.</summary>
    public void Begin(ColumnStart a, ColumnStart b, bool changed = false)
    {
        lock (gate) turns.Add(new TurnData { A = new ColumnData(a), B = new ColumnData(b), Changed = changed, Revision = ++revision });
    }

    /// <summary>Adds a token of the last turns.</summary>
    public void Add(TokenPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        lock (gate)
        {
            // An answer that was cut off by undo may have one more event under way.
            if (point.Turn >= turns.Count || point.Sample >= turns[point.Turn][point.Column].Samples.Length) return;
            var turn = turns[point.Turn];
            points.Add(point);
            ref var sums = ref turn[point.Column].Samples[point.Sample];
            sums = (sums.Read + point.Read, sums.Pre + point.Pre, sums.Post + point.Post, sums.Count + 1);
            turn.Revision = ++revision;
        }
    }

    /// <summary>A turn is over: its width stands for its own tokens.</summary>
    public void Complete(int turn)
    {
        lock (gate)
        {
            if (turn >= turns.Count) return;
            turns[turn].Complete = true;
            turns[turn].Revision = ++revision;
        }
    }

    /// <summary>Removes the turns from this one on.</summary>
    public void Truncate(int turn)
    {
        lock (gate)
        {
            if (turn >= turns.Count) return;
            turns.RemoveRange(turn, turns.Count - turn);
            points.RemoveAll(p => p.Turn >= turn);
            epoch++;
        }
    }

    /// <summary>Removes a column's answers to a turn: they are asked for again.</summary>
    public void Reopen(int turn, Column column, ColumnStart now)
    {
        lock (gate)
        {
            if (turn >= turns.Count) return;
            points.RemoveAll(p => p.Turn == turn && p.Column == column);
            var fresh = new ColumnData(now);
            if (column == Column.A) turns[turn].A = fresh;
            else turns[turn].B = fresh;
            turns[turn].Complete = false;
            turns[turn].Revision = ++revision;
            epoch++;
        }
    }

    /// <summary>The mean of an answer, or null while it has no token.</summary>
    public float? Mean(int turn, Column column, Reading reading = Reading.Read, int sample = 0)
    {
        lock (gate)
        {
            if (turn >= turns.Count || sample >= turns[turn][column].Samples.Length) return null;
            return turns[turn][column].Means(sample)?[reading];
        }
    }

    /// <summary>What came since the cursor; everything where the cursor belongs to another epoch.</summary>
    public TrajectoryDelta Since(TrajectoryCursor cursor)
    {
        lock (gate)
        {
            var reset = cursor.Epoch != epoch;
            var from = reset ? default : cursor;
            var changed = turns.Select((turn, index) => (turn, index)).Where(t => t.turn.Revision > from.Revision)
                .Select(t => t.turn.Summary(t.index)).ToList();
            return new TrajectoryDelta(reset, points.GetRange(from.Points, points.Count - from.Points), changed, new(epoch, points.Count, revision));
        }
    }

    private sealed class ColumnData(ColumnStart start)
    {
        public (double Read, double Pre, double Post, int Count)[] Samples { get; } = new (double, double, double, int)[start.Samples];

        public int Longest => Samples.Length == 0 ? 0 : Samples.Max(s => s.Count);

        public ReadingMeans? Means(int sample) => Samples[sample] is { Count: > 0 } s
            ? new ReadingMeans((float)(s.Read / s.Count), (float)(s.Pre / s.Count), (float)(s.Post / s.Count)) : null;

        public ColumnSummary Summary() => new(start.Name, start.Floor, [.. Samples.Select((_, i) => Means(i))]);
    }

    private sealed class TurnData
    {
        public required ColumnData A { get; set; }
        public required ColumnData B { get; set; }
        public bool Changed { get; init; }
        public bool Complete { get; set; }
        public int Revision { get; set; }

        public ColumnData this[Column column] => column == Column.A ? A : B;

        public TurnSummary Summary(int index) => new(index, Span, Changed, A.Summary(), B.Summary());

        // While a turn runs its width doubles whenever it is full, so that the points drawn before seldom move.
        private int Span
        {
            get
            {
                var count = Math.Max(A.Longest, B.Longest);
                return Complete ? Math.Max(count, 1) : Math.Max(SmallestSpan, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
            }
        }
    }
}
