using AxisDemo.Web.Shell;

namespace AxisDemo.Tests.Web.Shell;

public class RenderPulseTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(40);

    [Fact]
    public void A_thousand_changes_are_few_drawings_and_the_last_one_is_drawn()
    {
        var (clock, value, drawn) = (new ManualClock(), 0, new List<int>());
        using var pulse = new RenderPulse(() => drawn.Add(value), Interval, clock);
        for (var i = 1; i <= 1000; i++)
        {
            value = i;
            pulse.Signal();
            if (i % 100 == 0) clock.Pass(TimeSpan.FromMilliseconds(10));
        }

        clock.Pass(Interval);

        // The first at once, then one in each interval.
        Assert.Equal([100, 400, 800, 1000], drawn);
    }

    [Fact]
    public void A_change_while_drawing_is_drawn_with_the_next()
    {
        var (clock, drawings) = (new ManualClock(), 0);
        RenderPulse? pulse = null;
        using var drawing = pulse = new RenderPulse(() => { if (++drawings == 1) pulse!.Signal(); }, Interval, clock);
        pulse.Signal();
        clock.Pass(Interval - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, drawings);
        clock.Pass(Interval);
        Assert.Equal(2, drawings);
    }

    [Fact]
    public async Task The_last_change_is_drawn_by_a_timers_thread_too()
    {
        var value = 0;
        var last = new TaskCompletionSource();
        using var pulse = new RenderPulse(() => { if (Volatile.Read(ref value) == 100_000) last.TrySetResult(); }, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (var i = 1; i <= 100_000; i++)
        {
            Volatile.Write(ref value, i);
            pulse.Signal();
        }

        await last.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }
}
