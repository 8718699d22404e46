using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>The states of the chat page, and what is wrong with one: findings of axe, text under 12 pixels, anything wider than the window.</summary>
internal static class PageStates
{
    /// <summary>The chat page's states, each reached from the one before it: a new state is a new line.</summary>
    private static readonly (string Name, Func<Visit, Task> Reach)[] States =
    [
        ("empty", _ => Task.CompletedTask),
        ("help", v => v.Open("Help and display", "#help")),
        ("what am I seeing", v => v.Open("What am I seeing?", "#about", "Help and display")),
        ("guide", v => v.Open("Show the guide", "#guide", "Help and display")),
        ("settings", async v =>
        {
            // A wide window has them on the page.
            var button = v.Page.GetByRole(AriaRole.Button, new() { Name = "Settings", Exact = true });
            if (!await button.IsVisibleAsync()) return;
            await button.ClickAsync();
            await Assertions.Expect(v.Page.Locator("#controls .close")).ToBeFocusedAsync();
        }),
        ("steered", async v =>
        {
            await v.Open("Change column B: Capped", "#column-b");
            await v.Page.Locator("#column-b").GetByRole(AriaRole.Radio, new() { Name = "Steered." }).CheckAsync();
            await v.Page.Locator("#toward-b").SelectOptionAsync("vampire");
            await Assertions.Expect(v.Page.Locator("#column-b output[for=push-b]")).ToContainTextAsync("+0.10");
        }),
        ("capped", async v =>
        {
            await v.Open("Change column B: Steered", "#column-b");
            await v.Page.Locator("#column-b").GetByRole(AriaRole.Radio, new() { Name = "Capped." }).CheckAsync();
            await v.Page.Locator("#from-b").WaitForAsync();
        }),
        ("tense subjects", v => v.Open("Tense subjects…", "#tense")),
        ("readings", v => v.Open("What read, pre and post are", "#readings")),
        ("system prompt", v => v.Open("System prompt", "#system-prompt")),
        ("share and save", v => v.Open("Share, save and open conversations", "#keep")),
        ("more axes", v => v.Open("Watch more axes", "#more-axes")),
        ("answering", async v =>
        {
            await v.Length(512);
            await v.Repeat();
            await Begin(v);
        }),
        ("stopped", async v =>
        {
            // On a quick machine the answers are over before axe is through: then they are asked for again, and stopped at once.
            if (!await Stopped(v))
            {
                await v.Clear();
                await Begin(v);
                Assert.True(await Stopped(v), "Stop has stopped nothing.");
            }

            // What the other seeds have said so far can be looked at.
            await v.Page.GetByText("seed 6", new() { Exact = true }).ClickAsync();
            await Assertions.Expect(v.Page.Locator("#turn-0 .turn-note")).ToContainTextAsync("The conversation goes on from the first");
        }),
        ("answered", async v =>
        {
            await v.Length(16);
            await v.Repeat();
            await v.Send("Hello!");
            await v.Idle();
        }),
        ("editing", v => v.Open("Edit message 1", "#edit-0")),
        ("table", v => v.Open("Table", "#chart-table")),
        ("layers", v => v.Open("Layers", "#layers")),
        ("link", async v =>
        {
            await v.Open("Share, save and open conversations", "#keep");
            await v.Press("Make a link");
            await v.Page.Locator("#keep-url").WaitForAsync();
        }),
        ("no file", async v =>
        {
            await v.Open("Share, save and open conversations", "#keep");
            await v.Page.SetInputFilesAsync("#keep input[type=file]", new FilePayload { Name = "x.json", MimeType = "application/json", Buffer = "[]"u8.ToArray() });
            await v.Page.Locator("#keep .trouble").WaitForAsync();
        }),
        ("shared page", async v =>
        {
            await v.Page.GotoAsync(await v.Page.Locator("#keep-url").InputValueAsync());
            await v.Ready();
            await Assertions.Expect(v.Page.Locator(".shared")).ToBeVisibleAsync();
            await Assertions.Expect(v.Page.Locator(".turn")).ToHaveCountAsync(2);
        }),
        ("three columns", async v =>
        {
            await Add(v, 3);
            await v.Send("And now?");
            await v.Idle();
        }),
        ("four columns", async v =>
        {
            await Add(v, 4);
            await v.Send("And now?");
            await v.Idle();
        }),
        ("a column's editor beside three others", async v =>
        {
            await Tab(v, "d");
            await v.Open("Change column D: Random", "#column-d");
        }),
        ("one column", async v =>
        {
            foreach (var (letter, name) in new[] { ("D", "Random"), ("C", "Steered"), ("B", "Capped") })
            {
                await Tab(v, letter.ToLowerInvariant());
                await v.Open($"Change column {letter}: {name}", $"#column-{letter.ToLowerInvariant()}");
                await v.Press($"Remove column {letter}");
                await Assertions.Expect(v.Page.Locator($".column-head.col-{letter.ToLowerInvariant()}")).ToHaveCountAsync(0);
            }

            await v.Send("And alone?");
            await v.Idle();
        }),
    ];

    /// <summary>Goes through all states; what is wrong with any, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> Walk(Visit visit)
    {
        var findings = new List<string>();
        foreach (var (name, reach) in States)
        {
            await reach(visit);
            findings.AddRange((await Findings(visit)).Select(f => $"{name}: {f}"));
            await visit.Page.Keyboard.PressAsync("Escape");
        }

        return findings;
    }

    // A narrow window has the button among the settings, which lie over the page.
    private static async Task Add(Visit visit, int columns)
    {
        var settings = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Settings", Exact = true });
        var narrow = await settings.IsVisibleAsync();
        if (narrow) await settings.ClickAsync();
        await visit.Press("Add column");
        await Assertions.Expect(visit.Page.Locator(".column-head")).ToHaveCountAsync(columns);
        if (narrow) await visit.Page.Locator("#controls .close").ClickAsync();
    }

    private static async Task Tab(Visit visit, string letter)
    {
        var tab = visit.Page.Locator($".column-head.col-{letter} .tab");
        if (await tab.IsVisibleAsync()) await tab.ClickAsync();
    }

    // A long answer, of which something is seen.
    private static async Task Begin(Visit visit)
    {
        await visit.Send("Tell me a very long story.");
        // A narrow window shows one column.
        await visit.Page.Locator(".answer .t:visible").First.WaitForAsync();
    }

    // Pressed by the page itself, at one time with the look for it: as the last answer ends Stop becomes Send.
    private static async Task<bool> Stopped(Visit visit)
    {
        await visit.Page.EvaluateAsync("() => [...document.querySelectorAll('.composer button')].find(b => b.textContent === 'Stop')?.click()");
        await visit.Idle();
        return await visit.Page.Locator(".ending", new() { HasText = "Stopped." }).CountAsync() > 0;
    }

    /// <summary>What is wrong with a page as it is, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> Findings(Visit visit)
    {
        // What is in order is not listed: that list is long, and making it takes most of the time.
        var axe = await visit.Page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        var small = await visit.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('body *')].filter(e => e.getClientRects().length && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.outerHTML.slice(0, 80))
            """);
        return
        [
            .. axe.Violations.Select(v => $"{v.Impact}, {v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}"),
            .. small.Select(s => $"text under 12 pixels: {s}"),
            .. await visit.Overflows() ? new[] { "wider than the window" } : [],
        ];
    }
}
