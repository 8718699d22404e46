namespace AxisDemo.Tests.Web;

/// <summary>A clock that stands until a test moves it on; its timers ring as it passes them. Hosts may set them from any thread.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private readonly DateTimeOffset start = DateTimeOffset.UtcNow;
    private TimeSpan now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate) return now.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return start + now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (gate) timers.Add(timer);
        return timer;
    }

    public void Pass(TimeSpan time)
    {
        TimeSpan end;
        lock (gate) end = now + time;
        while (Next(end) is { } next) next.Ring();
    }

    private Timer? Next(TimeSpan end)
    {
        lock (gate)
        {
            var next = timers.Where(t => t.Due <= end).MinBy(t => t.Due);
            now = next?.Due ?? end;
            if (next is null) return null;
            next.Due = null;
            return next;
        }
    }

    private sealed class Timer(ManualClock clock, Action ring) : ITimer
    {
        public TimeSpan? Due { get; set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan) throw new NotSupportedException("This clock's timers ring once.");
            lock (clock.gate) Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + dueTime;
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
