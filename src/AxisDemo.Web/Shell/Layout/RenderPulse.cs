namespace AxisDemo.Web.Shell;

/// <summary>
/// Turns many changes into few drawings: the first change draws after at most one interval, all changes until then with it, and the
/// last change is always drawn.
/// </summary>
public sealed class RenderPulse : IDisposable
{
    private readonly Action draw;
    private readonly TimeSpan interval;
    private readonly ITimer timer;
    private readonly TimeProvider clock;
    private int pending;
    private long last;

    /// <summary>Calls <paramref name="draw"/>, on a timer's thread, at most once in each interval.</summary>
    public RenderPulse(Action draw, TimeSpan interval, TimeProvider clock)
    {
        (this.draw, this.interval, this.clock) = (draw, interval, clock);
        last = clock.GetTimestamp() - (long)(interval.TotalSeconds * clock.TimestampFrequency);
        timer = clock.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something has changed. Any thread.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref pending, 1) == 1) return;
        var since = clock.GetElapsedTime(Interlocked.Read(ref last));
        timer.Change(since >= interval ? TimeSpan.Zero : interval - since, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private void Fire()
    {
        Interlocked.Exchange(ref last, clock.GetTimestamp());
        // Cleared before drawing: a change during it signals again.
        Interlocked.Exchange(ref pending, 0);
        draw();
    }
}
