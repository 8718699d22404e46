using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace AxisDemo.Compute;

/// <summary>
/// A fixed team of threads, the calling one included, that runs one parallel region at a time: every member gets its number and
/// takes its share of a static partition. Between regions members spin for some microseconds (a step has a region every few
/// dozen of them) and then park, so that the rest of the process gets its turn. A region allocates nothing.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    // Longer than the gaps within a step, much shorter than a scheduler's time slice.
    private static readonly long SpinTicks = Stopwatch.Frequency / 20_000;
    private readonly Member[] members;
    private readonly SemaphoreSlim done = new(0);
    private Action<int, int> body = static (_, _) => { };
    private volatile int region;
    private volatile bool stop;
    private int remaining;
    private int callerParked;
    private Exception? failure;

    /// <param name="workers">Members, the caller included; at least 1.</param>
    public WorkerPool(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Workers = workers;
        members = new Member[workers - 1];
        for (var i = 0; i < members.Length; i++)
        {
            var member = members[i] = new Member(i + 1);
            // The stack is small because kernels keep their scratch memory elsewhere.
            member.Thread = new Thread(() => Loop(member), 256 * 1024) { IsBackground = true, Name = $"kernel {i + 1}" };
            member.Thread.Start();
        }
    }

    /// <summary>Members, the caller included.</summary>
    public int Workers { get; }

    /// <summary>
    /// Runs body(worker, workers) on every member and returns when all are done. An exception of any member is thrown here,
    /// after all are done; the pool stays usable.
    /// </summary>
    public void Run(Action<int, int> body)
    {
        if (members.Length == 0)
        {
            body(0, 1);
            return;
        }

        this.body = body;
        remaining = members.Length;
        Interlocked.Increment(ref region);
        foreach (var member in members)
            if (Volatile.Read(ref member.Parked) == 1 && Interlocked.Exchange(ref member.Parked, 0) == 1) member.Wake.Release();
        Guarded(0);
        WaitForMembers();
        if (failure is not { } thrown) return;
        failure = null;
        ExceptionDispatchInfo.Throw(thrown);
    }

    public void Dispose()
    {
        if (stop) return;
        stop = true;
        foreach (var member in members) member.Wake.Release();
        foreach (var member in members)
        {
            member.Thread!.Join();
            member.Wake.Dispose();
        }

        done.Dispose();
    }

    private void Loop(Member member)
    {
        var seen = 0;
        while (true)
        {
            if (!Await(member, seen)) return;
            seen++;
            Guarded(member.Number);
            // The last one home wakes a caller that went to sleep; the interlocked pair makes sure one of them sees the other.
            if (Interlocked.Decrement(ref remaining) == 0 && Interlocked.Exchange(ref callerParked, 0) == 1) done.Release();
        }
    }

    private bool Await(Member member, int seen)
    {
        var until = Stopwatch.GetTimestamp() + SpinTicks;
        while (region == seen && !stop)
        {
            Thread.SpinWait(8);
            if (Stopwatch.GetTimestamp() < until) continue;
            Interlocked.Exchange(ref member.Parked, 1);
            // A region may have begun before the flag was up. Whoever lowers the flag decides: this thread goes on, or the caller's wake-up is on its way.
            if (region != seen && Interlocked.Exchange(ref member.Parked, 0) == 1) break;
            member.Wake.Wait();
        }

        return !stop;
    }

    private void WaitForMembers()
    {
        var until = Stopwatch.GetTimestamp() + SpinTicks;
        while (Volatile.Read(ref remaining) != 0)
        {
            Thread.SpinWait(8);
            if (Stopwatch.GetTimestamp() < until) continue;
            Interlocked.Exchange(ref callerParked, 1);
            if (Volatile.Read(ref remaining) == 0 && Interlocked.Exchange(ref callerParked, 0) == 1) return;
            done.Wait();
        }
    }

    private void Guarded(int worker)
    {
        try
        {
            body(worker, Workers);
        }
        catch (Exception e)
        {
            // Kept for the caller: an exception that leaves a thread would end the process.
            Interlocked.CompareExchange(ref failure, e, null);
        }
    }

    private sealed class Member(int number)
    {
        public int Parked;

        public int Number { get; } = number;

        public SemaphoreSlim Wake { get; } = new(0);

        public Thread? Thread { get; set; }
    }
}
