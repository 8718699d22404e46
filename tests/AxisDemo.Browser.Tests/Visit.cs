using AxisDemo.Running;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>
/// One visitor's page. Whatever it does that no page of ours should do is a complaint, and a complaint fails the test at the visit's
/// end: errors on the console, dialogs, other windows, requests to anybody else, and errors in the host's log.
/// </summary>
public sealed class Visit : IAsyncDisposable
{
    private static readonly string[] Bad = ["fail:", "crit:", "Unhandled exception"];
    private readonly IBrowserContext context;
    private readonly HostProcess host;
    private readonly int logged;
    private readonly List<string> complaints = [];
    private IReadOnlyList<string> allowed = [];

    /// <summary>Listens to the page from the start.</summary>
    internal Visit(IBrowserContext context, IPage page, HostProcess host, string address)
    {
        (this.context, Page, this.host, Address) = (context, page, host, address);
        logged = host.Log.Count;
        Listen(page);
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Where it was opened.</summary>
    public string Address { get; }

    /// <summary>The answers of a column.</summary>
    public ILocator Answers(string column) => Page.Locator($".answer.{column}");

    /// <summary>What this test provokes: an error on the console whose text, or the address it is about, contains one of these is no complaint.</summary>
    public void Allow(params string[] errors) => allowed = errors;

    /// <summary>A second tab of the same visitor.</summary>
    public async Task<IPage> Tab()
    {
        var page = await context.NewPageAsync();
        Listen(page);
        await page.GotoAsync(Address);
        return page;
    }

    /// <summary>Waits until the page is alive: the chart is drawn by the circuit.</summary>
    public async Task Ready()
    {
        await Page.WaitForSelectorAsync(".plot .main-svg", new() { State = WaitForSelectorState.Attached });
        await Assertions.Expect(Page.Locator("button[type=submit]")).ToBeEnabledAsync();
    }

    /// <summary>Presses a button.</summary>
    public Task Press(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>Presses the button that opens a dialog and waits for it; where a narrow screen hides the button, after opening what it lies in there.</summary>
    public async Task Open(string name, string dialog, string within = "Settings")
    {
        var button = Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).First;
        if (!await button.IsVisibleAsync()) await Press(within);
        await Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).And(Page.Locator(":visible")).First.ClickAsync();
        await Assertions.Expect(Page.Locator(dialog)).ToBeVisibleAsync();
    }

    /// <summary>Gives a control a value as its user would: what listens to it hears of it.</summary>
    public Task Set(string control, string value) =>
        Page.Locator(control).EvaluateAsync("(e, v) => { e.value = v; for (const name of ['input', 'change']) e.dispatchEvent(new Event(name, { bubbles: true })); }", value);

    /// <summary>Sets the length of answers, so that a test is quick.</summary>
    public async Task Length(int tokens)
    {
        await Set("#length", tokens.ToString());
        await Assertions.Expect(Page.Locator("output[for=length]")).ToContainTextAsync(tokens.ToString());
    }

    /// <summary>Switches whether each message is answered with four seeds at once: on, and off again.</summary>
    public Task Repeat() => Page.Locator("#repeats").EvaluateAsync("e => e.click()");

    /// <summary>Sends a message by the keyboard.</summary>
    public async Task Send(string text)
    {
        var turns = await Page.Locator(".turn").CountAsync();
        await Page.FillAsync("#message", text);
        await Page.PressAsync("#message", "Enter");
        await Assertions.Expect(Page.Locator(".turn")).ToHaveCountAsync(turns + 1);
    }

    /// <summary>Takes the conversation away and waits until it is gone.</summary>
    public async Task Clear()
    {
        await Press("Clear");
        await Assertions.Expect(Page.Locator(".turn")).ToHaveCountAsync(0);
    }

    /// <summary>Waits until nothing is being answered.</summary>
    public Task Idle() => Assertions.Expect(Page.Locator("button[type=submit]")).ToBeVisibleAsync(new() { Timeout = 120_000 });

    /// <summary>Waits until the chart has drawn every token of the answers: it does so at its own pace, a moment after the text.</summary>
    public Task Charted() => Page.WaitForFunctionAsync("""
        () => ['a', 'b'].every((column, i) => {
          // The last piece of a text may be no token of its own.
          const tokens = [...document.querySelectorAll(`.answer.col-${column}`)].map(answer => Number([...answer.querySelectorAll('.t')].at(-1)?.dataset.i ?? 0));
          return tokens.length > 0 && document.querySelector('.plot').data[i].y.filter(v => v != null).length >= tokens.reduce((a, b) => a + b, 0);
        })
        """);

    /// <summary>Tokens that the chart draws in a column.</summary>
    public Task<int> Drawn(int column) => Page.EvaluateAsync<int>("c => (document.querySelector('.plot').data?.[c].y ?? []).filter(v => v != null).length", column);

    /// <summary>A picture of what is seen, into the folder that AXISDEMO_PICTURES names; none without it.</summary>
    public async Task Picture(string name)
    {
        if (Environment.GetEnvironmentVariable("AXISDEMO_PICTURES") is { Length: > 0 } folder) await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }

    /// <summary>Whether something is wider than the window.</summary>
    public Task<bool> Overflows() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth > innerWidth");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        Assert.Empty(complaints);
        var faults = host.Log.Skip(logged).Where(line => Bad.Any(bad => line.Contains(bad, StringComparison.Ordinal))).ToList();
        Assert.True(faults.Count == 0, $"The host logged errors during this visit; another test at the same host may have made them:\n{string.Join('\n', faults)}");
    }

    private void Listen(IPage page)
    {
        page.Console += (_, message) =>
        {
            var said = $"{message.Text} {message.Location}";
            if (message.Type is "error" or "warning" && !allowed.Any(text => said.Contains(text, StringComparison.Ordinal))) complaints.Add(said);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Popup += (_, popup) => complaints.Add($"a window was opened: {popup.Url}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(Address, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                complaints.Add($"a request to another host: {request.Url}");
        };
        page.Dialog += async (_, dialog) =>
        {
            complaints.Add($"a dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }
}
