using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Bench;

/// <summary>
/// What products with a type's own codes gain over widening each row to float32 (which any type can do, and which was all there
/// was for these): both on the same matrix of random codes, larger than the caches, in turn. Least processor
/// time of the runs of each: on a busy machine the clock would count what others do in the longer runs.
/// </summary>
internal static unsafe class Widening
{
    private const int Inputs = 4096, Outputs = 8192, Rounds = 5;

    public static void Print()
    {
        Console.WriteLine($"[{Outputs}, {Inputs}] on one thread. Milliseconds of processor time a product takes, widened / own = ratio.");
        TensorType[] types =
        [
            TensorType.Q4_1, TensorType.Q5_0, TensorType.Q5_1, TensorType.Q2_K, TensorType.Q3_K, TensorType.Q4_K, TensorType.Q5_K, TensorType.Q6_K, TensorType.F16, TensorType.BF16,
        ];
        foreach (var type in types) Print(type);
    }

    private static void Print(TensorType type)
    {
        using var ops = new CpuOps(new CpuOptions { Threads = 1 });
        var bytes = (long)Outputs * Inputs / Quants.BlockElements(type) * Quants.BlockBytes(type);
        var memory = NativeMemory.Alloc((nuint)bytes);
        Fill(new Span<byte>(memory, checked((int)bytes)), type);
        var matrix = new TensorView("bench", type, [Outputs, Inputs], (nint)memory, bytes, "bench");
        IWeight own = ops.Matrix(matrix);
        using var widened = new FloatWeight(matrix, default);
        using var floats = ops.Buffer(Inputs);
        using var y = ops.Buffer(Outputs);
        var line = "";
        foreach (var rows in new[] { 1, 3, 16 })
        {
            var step = new StepRows();
            step.Add([.. Enumerable.Range(0, rows)], 0, []);
            ops.Begin(step, 0);
            ops.Embed(own, 1, floats);
            double before = double.MaxValue, after = double.MaxValue;
            for (var round = 0; round < Rounds; round++)
            {
                before = Math.Min(before, Time(widened));
                for (var i = 0; i < 3; i++) after = Math.Min(after, Time(own));
            }

            line += $"  {rows,2} rows: {before * 1e3:F1} / {after * 1e3:F1} = {before / after:F1}";
        }

        Console.WriteLine($"{type,-5} {line}");
        own.Dispose();
        NativeMemory.Free(memory);

        double Time(IWeight weight)
        {
            var from = Environment.CpuUsage.TotalTime;
            ops.MatMul(floats, new MatMulOutput(weight, null, y));
            return (Environment.CpuUsage.TotalTime - from).TotalSeconds;
        }
    }

    // Random codes and small scales; the bytes that are halves become numbers.
    private static void Fill(Span<byte> bytes, TensorType type)
    {
        new Random(1).NextBytes(bytes);
        var (size, halves) = (Quants.BlockBytes(type), Halves(type));
        for (var at = 0; at < bytes.Length; at += size)
            foreach (var half in halves) MemoryMarshal.Write(bytes[(at + half)..], (Half)0.01f);
    }

    private static int[] Halves(TensorType type) => type switch
    {
        TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K => [0, 2],
        TensorType.Q2_K => [80, 82],
        TensorType.Q3_K => [108],
        TensorType.Q6_K => [208],
        _ => [0],
    };
}
