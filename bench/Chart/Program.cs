using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using AxisDemo.Bench;
using AxisDemo.Web.Conversations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

// What a page costs while an answer streams into it: bytes per token on the wire, and the browser's frames. Writes bench/results/chart-<cpu>.md.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = Root();
var chromium = new[] { Environment.GetEnvironmentVariable("AXISDEMO_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
if (chromium is null)
{
    Console.Error.WriteLine("There is no Chromium here: install one, or name it in AXISDEMO_CHROMIUM.");
    return 2;
}

var generator = new MetronomeGenerator(Path.Combine(root, "models", "SmolLM2-135M-Instruct.Q4_1.gguf"));
await using var host = new BenchHost(root, generator);
using var playwright = await Playwright.CreateAsync();
await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

var rows = new List<string>();
foreach (var (before, tokens, rate, repeats) in new[] { (0, 300, 60, 1), (49, 300, 60, 1), (199, 300, 60, 1), (199, 300, 60, ChatSettings.ManyRepeats), (0, 4000, 100, 1) })
{
    var visit = new Visitor(host, browser);
    var seen = await visit.Watch(before, turnTokens: 200, tokens, rate, repeats);
    rows.Add($"| {before + 1}{(repeats > 1 ? $", {repeats} seeds" : "")} | {tokens:N0} at {rate}/s | {seen.BytesPerToken(0, 1):N0} | {seen.BytesPerToken(0, 0.25):N0} | {seen.BytesPerToken(0.75, 1):N0} "
        + $"| {seen.Frame(0.5):F1} | {seen.Frame(0.95):F1} | {seen.Frame(0.99):F1} | {seen.Busy:P0} |");
    Console.WriteLine(rows[^1]);
}

var cpu = Cpu();
var slug = string.Join('-', new string([.. cpu.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
var file = Path.Combine(root, "bench", "results", $"chart-{slug}.md");
await File.WriteAllTextAsync(file, $"""
    # The page while an answer streams: {cpu}, {Environment.ProcessorCount} processors

    `dotnet run -c Release --project bench/Chart`, {DateTime.UtcNow:yyyy-MM-dd}, commit {Git("describe", "--always", "--dirty")}. Host and headless Chromium (no GPU, 1440 x 900) share the machine. Both columns answer at the rate given, the turns before
    have 200 tokens a column. Bytes: payload of the page's WebSocket before compression, by tokens of both columns and all seeds; "first" and "last": the answer's first and last quarter.
    Frames: the time between two animation frames (60 Hz: 16.7 ms). Busy: the part of the time in tasks of the page longer than 50 ms.

    | turn | tokens a column | bytes a token | first | last | frame p50, ms | p95 | p99 | busy |
    | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    {string.Join('\n', rows)}

    """);
Console.WriteLine($"written: {Path.GetRelativePath(root, file)}");
return 0;

static string Cpu()
{
    const string Info = "/proc/cpuinfo";
    var named = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
    return named?[(named.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
}

string Git(params string[] arguments)
{
    using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true, WorkingDirectory = root })!;
    return git.StandardOutput.ReadToEnd().Trim();
}

static string Root() => AxisDemo.Formats.FoldersAbove.With("AxisDemo.sln", AppContext.BaseDirectory);
