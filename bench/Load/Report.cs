using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AxisDemo.Running;

namespace AxisDemo.Bench;

/// <summary>A run as it is committed, and whether it was as it should be.</summary>
internal sealed partial record Report(
    int Visitors, int Seconds, int Seed, TimeSpan Took, Figures Figures, int[] TokensOfEach, HostMemory Before, HostMemory After, double Alone, double AloneAgain, int ServerErrors)
{
    /// <summary>Nobody was dropped, no request failed, and the host's log complains of nothing.</summary>
    public bool Good => Figures is { Dropped: 0, Failed: 0 } && ServerErrors == 0 && TokensOfEach.All(t => t > 0);

    /// <summary>The CPU's name as part of a file's.</summary>
    public static string Slug => NotWord().Replace(Parenthesis().Replace(Cpu, "").Trim(), "-").ToLowerInvariant();

    /// <summary>The page.</summary>
    public string Text
    {
        get
        {
            var (plain, capped, gaps, stops) = Figures.Times;
            var faults = string.Concat(Figures.Faults.Select(f => $"\n- {f.Value} times: {f.Key}"));
            return string.Create(CultureInfo.InvariantCulture, $"""
                # {Visitors} visitors at once: {Cpu}, {Environment.ProcessorCount} processors

                `bench/load --visitors {Visitors} --seconds {Seconds} --seed {Seed}`, {DateTime.UtcNow:yyyy-MM-dd}, commit {Git("describe", "--always", "--dirty")}. Visitors and host share the machine.
                Each visitor has a connection of their own, asks a plain and a capped request (read along) at each of 2 to 5 turns, thinks 0.5 to 4 s in between, and stops 15 % of the turns in mid-answer; answers have 24 to 96 tokens.
                The limits of one address are lifted, since all visitors come from it; every other option has its default.

                | what | figure |
                | --- | --- |
                | turns begun; requests finished | {Figures.Turns}; {Figures.Finished} |
                | sampled tokens a second, all visitors (the readers' rows are not counted) | {Figures.Tokens / Took.TotalSeconds:0} |
                | first token, plain: p50, p95 | {Ms(plain, 0.5)}, {Ms(plain, 0.95)} |
                | first token, capped: p50, p95 | {Ms(capped, 0.5)}, {Ms(capped, 0.95)} |
                | first token of a plain request with nobody else there: before the run, after it | {Alone:0} ms, {AloneAgain:0} ms |
                | from one token of an answer to the next: p50, p95 | {Ms(gaps, 0.5)}, {Ms(gaps, 0.95)} |
                | from a stop to the end of its stream, {stops.Length} stops: p50, p95, longest | {Ms(stops, 0.5)}, {Ms(stops, 0.95)}, {Ms(stops, 1)} |
                | tokens of a visitor: fewest, median, most | {Of(0)}, {Of(0.5)}, {Of(1)} |
                | bytes of an event on the wire, mean | {(double)Figures.EventBytes / Math.Max(1, Figures.Events):0} |
                | memory of the host: model loaded, after the run, peak | {Before.Now:0}, {After.Now:0}, {After.Peak:0} MiB |
                | connections dropped; requests failed; errors in the host's log | {Figures.Dropped}; {Figures.Failed}; {ServerErrors} |
                {faults}
                """).TrimEnd() + "\n";
        }
    }

    private static string Cpu => File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown CPU";

    private static string Ms(double[] times, double share) => Figures.Percentile(times, share).ToString("0", CultureInfo.InvariantCulture) + " ms";

    private static string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = HostProcess.Root, RedirectStandardOutput = true })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }

    private double Of(double share) => Figures.Percentile([.. TokensOfEach.Select(t => (double)t).Order()], share);

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Parenthesis();

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NotWord();
}
