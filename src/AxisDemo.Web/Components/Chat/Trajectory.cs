namespace AxisDemo.Web.Components.Chat;

/// <summary>Which reading of a capped answer the chart draws. Standard answers have one reading: all three are the same there.</summary>
public enum Reading
{
    /// <summary>The plain model reading the text.</summary>
    Read,
    /// <summary>Inside the capped run, before the displayed block's own cap.</summary>
    Pre,
    /// <summary>Inside the capped run, after it.</summary>
    Post,
}

/// <summary>One token's place on the chart.</summary>
/// <param name="Turn">Turn, from 0.</param>
/// <param name="Variant">Column.</param>
/// <param name="Index">Index in the answer, from 0.</param>
/// <param name="Text">The token's text.</param>
/// <param name="Pre">Projection before the displayed block's cap.</param>
/// <param name="Post">After it.</param>
/// <param name="Read">Of the plain model reading the text; equals <paramref name="Pre"/> for a standard answer.</param>
/// <param name="Touched">Whether the displayed block's cap lifted it.</param>
/// <param name="Lifted">At how many blocks a cap lifted it.</param>
public sealed record TokenPoint(int Turn, Variant Variant, int Index, string Text, float Pre, float Post, float Read, bool Touched, int Lifted);

/// <summary>What is known of a turn beside its tokens.</summary>
/// <param name="Turn">Turn, from 0.</param>
/// <param name="Span">Tokens that its width on the chart stands for.</param>
/// <param name="Floor">The dashed line in it; null without an axis, and where nothing is capped.</param>
/// <param name="Percentile">Where that line comes from.</param>
/// <param name="Means">The turn's means: [standard, capped read, capped pre, capped post]; null where nothing was generated.</param>
public sealed record TurnSummary(int Turn, int Span, float? Floor, double Percentile, float?[] Means);

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

    /// <summary>Adds a turn with its dashed line.</summary>
    public void Begin(float? floor, double percentile)
    {
        lock (gate) turns.Add(new TurnData { Floor = floor, Percentile = percentile, Revision = ++revision });
    }

    /// <summary>Adds a token of the last turns.</summary>
    public void Add(TokenPoint point)
    {
        lock (gate)
        {
            // An answer that was cut off by undo may have one more event under way.
            if (point.Turn >= turns.Count) return;
            var turn = turns[point.Turn];
            points.Add(point);
            var sums = turn.Sums;
            if (point.Variant == Variant.Standard)
            {
                sums[0] += point.Pre;
                turn.Standard++;
            }
            else
            {
                sums[1] += point.Read;
                sums[2] += point.Pre;
                sums[3] += point.Post;
                turn.Capped++;
            }

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

    /// <summary>The mean of a turn in a column, or null while it has no token.</summary>
    public float? Mean(int turn, Variant variant, Reading reading = Reading.Read)
    {
        lock (gate) return turn < turns.Count ? turns[turn].Mean(variant == Variant.Standard ? 0 : 1 + (int)reading) : null;
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

    private sealed class TurnData
    {
        public float? Floor { get; init; }
        public double Percentile { get; init; }
        public double[] Sums { get; } = new double[4];
        public int Standard { get; set; }
        public int Capped { get; set; }
        public bool Complete { get; set; }
        public int Revision { get; set; }

        public float? Mean(int which)
        {
            var count = which == 0 ? Standard : Capped;
            return count == 0 ? null : (float)(Sums[which] / count);
        }

        public TurnSummary Summary(int index) => new(index, Span, Floor, Percentile, [Mean(0), Mean(1), Mean(2), Mean(3)]);

        // While a turn runs its width doubles whenever it is full, so that the points drawn before seldom move.
        private int Span
        {
            get
            {
                var count = Math.Max(Standard, Capped);
                return Complete ? Math.Max(count, 1) : Math.Max(SmallestSpan, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
            }
        }
    }
}
