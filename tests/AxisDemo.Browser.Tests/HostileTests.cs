using System.Text.Json;
using AxisDemo.Tests;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>No text becomes markup or script, wherever it comes from. That nothing was asked of other hosts, each visit sees to at its end.</summary>
public sealed class HostileTests(RunningApp app, HostileHost hostile)
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
            Assert.Empty(await visit.Page.Locator(".trouble").AllTextContentsAsync());
            foreach (var column in new[] { "col-a", "col-b" })
            {
                var text = Hostile.Plain(await visit.Answers(column).Locator(".text").TextContentAsync() ?? "");
                foreach (var one in Hostile.All) Assert.True(text.Contains(Drawn(Hostile.Plain(one.InMarkdown ?? one.Text)), StringComparison.Ordinal), $"{one.Name}: not in the end of the answer, {text[(text.Length / 2)..]}");
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

    // What no document can hold is drawn as a replacement character: half a pair, and control characters but for white space.
    private static string Drawn(string text) => string.Concat(text.Select(c => c == '\ud800' || char.IsControl(c) && !char.IsWhiteSpace(c) ? '\ufffd' : c));

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

        await Assertions.Expect(visit.Page.Locator(".plot .annotation text").Nth(3)).ToBeAttachedAsync();
        var labels = (await visit.Page.Locator(".plot .annotation text").AllTextContentsAsync()).Select(Hostile.Plain).ToList();
        var roles = Hostile.All.Select(h => Hostile.Plain(h.Text).Replace('_', ' ')).ToHashSet(StringComparer.Ordinal);
        Assert.True(labels.Count(roles.Contains) >= 4, string.Join('\n', labels));
        Assert.Contains(Hostile.Plain(Hostile.All.Single(h => h.Name == Hostile.InCharts).Text), labels);
        Assert.Equal(0, await visit.Page.Locator(".plot a, .plot image, .plot foreignObject, .plot tspan[style*=red]").CountAsync());
        await Unharmed(visit);
    }

    [Fact]
    public async Task What_a_file_brings_is_text_and_so_is_what_others_see_of_it_by_a_link()
    {
        await using var visit = await Visit();
        var turns = Hostile.All.Select(h => h.Text.Replace('\ud800', '\ufffd')).Where(t => t.Length < 500).Select((text, i) => new
        {
            user = text,
            settings = new { temperature = 0.7, maxTokens = 16, systemPrompt = text, a = new { kind = "plain", systemPrompt = text, model = text }, b = new { kind = "steered", toward = text, strength = 0.1 } },
            a = new[] { new { text, reason = "stop", ids = new[] { 1 }, tokens = new[] { text }, pre = new[] { i }, post = new[] { i }, read = new[] { i }, touched = new[] { true }, liftedLayers = new[] { 1 }, kl = new[] { 0.5 }, plainChoice = new[] { text } } },
            b = new[] { new { text, error = text } },
        }).ToList();
        var file = JsonSerializer.SerializeToUtf8Bytes(new { format = "axisdemo.conversation", version = 1, created = "2026-11-24T08:00:00Z", a = new { model = new { name = turns[0].user }, note = turns[0].user }, b = new { }, turns });
        await visit.Press("Share, save and open conversations");
        await visit.Page.SetInputFilesAsync("#keep input[type=file]", new FilePayload { Name = HostileModel.Name + ".json", MimeType = "application/json", Buffer = file });
        await Check(visit);
        await visit.Answers("col-a").First.Locator(".t").First.HoverAsync();
        await visit.Press("Make a link");
        var link = await visit.Page.Locator("#keep-url").InputValueAsync();
        await Unharmed(visit);

        await using var other = await Visit();
        await other.Page.GotoAsync(link);
        await Check(other);

        async Task Check(Visit at)
        {
            await Assertions.Expect(at.Page.Locator(".turn")).ToHaveCountAsync(turns.Count);
            var shown = await at.Page.Locator(".turn .user").AllTextContentsAsync();
            foreach (var (turn, text) in turns.Zip(shown)) Assert.Contains(Hostile.Plain(turn.user), Hostile.Plain(text), StringComparison.Ordinal);
            await Unharmed(at);
        }
    }

    [Fact]
    public async Task An_address_is_text()
    {
        await using var visit = await Visit();
        // No conversation has such a name.
        visit.Allow($"404 (Not Found) {visit.Address}/c/");
        foreach (var one in Hostile.All.Where(h => h.Text.Length < 100).Take(20))
        {
            await visit.Page.GotoAsync(visit.Address + "/c/" + Uri.EscapeDataString(one.Text.Replace("/", "", StringComparison.Ordinal)));
            await Unharmed(visit);
            await visit.Page.GotoAsync(visit.Address + "/?preset=" + Uri.EscapeDataString(one.Text));
            await Assertions.Expect(visit.Page.GetByText("There is no preset “")).ToBeVisibleAsync();
            await Unharmed(visit);
        }
    }

    private async Task<Visit> Visit()
    {
        var visit = await app.Arrive(await hostile.Host());
        await visit.Ready();
        return visit;
    }

    private static async Task Unharmed(Visit visit)
    {
        Assert.True(await visit.Page.EvaluateAsync<bool>("() => window.ran === undefined && ({}).ran === undefined && frames.length === 0 && document.baseURI === location.origin + '/' && typeof document.getElementById === 'function'"));
        Assert.Single(visit.Page.Frames);
    }
}
