using System.Diagnostics;
using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Bench;

/// <summary>
/// One product alone on one thread, with a matrix the second cache holds: the kernel without memory, barriers and neighbours.
/// Runs are shorter than a scheduler's time slice, so that the best of many is undisturbed even on a busy machine.
/// </summary>
internal static unsafe class Products
{
    private const int Inputs = 576, Outputs = 512;

    public static void Print()
    {
        foreach (var type in new[] { TensorType.Q4_1, TensorType.Q8_0, TensorType.F32 })
        {
            using var ops = new CpuOps(new CpuOptions { Threads = 1 });
            var bytes = (long)Outputs * Inputs / Quants.BlockElements(type) * Quants.BlockBytes(type);
            var memory = NativeMemory.AllocZeroed((nuint)bytes);
            var weight = ops.Matrix(new TensorView("bench", type, [Outputs, Inputs], (nint)memory, bytes, "bench"));
            var (x, y) = (ops.Buffer(Inputs), ops.Buffer(Outputs));
            var line = "";
            foreach (var rows in new[] { 1, 2, 3, 4, 16, 64 })
            {
                var step = new StepRows();
                step.Add(new int[rows], 0, []);
                ops.Begin(step, 0);
                ops.Embed(weight, 1, x);
                var best = double.MaxValue;
                for (var run = 0; run < 4000 / rows + 300; run++)
                {
                    var from = Stopwatch.GetTimestamp();
                    ops.MatMul(x, new MatMulOutput(weight, null, y));
                    best = Math.Min(best, Stopwatch.GetElapsedTime(from).TotalSeconds);
                }

                line += $"  {rows} rows {2.0 * rows * Inputs * Outputs / best / 1e9:F0} ({bytes / best / 1e9:F0} GB/s)";
            }

            Console.WriteLine($"{type,-5} GOP/s of one thread: {line}");
            NativeMemory.Free(memory);
        }
    }
}
