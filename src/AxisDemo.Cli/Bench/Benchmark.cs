using System.Diagnostics;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Cli.Bench;

/// <summary>The measurements. What is compared is run in turn, and ratios are taken within a turn: a machine's speed drifts.</summary>
internal static class Benchmark
{
    private const int WarmUpTokens = 32;

    public static async Task<BenchResult> Decode(IGenerator engine, BenchSettings settings, CancellationToken cancellation)
    {
        await Stream(engine, Request(settings) with { MaxTokens = WarmUpTokens }, cancellation).ConfigureAwait(false);
        var runs = new List<StreamRun>();
        for (var i = 0; i < settings.Runs; i++) runs.Add(await Stream(engine, Request(settings), cancellation).ConfigureAwait(false));
        return Result("decode", engine, [.. runs.Select(r => r.TokensPerSecond)]) with { Ids = runs[0].Ids };
    }

    public static async Task<BenchResult> Prefill(IGenerator engine, BenchSettings settings, CancellationToken cancellation)
    {
        var runs = new List<double>();
        for (var i = -1; i < settings.Runs; i++)
        {
            // Another first token each time: nothing of the prompt is in the cache of earlier ones.
            var prompt = settings.Prompt.ToArray();
            prompt[0] = (prompt[0] + i + 1) % engine.Model.Vocabulary;
            var run = await Stream(engine, Request(settings) with { Prompt = prompt, MaxTokens = 1 }, cancellation).ConfigureAwait(false);
            if (i >= 0) runs.Add(run.FirstMilliseconds);
        }

        return Result("prefill", engine, [.. runs.Select(ms => settings.Prompt.Length / ms * 1000)],
            new() { ["promptTokens"] = settings.Prompt.Length, ["firstTokenMilliseconds"] = BenchResult.MedianOf(runs) });
    }

    public static async Task<BenchResult> Concurrent(IGenerator engine, BenchSettings settings, CancellationToken cancellation)
    {
        var requests = Enumerable.Range(0, settings.Streams).Select(i => Request(settings) with { Prompt = [.. settings.Prompt, i % engine.Model.Vocabulary] }).ToArray();
        var (rates, ratios) = (new List<double>(), new List<double>());
        for (var i = -1; i < settings.Runs; i++)
        {
            var alone = await Stream(engine, Request(settings), cancellation).ConfigureAwait(false);
            var rate = await Together(engine, requests, cancellation).ConfigureAwait(false);
            if (i < 0) continue;
            rates.Add(rate);
            ratios.Add(rate / alone.TokensPerSecond);
        }

        return Result("concurrent", engine, rates, new() { ["streams"] = settings.Streams, ["ratioToOneStream"] = BenchResult.MedianOf(ratios) });
    }

    public static async Task<BenchResult> Pair(IGenerator engine, BenchSettings settings, CancellationToken cancellation)
    {
        var pair = Columns(engine, settings);
        var (rates, singles, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = -1; i < settings.Runs; i++)
        {
            var alone = await Stream(engine, Request(settings), cancellation).ConfigureAwait(false);
            var rate = await Together(engine, pair, cancellation).ConfigureAwait(false);
            if (i < 0) continue;
            rates.Add(rate);
            singles.Add(alone.TokensPerSecond);
            ratios.Add(rate / alone.TokensPerSecond);
        }

        // Sampled tokens come from two streams; the reader's row is a third that samples nothing.
        return Result("pair", engine, rates, new()
        {
            ["oneStreamTokensPerSecond"] = BenchResult.MedianOf(singles),
            ["ratioOfSampledTokens"] = BenchResult.MedianOf(ratios),
            ["ratioOfRows"] = BenchResult.MedianOf(ratios) * 3 / 2,
            ["rowsPerSecond"] = BenchResult.MedianOf(rates) * 3 / 2,
        });
    }

    public static async Task<BenchResult> Read(IGenerator engine, BenchSettings settings, CancellationToken cancellation)
    {
        var columns = Columns(engine, settings);
        // Also the warm-up: it leaves the prompt in the cache for all that follow.
        var given = (await Stream(engine, columns[0], cancellation).ConfigureAwait(false)).Ids;
        await All(columns).ConfigureAwait(false);
        GenerationRequest[] reading = [.. columns.Select(c => c with { Forced = given })];
        var (rates, ratios) = (new List<double>(), new List<double>());
        for (var i = 0; i < settings.Runs; i++)
        {
            var writing = await All(columns).ConfigureAwait(false);
            rates.Add(await All(reading).ConfigureAwait(false));
            ratios.Add(rates[^1] / writing);
        }

        return Result("read", engine, rates, new() { ["promptTokens"] = settings.Prompt.Length, ["ratioToWriting"] = BenchResult.MedianOf(ratios) });

        async Task<double> All(GenerationRequest[] requests)
        {
            var clock = Stopwatch.StartNew();
            await Task.WhenAll(requests.Select(r => Stream(engine, r, cancellation))).ConfigureAwait(false);
            return requests.Length * settings.Tokens / clock.Elapsed.TotalSeconds;
        }
    }

