using System.CommandLine;
using System.Diagnostics;
using AxisDemo.Bench;
using AxisDemo.Running;

var visitors = new Option<int>("--visitors") { Description = "Visitors at the same time.", DefaultValueFactory = _ => 30 };
var seconds = new Option<int>("--seconds") { Description = "How long they converse.", DefaultValueFactory = _ => 120 };
var seed = new Option<int>("--seed") { Description = "Chance of the visitors: what they ask, when, and what they stop.", DefaultValueFactory = _ => 1 };
var output = new Option<string?>("--out") { Description = "The report. Default: bench/results/load-<cpu>.md." };
var root = new RootCommand("Puts visitors on a host of its own over /hubs/generation and reports what they see.") { visitors, seconds, seed, output };
root.SetAction((parsed, cancellation) => Run(parsed.GetValue(visitors), parsed.GetValue(seconds), parsed.GetValue(seed), parsed.GetValue(output), cancellation));
return await root.Parse(args).InvokeAsync();

static async Task<int> Run(int visitors, int seconds, int seed, string? output, CancellationToken cancellation)
{
    // All visitors come from one address here, which the host would take for one that asks too much.
    await using var host = await HostProcess.Start("Limits:AnswersPerMinute=1000000", "Limits:AnswersAtOnce=100000");
    if (!await host.Settled()) throw new InvalidOperationException(string.Join('\n', host.Log));
    var hub = new Uri(host.Address + "/hubs/generation");
    var before = HostMemory.Of(host.Id);
    var alone = await Alone(hub, seed);

    var figures = new Figures();
    using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    var people = Enumerable.Range(0, visitors).Select(i => new Visitor(hub, seed * 1000 + i, figures)).ToList();
    var since = Stopwatch.GetTimestamp();
    leave.CancelAfter(TimeSpan.FromSeconds(seconds));
    await Task.WhenAll(people.Select(p => p.Converse(leave.Token)));
    var took = Stopwatch.GetElapsedTime(since);
    // What was being answered when all left has been stopped too.
    var ended = Stopwatch.StartNew();
    while (people.Any(p => p.Ending > 0) && ended.Elapsed < TimeSpan.FromSeconds(30)) await Task.Delay(50, CancellationToken.None);
    var left = people.Sum(p => p.Ending);
    if (left > 0) figures.Fail($"{left} stopped streams had not ended after 30 s");
    foreach (var person in people) await person.DisposeAsync();

    var after = await Alone(hub, seed);
    var report = new Report(visitors, seconds, seed, took, figures, [.. people.Select(p => p.Tokens)], before, HostMemory.Of(host.Id), alone, after,
        host.Log.Count(l => l.StartsWith("fail:", StringComparison.Ordinal) || l.StartsWith("crit:", StringComparison.Ordinal)));
    var file = output ?? Path.Combine(HostProcess.Root, "bench", "results", $"load-{Report.Slug}.md");
    await File.WriteAllTextAsync(file, report.Text, CancellationToken.None);
    Console.WriteLine(report.Text);
    return report.Good ? 0 : 1;
}

// One visitor and nobody else: what the same answer takes when nothing competes with it.
static async Task<double> Alone(Uri hub, int seed)
{
    var figures = new Figures();
    await using var visitor = new Visitor(hub, seed, figures);
    return await visitor.FirstToken();
}
