using AxisDemo.Running;
using Microsoft.Playwright;

// Two tests at a time: the machine that runs them may have two cores.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: AssemblyFixture(typeof(AxisDemo.Browser.Tests.RunningApp))]
[assembly: AssemblyFixture(typeof(AxisDemo.Browser.Tests.HostileHost))]

namespace AxisDemo.Browser.Tests;

/// <summary>The host with the embedded model, started once on a free port of this machine, and a browser.</summary>
public sealed class RunningApp : IAsyncLifetime
{
    private HostProcess? host;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The host; the test is skipped where there is no browser to visit it with.</summary>
    internal HostProcess Host
    {
        get
        {
            if (host is null || browser is null) Assert.Skip("There is no Chromium here: apt-get install chromium, or name one in AXISDEMO_CHROMIUM.");
            return host;
        }
    }

    /// <summary>Options of a host that tests ask for more than a visitor may, and that leaves nothing behind in the checkout.</summary>
    internal static string[] Unlimited { get; } =
        ["Sharing:Reports=true", "Limits:AnswersPerMinute=1000000", "Limits:AnswersAtOnce=1000", $"Sharing:Database={Path.Combine(Path.GetTempPath(), $"axisdemo-{Guid.NewGuid():N}.db")}"];

    /// <summary>The Chromium to drive; null when there is none.</summary>
    private static string? Chromium => new[] { Environment.GetEnvironmentVariable("AXISDEMO_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Chromium is null) return;
        // A busy machine of two cores is slow, and what is waited for comes.
        Assertions.SetDefaultExpectTimeout(60_000);
        host = await HostProcess.Start(Unlimited);
        if (!await host.Settled()) throw new InvalidOperationException(string.Join('\n', host.Log));
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A visitor of their own: a browser context with no past, on a page that is alive.</summary>
    public async Task<Visit> Visit(int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light, bool guide = false)
    {
        var visit = await Arrive(null, width, height, scheme, guide: guide);
        await visit.Ready();
        return visit;
    }

    /// <summary>The same at a host of the test's own, or by another way; the page may be one that never comes alive.</summary>
    /// <param name="at">The host; null: the one with the embedded model.</param>
    /// <param name="width">Of the window.</param>
    /// <param name="height">Of the window.</param>
    /// <param name="scheme">What the system says.</param>
    /// <param name="way">An address that leads to it, where that is not its own.</param>
    /// <param name="guide">Whether the guide of a first visit comes up.</param>
    internal async Task<Visit> Arrive(HostProcess? at, int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light, string? way = null, bool guide = false)
    {
        at ??= Host;
        var context = await browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(120_000);
        // The guide of the first visit stands before the page; tests of the guide take this away.
        if (!guide) await context.AddInitScriptAsync("localStorage.setItem('axisdemo-guide', 'seen')");
        var visit = new Visit(context, await context.NewPageAsync(), at, way ?? at.Address);
        try
        {
            await visit.Page.GotoAsync(visit.Address);
        }
        catch (PlaywrightException e)
        {
            throw new InvalidOperationException($"{e.Message}\n{string.Join('\n', at.Log.TakeLast(40))}", e);
        }

        return visit;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (host is not null) await host.DisposeAsync();
    }
}
