using System.Diagnostics;
using AxisDemo.Web.Conversations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace AxisDemo.Bench;

/// <summary>A visitor with a long conversation behind them, who asks once more while everything is watched.</summary>
internal sealed class Visitor(BenchHost host, IBrowser browser)
{
    /// <summary>Plays the turns before at once, then watches one answer.</summary>
    public async Task<Measured> Watch(int before, int turnTokens, int tokens, double rate, int repeats)
    {
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        context.SetDefaultTimeout(120_000);
        var page = await context.NewPageAsync();
        var frames = new List<(long At, int Bytes)>();
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            lock (frames) frames.Add((Stopwatch.GetTimestamp(), frame.Binary?.Length ?? frame.Text?.Length ?? 0));
        };
        await page.GotoAsync(host.Address);
        var id = (await context.CookiesAsync()).Single(c => c.Name == SessionStore.Cookie).Value;
        var store = host.Services.GetRequiredService<SessionStore>();
        var session = store.Attach(id)!;
        host.Generator.Rate = double.PositiveInfinity;
        session.Settings = session.Settings with { MaxTokens = turnTokens, Repeats = repeats };
        for (var turn = 0; turn < before; turn++) await session.SendAsync($"Question {turn + 1}: what was there to be seen?");
        if (session.Problem is { } problem) throw new InvalidOperationException(problem);
        await page.ReloadAsync();
        await page.WaitForSelectorAsync(".plot .main-svg", new() { State = WaitForSelectorState.Attached });
        await page.WaitForFunctionAsync("n => document.querySelectorAll('.turn').length === n && document.querySelectorAll('.turn-marks button').length === n", before);
        // A long conversation comes in parts: all of it is there when nothing has come for a while.
        for (var seen = -1; Heard() is var heard && heard != seen; seen = heard) await page.WaitForTimeoutAsync(2_000);

        host.Generator.Rate = rate;
        session.Settings = session.Settings with { MaxTokens = tokens };
        await page.EvaluateAsync("""
            () => {
              window.bench = { frames: [], busy: 0, from: performance.now() };
              let last = performance.now();
              const tick = now => { bench.frames.push(now - last); last = now; if (bench.run !== false) requestAnimationFrame(tick); };
              requestAnimationFrame(tick);
              new PerformanceObserver(list => { for (const e of list.getEntries()) bench.busy += e.duration; }).observe({ type: 'longtask' });
            }
            """);
        lock (frames) frames.Clear();
        var (start, asked) = (Stopwatch.GetTimestamp(), session.SendAsync("And then?"));
        await asked;
        var end = Stopwatch.GetTimestamp();
        var last = await page.EvaluateAsync<double[]>("() => { bench.run = false; return [bench.busy / (performance.now() - bench.from), ...bench.frames.slice(1)]; }");
        store.Detach(id);

        int Heard()
        {
            lock (frames) return frames.Count;
        }

        lock (frames) return new Measured([.. frames], start, end, tokens * 2 * repeats, last[0], [.. last[1..].Order()]);
    }
}

/// <summary>What was seen: messages with their time and size, and the browser's frames in order of length.</summary>
internal sealed record Measured(IReadOnlyList<(long At, int Bytes)> Messages, long Start, long End, int Tokens, double Busy, double[] Frames)
{
    /// <summary>Bytes per token in a part of the answer, 0..1: tokens come at an even rate.</summary>
    public double BytesPerToken(double from, double to)
    {
        var length = End - Start;
        return Messages.Where(m => m.At >= Start + from * length && m.At < Start + to * length).Sum(m => m.Bytes) / (Tokens * (to - from));
    }

    /// <summary>A quantile of the time between frames, milliseconds.</summary>
    public double Frame(double quantile) => Frames[(int)(quantile * (Frames.Length - 1))];
}
