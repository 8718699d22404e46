using System.Diagnostics;
using Microsoft.Playwright;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(AxisDemo.Browser.Tests.RunningApp))]

namespace AxisDemo.Browser.Tests;

/// <summary>The host with the embedded model, started once on a free port of this machine, and a browser.</summary>
public sealed class RunningApp : IAsyncLifetime
{
    private readonly TaskCompletionSource<string> listening = new();
    private readonly TaskCompletionSource loaded = new();
    private readonly List<string> log = [];
    private Process? host;
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>Where it listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The Chromium to drive; null when there is none.</summary>
    private static string? Chromium => new[] { Environment.GetEnvironmentVariable("AXISDEMO_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Chromium is null) return;
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Path.Combine(Root, "bin", configuration, "net10.0", "AxisDemo.dll"), "--urls=http://127.0.0.1:0" }) start.ArgumentList.Add(argument);
        host = Process.Start(start)!;
        host.OutputDataReceived += (_, e) => Heard(e.Data);
        host.ErrorDataReceived += (_, e) => Heard(e.Data);
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        Address = await listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await loaded.Task.WaitAsync(TimeSpan.FromSeconds(120));
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A visitor of their own: a browser context with no past.</summary>
    public async Task<Visit> Visit(int width = 1440, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        if (browser is null) Assert.Skip("There is no Chromium here: apt-get install chromium, or name one in AXISDEMO_CHROMIUM.");
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(90_000);
        var visit = new Visit(context, await context.NewPageAsync());
        await visit.Page.GotoAsync(Address);
        await visit.Ready();
        return visit;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (host is null) return;
        host.Kill(entireProcessTree: true);
        await host.WaitForExitAsync();
        host.Dispose();
    }

    private static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "AxisDemo.sln")))
                    return folder.FullName;
            throw new DirectoryNotFoundException($"No AxisDemo.sln above {AppContext.BaseDirectory}.");
        }
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        log.Add(line);
        const string Listening = "Now listening on: ";
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at) listening.TrySetResult(line[(at + Listening.Length)..]);
        if (line.Contains("Loaded ", StringComparison.Ordinal)) loaded.TrySetResult();
        if (line.Contains("No model:", StringComparison.Ordinal)) loaded.TrySetException(new InvalidOperationException(string.Join('\n', log)));
    }
}

/// <summary>One visitor's page, and what its console complained about.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    /// <summary>Listens to the page from the start.</summary>
    public Visit(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.Console += (_, message) => { if (message.Type is "error" or "warning") complaints.Add(message.Text); };
        page.PageError += (_, error) => complaints.Add(error);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>The answers of a column.</summary>
    public ILocator Answers(string column) => Page.Locator($".answer.{column}");

    /// <summary>Waits until the page is alive: the chart is drawn by the circuit.</summary>
    public async Task Ready()
    {
        await Page.WaitForSelectorAsync(".plot .main-svg", new() { State = WaitForSelectorState.Attached });
        await Assertions.Expect(Page.Locator("button[type=submit]")).ToBeEnabledAsync();
    }

    /// <summary>Sets the length of answers, so that a test is quick.</summary>
    public async Task Length(int tokens)
    {
        await Page.Locator("#length").EvaluateAsync("(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })); }", tokens);
        await Assertions.Expect(Page.Locator("output[for=length]")).ToContainTextAsync(tokens.ToString());
    }

    /// <summary>Sends a message by the keyboard.</summary>
    public async Task Send(string text)
    {
        var turns = await Page.Locator(".turn").CountAsync();
        await Page.FillAsync("#message", text);
        await Page.PressAsync("#message", "Enter");
        await Assertions.Expect(Page.Locator(".turn")).ToHaveCountAsync(turns + 1);
    }

    /// <summary>Waits until nothing is being answered.</summary>
    public Task Idle() => Assertions.Expect(Page.Locator("button[type=submit]")).ToBeVisibleAsync(new() { Timeout = 120_000 });

    /// <summary>Tokens that the chart draws in a column.</summary>
    public Task<int> Drawn(int column) => Page.EvaluateAsync<int>("c => (document.querySelector('.plot').data?.[c].y ?? []).filter(v => v != null).length", column);

    /// <summary>Whether something is wider than the window.</summary>
    public Task<bool> Overflows() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        Assert.Empty(complaints);
    }
}
