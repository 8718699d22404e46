namespace AxisDemo.Tests;

/// <summary>What code allocates on the thread that runs it.</summary>
internal static class Allocations
{
    /// <summary>
    /// Runs it up to ten times and gives the fewest bytes that a run allocated: a thread's first wait allocates some bytes, once, and what the code
    /// allocates every time it allocates in every run. The count is exact because this program runs without the background collector, which would take
    /// a thread's allocation context away on behalf of another test and count what was left of it (8 KiB at most) as allocated.
    /// </summary>
    public static long Fewest(Action run)
    {
        var fewest = long.MaxValue;
        for (var attempt = 0; attempt < 10 && fewest > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