    public static async Task<BenchResult> Extract(IGenerator engine, BenchSettings settings, CancellationToken cancellation)
    {
        var requests = Enumerable.Range(0, settings.Streams).Select(i => Request(settings) with
        {
            Prompt = [.. settings.Prompt, i % engine.Model.Vocabulary],
            Sampling = new Sampling { Seed = (ulong)i },
            Captures = [Capture.AnswerMean(engine.Model.Layers)],
        }).ToArray();
        var rates = new List<double>();
        for (var i = -1; i < settings.Runs; i++)
        {
            var clock = Stopwatch.StartNew();
            await Task.WhenAll(requests.Select(r => Stream(engine, r, cancellation))).ConfigureAwait(false);
            if (i >= 0) rates.Add(settings.Streams * settings.Tokens / clock.Elapsed.TotalSeconds);
        }

        return Result("extract", engine, rates, new() { ["streams"] = settings.Streams, ["answersPerSecond"] = BenchResult.MedianOf(rates) / settings.Tokens });
    }

    /// <summary>The page's two columns: standard, and capped with its reader.</summary>
    private static GenerationRequest[] Columns(IGenerator engine, BenchSettings settings)
    {
        var axis = AxisFor(engine, settings.Axis);
        var cap = axis.Recommended is { } r ? axis.Cap(r.From, r.To, r.Percentile) : axis.Cap((int)(0.67 * axis.Layers), (int)(0.87 * axis.Layers), 75);
        var standard = Request(settings) with { Watch = [axis.Watch()] };
        return [standard, standard with { Interventions = [cap], Read = true }];
    }

    // Every answer is as long as asked for, whatever the model would say.
    private static GenerationRequest Request(BenchSettings settings) =>
        new() { Prompt = settings.Prompt, MaxTokens = settings.Tokens, Sampling = Sampling.Greedy, StopAtEndOfTurn = false };

    private static BenchResult Result(string what, IGenerator engine, IReadOnlyList<double> rates, Dictionary<string, double>? details = null)
    {
        var median = BenchResult.MedianOf(rates);
        return new(what, median, median, rates.Min(), rates.Max(), rates, Cpu.Name, engine.Model.Engine, engine.Model.Name, details);
    }

    private static async Task<StreamRun> Stream(IGenerator engine, GenerationRequest request, CancellationToken cancellation, Action<long>? onToken = null)
    {
        var clock = Stopwatch.StartNew();
        var ids = new List<int>();
        double first = 0, last = 0, inner = 0;
        await foreach (var e in engine.StreamAsync(request, cancellation).ConfigureAwait(false))
        {
            if (e is TokenEvent token)
            {
                onToken?.Invoke(Stopwatch.GetTimestamp());
                last = clock.Elapsed.TotalSeconds;
                if (ids.Count == 0) first = last;
                ids.Add(token.Id);
            }
            else if (e is FinishedEvent finished)
            {
                if (finished.Reason == FinishReason.Cancelled) throw new OperationCanceledException(cancellation);
                inner = finished.FirstTokenMilliseconds;
            }
            else if (e is FailedEvent failed) throw new WorkFailedException(failed.Error);
        }

        // An event leaves a step after its token was sampled, so the engine's own clock tells when the first one was there.
        return new StreamRun(ids, inner > 0 ? inner : first * 1000, ids.Count > 1 ? (ids.Count - 1) / (last - first) : 0);
    }

    /// <summary>Sampled tokens per second of all streams while all of them are running.</summary>
    private static async Task<double> Together(IGenerator engine, GenerationRequest[] requests, CancellationToken cancellation)
    {
        var times = requests.Select(_ => new List<long>()).ToArray();
        await Task.WhenAll(requests.Select((request, i) => Stream(engine, request, cancellation, times[i].Add))).ConfigureAwait(false);
        var (start, end) = (times.Max(t => t[0]), times.Min(t => t[^1]));
        if (end <= start) throw new WorkFailedException("the streams did not run at the same time; give more --tokens.");
        return times.Sum(t => t.Count(at => at > start && at <= end)) / Stopwatch.GetElapsedTime(start, end).TotalSeconds;
    }

    private static AxisFile AxisFor(IGenerator engine, string? path)
    {
        if (path is null)
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(engine.Model.Path))!;
            path = ModelCatalog.Read(folder).Models.SelectMany(m => m.Axes).FirstOrDefault(a => string.Equals(a.ModelSha256, engine.Model.Sha256, StringComparison.OrdinalIgnoreCase))?.Path
                ?? throw new InputException("--axis", "", $"it is not given, and no axis file for {engine.Model.Name} lies in {folder}.", "Give --axis FILE, or make one with: axis extract, axis build.");
        }

        var axis = AxisFile.Open(path);
        axis.EnsureMatches(engine.Model.Name, engine.Model.Sha256, engine.Model.Layers, engine.Model.Width);
        return axis;
    }
}
