using System.Diagnostics;
using AxisDemo.Bench;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Model.Loading;

// What the CPU engine reaches on this machine, beside the limits of the machine: `dotnet run -c Release --project bench/Kernels -- MODEL.gguf`.
// Every number is the best of several runs, since other work on the machine can only slow a run down.
if (args is ["products"])
{
    Products.Print();
    return;
}

if (args is ["widening"])
{
    Widening.Print();
    return;
}

var path = args.Length > 0 ? args[0] : "models/SmolLM2-135M-Instruct.Q4_1.gguf";
var threads = args.Length > 1 ? int.Parse(args[1]) : Environment.ProcessorCount;
using var file = ModelSource.Open(path);
using var ops = new CpuOps(new CpuOptions { Threads = threads });
var config = file.Config;
var clock = Stopwatch.StartNew();
using var model = new Transformer(config, file.Load(ops), ops);
Console.WriteLine($"{Path.GetFileName(path)}: {ops.Description}; loaded in {clock.Elapsed.TotalMilliseconds:F0} ms");

var bytes = file.Tensors.Where(t => t.Shape.Length == 2).Sum(t => (double)t.Bytes);
var perRow = file.Tensors.Where(t => t.Shape.Length == 2 && t.Name != file.Names.Embedding).Sum(t => (double)t.Count) + (double)config.Vocabulary * config.Width;
var bandwidth = MemoryLimit.GigabytesPerSecond(threads);
Console.WriteLine($"memory: {bandwidth:F1} GB/s; weights {bytes / 1e6:F0} MB a step, so at most {bandwidth * 1e9 / bytes:F0} steps/s");

using var kv = model.CreateKeyValues(64);
kv.EnsurePages(64 * 16);
var plan = new HookPlan();
double one = 0;
foreach (var (sequences, context) in new[] { (1, 16), (2, 16), (3, 16), (4, 16), (8, 16), (16, 16), (1, 1000), (1, 2000), (3, 2000) })
{
    var (seconds, cpu) = Best(() => Step(sequences, 1, context, sequences), 40);
    if (one == 0) one = seconds;
    Console.WriteLine($"decode {sequences,2} rows at {context,4}: {seconds * 1e3,7:F2} ms, {1 / seconds,6:F1} steps/s, {seconds / one:F2} x one row, {bytes / seconds / 1e9,5:F1} GB/s of weights, {cpu * 1e3:F2} ms of processor");
}

foreach (var tokens in new[] { 16, 64, 200, 256 })
{
    var (seconds, cpu) = Best(() => Step(1, tokens, 0, 1), 6);
    Console.WriteLine($"prefill {tokens,4}: {seconds * 1e3,7:F1} ms, {tokens / seconds,6:F0} tokens/s, {2 * perRow * tokens / seconds / 1e9,5:F0} GOP/s, {cpu * 1e3:F1} ms of processor");
}

// Wall time, and processor time of all threads: on a busy machine the second still tells what the work costs.
(double Seconds, double Processor) Best(Action step, int runs)
{
    for (var i = 0; i < 3; i++) step();
    var (best, processor) = (double.MaxValue, double.MaxValue);
    for (var i = 0; i < runs; i++)
    {
        var used = Environment.CpuUsage.TotalTime;
        var from = Stopwatch.GetTimestamp();
        step();
        best = Math.Min(best, Stopwatch.GetElapsedTime(from).TotalSeconds);
        processor = Math.Min(processor, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }

    return (best, processor);
}

void Step(int sequences, int tokens, int start, int logits)
{
    var rows = new StepRows();
    for (var s = 0; s < sequences; s++)
        rows.Add([.. Enumerable.Range(100, tokens)], start, [.. Enumerable.Range(s * 64, 64)]);
    model.Forward(rows, kv, plan, [.. Enumerable.Range(rows.Count - logits, logits)]);
}
