using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AxisDemo.Tests.Formats;

/// <summary>What a refusal may cost: a second, and so many bytes.</summary>
internal static partial class Bounds
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>Runs it and checks both.</summary>
    public static T Within<T>(long bytes, string what, Func<T> run)
    {
        T result = default!;
        Processor(Longest, what, () =>
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            result = run();
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated <= bytes, $"{what}: {allocated} bytes were allocated");
        });
        return result;
    }

    /// <summary>
    /// Runs it and checks the time that this thread has of the processor: what other programs and tests take does not count, save that a
    /// collection of all their garbage may fall to this thread. What is slow in itself is slow three times in a row.
    /// </summary>
    public static void Processor(TimeSpan most, string what, Action run)
    {
        for (var attempt = 0; ; attempt++)
        {
            var before = OfThread();
            run();
            var spent = OfThread() - before;
            if (spent < most) return;
            Assert.True(attempt < 2, $"{what}: took {spent} of the processor");
        }
    }

    // Elsewhere than on Linux the clock on the wall, which a busy machine makes longer.
    private static TimeSpan OfThread()
    {
        const int ThreadCpuTime = 3;
        if (!OperatingSystem.IsLinux()) return Stopwatch.GetElapsedTime(0);
        Assert.Equal(0, ClockGetTime(ThreadCpuTime, out var time));
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);
}
