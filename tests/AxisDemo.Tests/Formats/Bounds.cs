using System.Diagnostics;

namespace AxisDemo.Tests.Formats;

/// <summary>What a refusal may cost: a second, and so many bytes.</summary>
internal static class Bounds
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    /// <summary>Runs it and checks both. On a busy machine the clock also counts others' work, so only the second slow run in a row fails.</summary>
    public static T Within<T>(long bytes, string what, Func<T> run)
    {
        for (var attempt = 0; ; attempt++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            var result = run();
            var elapsed = watch.Elapsed;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated <= bytes, $"{what}: {allocated} bytes were allocated");
            if (elapsed < s_longest) return result;
            Assert.True(attempt == 0, $"{what}: took {elapsed}");
        }
    }

    /// <summary>
    /// Runs it and checks the processor time of this process: other programs do not count, other tests do. What is slow in itself
    /// is slow three times in a row.
    /// </summary>
    public static void Processor(TimeSpan most, string what, Action run)
    {
        for (var attempt = 0; ; attempt++)
        {
            var before = Environment.CpuUsage.TotalTime;
            run();
            var spent = Environment.CpuUsage.TotalTime - before;
            if (spent < most) return;
            Assert.True(attempt < 2, $"{what}: took {spent} of the processor");
        }
    }
}
