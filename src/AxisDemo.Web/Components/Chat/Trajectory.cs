namespace AxisDemo.Web.Components.Chat;

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
    // For each removal, how many points before it still hold: a drawing goes back no further than it must.
    private readonly List<int> kept = [];
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
            if (point.Turn >= turns.Count || point.Sample >= turns[point.Turn][point.Column].Samples) return;
            var turn = turns[point.Turn];
            points.Add(point);
            turn[point.Column].Add(point);
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
            Remove(p => p.Turn >= turn);
        }
    }

    /// <summary>Puts back into a trajectory without turns all that one gave from its beginning.</summary>
    public void Restore(TrajectoryDelta all)
    {
        ArgumentNullException.ThrowIfNull(all);
        foreach (var turn in all.Turns) Begin(Start(turn.A), Start(turn.B), turn.Changed);
        foreach (var point in all.Points) Add(point);

        static ColumnStart Start(ColumnSummary column) => new(column.Name, column.Floor, column.Samples.Count);
    }

    /// <summary>A turn that was over goes on.</summary>
    public void Resume(int turn)
    {
        lock (gate)
        {
            if (turn >= turns.Count) return;
            turns[turn].Complete = false;
            turns[turn].Revision = ++revision;
        }
    }

    /// <summary>Removes a column's answers to a turn: they are asked for again; <paramref name="changed"/> as in <see cref="Begin"/>, null: as it was.</summary>
    public void Reopen(int turn, Column column, ColumnStart now, bool? changed = null)
    {
        lock (gate)
        {
            if (turn >= turns.Count) return;
            Remove(p => p.Turn == turn && p.Column == column);
            var fresh = new ColumnData(now);
            if (column == Column.A) turns[turn].A = fresh;
            else turns[turn].B = fresh;
            turns[turn].Changed = changed ?? turns[turn].Changed;
            turns[turn].Complete = false;
            turns[turn].Revision = ++revision;
        }
    }

    /// <summary>The mean of an answer, or null while it has no token.</summary>
    public float? Mean(int turn, Column column, Reading reading = Reading.Read, int sample = 0)
    {
        lock (gate)
        {
            if (turn >= turns.Count || sample >= turns[turn][column].Samples) return null;
            return turns[turn][column].Means(sample)?[reading];
        }
    }

    /// <summary>A turn as it is now; null where there is none.</summary>
    public TurnSummary? Turn(int turn)
    {
        lock (gate) return turn < turns.Count ? turns[turn].Summary(turn) : null;
    }

    /// <summary>What came since the cursor, at most so many points; everything where the cursor is not of this trajectory.</summary>
    public TrajectoryDelta Since(TrajectoryCursor cursor, int most = int.MaxValue)
    {
        lock (gate)
        {
            var from = cursor.Epoch >= 0 && cursor.Epoch <= kept.Count ? cursor : default;
            var keep = from.Points;
            for (var i = from.Epoch; i < kept.Count; i++) keep = Math.Min(keep, kept[i]);
            var changed = new List<TurnSummary>();
            for (var i = 0; i < turns.Count; i++)
                if (turns[i].Revision > from.Revision) changed.Add(turns[i].Summary(i));
            var fresh = points.GetRange(keep, Math.Min(most, points.Count - keep));
            return new TrajectoryDelta(keep, turns.Count, fresh, changed, new(kept.Count, keep + fresh.Count, revision));
        }
    }

    private void Remove(Predicate<TokenPoint> gone)
    {
        var first = points.FindIndex(gone);
        kept.Add(first < 0 ? points.Count : first);
        points.RemoveAll(gone);
    }

    private struct Sums
    {
        private double read, pre, post;

        public int Count { get; private set; }

        public readonly ReadingMeans? Means => Count == 0 ? null : new ReadingMeans((float)(read / Count), (float)(pre / Count), (float)(post / Count));

        public void Add(float newRead, float newPre, float newPost) => (read, pre, post, Count) = (read + newRead, pre + newPre, post + newPost, Count + 1);
    }

    private sealed class ColumnData(ColumnStart start)
    {
        private readonly Sums[] samples = new Sums[start.Samples];
        private readonly Dictionary<string, Sums[]> more = [];

        public int Samples => samples.Length;

        public int Longest => samples.Length == 0 ? 0 : samples.Max(s => s.Count);

        public void Add(TokenPoint point)
        {
            samples[point.Sample].Add(point.Read, point.Pre, point.Post);
            foreach (var other in point.More)
            {
                if (!more.TryGetValue(other.Axis, out var sums)) more[other.Axis] = sums = new Sums[samples.Length];
                sums[point.Sample].Add(other.Read, other.Pre, other.Post);
            }
        }

        public ReadingMeans? Means(int sample) => samples[sample].Means;

        public ColumnSummary Summary() => new(start.Name, start.Floor, [.. samples.Select(s => s.Means)])
        {
            More = more.ToDictionary(m => m.Key, m => (IReadOnlyList<ReadingMeans?>)[.. m.Value.Select(s => s.Means)]),
        };
    }

    private sealed class TurnData
    {
        public required ColumnData A { get; set; }
        public required ColumnData B { get; set; }
        public bool Changed { get; set; }
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
