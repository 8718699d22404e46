using AxisDemo.Web.Components.Shared;

namespace AxisDemo.Tests.Web;

public class RenderPulseTests
{
    [Fact]
    public async Task A_thousand_changes_are_few_drawings_and_the_last_one_is_drawn()
    {
        int value = 0, drawn = -1, drawings = 0;
        using var pulse = new RenderPulse(() => { drawings++; drawn = Volatile.Read(ref value); }, TimeSpan.FromMilliseconds(40), TimeProvider.System);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 1; i <= 1000; i++)
        {
            Volatile.Write(ref value, i);
            pulse.Signal();
            if (i % 100 == 0) await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        var limit = clock.Elapsed.TotalMilliseconds / 40 + 2;
        for (var i = 0; i < 500 && drawn != 1000; i++) await Task.Delay(10, TestContext.Current.CancellationToken);

        Assert.Equal(1000, drawn);
        Assert.InRange(drawings, 1, limit + 2);
    }
}
