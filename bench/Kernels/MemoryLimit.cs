using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AxisDemo.Bench;

/// <summary>How fast threads together read memory that no cache holds: the limit of a decode step.</summary>
internal static unsafe class MemoryLimit
{
    private const long Bytes = 256L << 20;

    /// <summary>Best of several passes, 10^9 bytes a second.</summary>
    public static double GigabytesPerSecond(int threads)
    {
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 64);
        NativeMemory.Fill(memory, (nuint)Bytes, 1);
        var best = double.MaxValue;
        for (var pass = 0; pass < 8; pass++)
        {
            var from = Stopwatch.GetTimestamp();
            var workers = Enumerable.Range(0, threads).Select(i => new Thread(() => Sum(memory + i * (Bytes / threads), Bytes / threads))).ToList();
            workers.ForEach(w => w.Start());
            workers.ForEach(w => w.Join());
            best = Math.Min(best, Stopwatch.GetElapsedTime(from).TotalSeconds);
        }

        NativeMemory.AlignedFree(memory);
        return Bytes / best / 1e9;
    }

    private static void Sum(byte* data, long bytes)
    {
        Vector256<long> a = default, b = default, c = default, d = default;
        for (long i = 0; i + 128 <= bytes; i += 128)
        {
            a += Vector256.Load((long*)(data + i));
            b += Vector256.Load((long*)(data + i + 32));
            c += Vector256.Load((long*)(data + i + 64));
            d += Vector256.Load((long*)(data + i + 96));
        }

        if (Vector256.Sum(a + b + c + d) == 0) throw new InvalidOperationException("The memory was filled with ones.");
    }
}
