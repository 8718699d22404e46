namespace AxisDemo.Web.Charts;

/// <summary>
/// Every token's projection, turn by turn, column by column: the chart's data. Answers arrive on other threads than pages draw on,
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

    /// <summary>Something has changed. Raised on any thread, outside of the lock.</summary>
    public event Action? Changed;

    /// <summary>Adds a turn; <paramref name="changed"/>: what is different from the settings of the turn before, in words, null: nothing.</summary>
    public void Begin(ByColumn<ColumnStart> columns, string? changed = null)
    {
        lock (gate) turns.Add(new TurnData(columns) { Changed = changed, Revision = ++revision });
        Changed?.Invoke();
    }

    /// <summary>Adds a token of the last turns.</summary>
    public void Add(TokenPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        Change(point.Turn, turn =>
        {
            // An answer that was cut off by undo may have one more event under way.
            if (turn[point.Column] is not { } column || point.Sample >= column.Samples) return false;
            points.Add(point);
            column.Add(point);
            return true;
        });
    }

    /// <summary>A turn is over: its width stands for its own tokens.</summary>
    public void Complete(int turn) => Change(turn, data => data.Complete = true);

    /// <summary>A turn that was over goes on.</summary>
    public void Resume(int turn) => Change(turn, data =>
    {
        data.Complete = false;
        return true;
    });

    /// <summary>A token's text is another: half a character at the end of an answer that goes on.</summary>
    public void Correct(int turn, Column column, int index, string text) => Change(turn, _ =>
    {
        var at = points.FindLastIndex(p => p.Turn == turn && p.Column == column && p.Sample == 0 && p.Index == index);
        if (at < 0) return false;
        points[at] = points[at] with { Text = text };
        kept.Add(at);
        return true;
    });

    /// <summary>Says what is different from the settings of the turn before, in words; null: nothing.</summary>
    public void Mark(int turn, string? changed) => Change(turn, data =>
    {
        var other = data.Changed != changed;
        data.Changed = changed;
        return other;
    });

    /// <summary>Removes a column's answers to a turn: they are asked for again, or for the first time.</summary>
    public void Reopen(int turn, Column column, ColumnStart now) => Change(turn, data =>
    {
        Remove(p => p.Turn == turn && p.Column == column);
        data.Begin(column, now);
        return true;
    });

    /// <summary>Removes all answers to a turn: these columns take their place.</summary>
    public void Replace(int turn, ByColumn<ColumnStart> columns) => Change(turn, data =>
    {
        Remove(p => p.Turn == turn);
        data.Begin(columns);
        return true;
    });

    /// <summary>Removes the turns from this one on.</summary>
    public void Truncate(int turn)
    {
        lock (gate)
        {
            if (turn >= turns.Count) return;
            turns.RemoveRange(turn, turns.Count - turn);
            Remove(p => p.Turn >= turn);
        }

        Changed?.Invoke();
    }

    /// <summary>Puts back into a trajectory without turns all that one gave from its beginning.</summary>
    public void Restore(TrajectoryDelta all)
    {
        ArgumentNullException.ThrowIfNull(all);
        foreach (var turn in all.Turns) Begin(turn.Starts, turn.Changed);
        foreach (var point in all.Points) Add(point);
    }

    /// <summary>The mean of an answer, or null while it has no token.</summary>
    public float? Mean(int turn, Column column, Reading reading = Reading.Read, int sample = 0)
    {
        lock (gate)
        {
            return turn < turns.Count && turns[turn][column] is { } data && sample < data.Samples ? data.Means(sample)?[reading] : null;
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

    // Does something to a turn that is there, under the lock, and says so where it did something.
    private void Change(int turn, Func<TurnData, bool> act)
    {
        lock (gate)
        {
            if (turn >= turns.Count || !act(turns[turn])) return;
            turns[turn].Revision = ++revision;
        }

        Changed?.Invoke();
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
        private readonly ColumnData?[] columns = new ColumnData?[Columns.All.Count];

        public TurnData(ByColumn<ColumnStart> starts) => Begin(starts);

        public string? Changed { get; set; }
        public bool Complete { get; set; }
        public int Revision { get; set; }

        public ColumnData? this[Column column] => columns[(int)column];

        public void Begin(ByColumn<ColumnStart> starts)
        {
            Array.Clear(columns);
            foreach (var (column, start) in starts) Begin(column, start);
        }

        public void Begin(Column column, ColumnStart start) => (columns[(int)column], Complete) = (new ColumnData(start), false);

        public TurnSummary Summary(int index) => new(index, Span, Complete, Changed, new(Columns.All.Where(c => this[c] is not null).Select(c => (c, this[c]!.Summary()))));

        // While a turn runs its width doubles whenever it is full, so that the points drawn before seldom move.
        private int Span
        {
            get
            {
                var count = columns.Max(c => c?.Longest ?? 0);
                return Complete ? Math.Max(count, 1) : Math.Max(SmallestSpan, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count));
            }
        }
    }
}
