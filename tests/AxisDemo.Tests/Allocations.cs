namespace AxisDemo.Tests;

/// <summary>What code allocates on the thread that runs it.</summary>
internal static class Allocations
{
    /// <summary>
    /// Runs it up to ten times and gives the fewest bytes that a run allocated. What the code allocates every time, it
    /// allocates in every run. The counter also moves without an allocation, by what is left of the thread's 8 KiB allocation context, when the
    /// background collector takes that away on behalf of another test; and a thread's first wait allocates some bytes, once.
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
