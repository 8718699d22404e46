using AxisDemo.Running;
using AxisDemo.Tests;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>A host whose model and axis are hostile, for the tests of this class.</summary>
public sealed class HostileHost : IAsyncLifetime
{
    private readonly HostileModel model = new();

    internal HostProcess Host { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Host = await HostProcess.Start([.. RunningApp.Unlimited, $"Engine:Model={model.Model}"]);
        if (!await Host.Settled()) throw new InvalidOperationException(string.Join('\n', Host.Log));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        model.Dispose();
    }
}

/// <summary>No text becomes markup or script, wherever it comes from. That nothing was asked of other hosts, each visit sees to at its end.</summary>
public sealed class HostileTests(RunningApp app, HostileHost hostile) : IClassFixture<HostileHost>
{
    [Fact]
    public async Task What_the_model_says_is_text()
    {
        await using var visit = await Visit();
        await visit.Length(HostileModel.Length + 16 & ~15);
        await visit.Send("Speak.");
        await visit.Idle();

        await Check();
        await visit.Page.ReloadAsync();
        await visit.Ready();
        await Check();

        async Task Check()
        {
            foreach (var column in new[] { "col-a", "col-b" })
            {
                var text = Hostile.Plain(await visit.Answers(column).Locator(".text").TextContentAsync() ?? "");
                foreach (var one in Hostile.All) Assert.True(text.Contains(Hostile.Plain(one.InMarkdown ?? one.Text).Replace('\ud800', '\ufffd'), StringComparison.Ordinal), $"{one.Name}: not in the end of the answer, {text[(text.Length / 2)..]}");
                Assert.Contains("<img src=x onerror=window.ran=1>", text, StringComparison.Ordinal);
                var strange = await visit.Answers(column).Locator(".text").EvaluateAsync<string[]>("""
                    e => [...e.querySelectorAll('*')].flatMap(n => [
                      ...(/^(p|span|code|pre|em|strong|a|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|h[1-6]|hr|br|del)$/.test(n.localName) ? [] : [n.localName]),
                      ...[...n.attributes].filter(a => !/^(class|data-i|href|target|rel|tabindex|b-[a-z0-9]+)$/.test(a.name) || (a.name === 'href' && !/^(https?|mailto):/.test(a.value))).map(a => a.name + '=' + a.value)])
                    """);
                Assert.Empty(strange);
            }

            await Unharmed(visit);
        }
    }

    [Fact]
    public async Task What_the_visitor_writes_is_text()
    {
        await using var visit = await Visit();
        await visit.Length(16);
        var messages = Hostile.All.Chunk(10).Select(some => string.Join('\n', some.Select(h => h.Text))).ToList();
        foreach (var message in messages)
        {
            await visit.Send(message);
            await visit.Idle();
        }

        await Check();
        await visit.Page.ReloadAsync();
        await visit.Ready();
        await Check();

        async Task Check()
        {
            var shown = await visit.Page.Locator(".turn .user").AllTextContentsAsync();
            Assert.Equal(messages.Count, shown.Count);
            foreach (var (message, text) in messages.Zip(shown)) Assert.Contains(Hostile.Plain(message).Replace('\ud800', '\ufffd'), Hostile.Plain(text), StringComparison.Ordinal);
            await Unharmed(visit);
        }
    }

    [Fact]
    public async Task A_system_prompt_is_text()
    {
        await using var visit = await Visit();
        var prompt = string.Join('\n', Hostile.All.Select(h => h.Text));
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "System prompt", Exact = true }).ClickAsync();
        await visit.Page.FillAsync("#system", prompt);
        await visit.Page.Locator("#system").BlurAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "System prompt ✓" })).ToBeVisibleAsync();
        await visit.Length(16);
        await visit.Send("Hello.");
        await visit.Idle();
        await Unharmed(visit);

        await visit.Page.ReloadAsync();
        await visit.Ready();

        Assert.Equal(Hostile.Plain(prompt).Replace('\ud800', '\ufffd'), Hostile.Plain(await visit.Page.InputValueAsync("#system")));
        await Unharmed(visit);
    }

    [Fact]
    public async Task Names_of_the_model_of_its_axis_and_of_its_roles_are_text()
    {
        await using var visit = await Visit();
        await Assertions.Expect(visit.Page.Locator(".topbar")).ToContainTextAsync(HostileModel.Name);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "What am I seeing?" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#about")).ToContainTextAsync(HostileModel.Name);

        var labels = (await visit.Page.Locator(".plot .annotation text").AllTextContentsAsync()).Select(Hostile.Plain).ToList();
        var roles = Hostile.All.Select(h => Hostile.Plain(h.Text).Replace('_', ' ')).ToHashSet(StringComparer.Ordinal);
        Assert.True(labels.Count(roles.Contains) >= 4, string.Join('\n', labels));
        Assert.Equal(0, await visit.Page.Locator(".plot a, .plot image, .plot foreignObject, .plot tspan[style*=red]").CountAsync());
        await Unharmed(visit);
    }

    private async Task<Visit> Visit()
    {
        var visit = await app.Arrive(hostile.Host);
        await visit.Ready();
        return visit;
    }

    private static async Task Unharmed(Visit visit)
    {
        Assert.True(await visit.Page.EvaluateAsync<bool>("() => window.ran === undefined && ({}).ran === undefined && frames.length === 0 && document.baseURI === location.origin + '/' && typeof document.getElementById === 'function'"));
        Assert.Single(visit.Page.Frames);
    }
}
