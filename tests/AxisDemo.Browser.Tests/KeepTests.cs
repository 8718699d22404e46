using System.Text.Json;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

public class KeepTests(RunningApp app)
{
    [Fact]
    public async Task A_link_shows_the_conversation_to_others_until_its_maker_deletes_it()
    {
        await using var visit = await app.Visit();
        await visit.Length(32);
        await visit.Send("Who are you?");
        await visit.Idle();
        await Menu(visit);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var link = await visit.Page.Locator("#keep-url").InputValueAsync();
        var answer = await visit.Answers("col-b").First.Locator(".text").InnerTextAsync();

        await using (var other = await app.Visit())
        {
            await other.Page.GotoAsync(link);
            await Assertions.Expect(other.Answers("col-b").First.Locator(".text")).ToHaveTextAsync(answer);
            await Assertions.Expect(other.Page.Locator(".shared")).ToContainTextAsync("your own copy");
            await other.Page.WaitForFunctionAsync("() => document.querySelector('.plot').data?.[1]?.y?.filter(v => v != null).length > 3");
            await other.Ready();
            await other.Send("And then?");
            await other.Idle();
            await other.Page.GotoAsync(link);
            await Assertions.Expect(other.Page.Locator(".turn")).ToHaveCountAsync(2);
        }

        await visit.Page.Locator("summary", new() { HasText = "Your links" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Delete the link" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#keep-url")).ToHaveCountAsync(0);
        await using var late = await app.Visit();
        late.Allow($"404 (Not Found) {link}");
        await late.Page.GotoAsync(link);
        await Assertions.Expect(late.Page.Locator(".trouble")).ToContainTextAsync("no such conversation");
    }

    [Fact]
    public async Task A_link_is_copied_or_where_the_clipboard_is_closed_selected()
    {
        await using var visit = await app.Visit();
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var link = await Link(visit);
        await visit.Page.EvaluateAsync("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }");
        await visit.Press("Copy");
        await visit.Page.WaitForFunctionAsync("link => document.activeElement.id === 'keep-url' && getSelection().toString() === link", link);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToHaveCountAsync(0);

        await visit.Page.EvaluateAsync("() => { delete navigator.clipboard.writeText; }");
        await visit.Press("Copy");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal(link, await visit.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
    }

    [Fact]
    public async Task A_saved_file_opens_again_with_its_chart_and_goes_on()
    {
        await using var visit = await app.Visit();
        await visit.Length(32);
        await visit.Send("Name a colour.");
        await visit.Idle();
        await Menu(visit);
        var path = await Save(visit, "Save as JSON");
        var csv = await File.ReadAllLinesAsync(await Save(visit, "Save as CSV"), TestContext.Current.CancellationToken);
        var saved = JsonDocument.Parse(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)).RootElement;
        var tokens = saved.GetProperty("turns")[0].GetProperty("a")[0].GetProperty("ids").GetArrayLength() + saved.GetProperty("turns")[0].GetProperty("b")[0].GetProperty("ids").GetArrayLength();
        Assert.Equal(tokens + 1, csv.Length);
        Assert.Equal(64, saved.GetProperty("a").GetProperty("model").GetProperty("sha256").GetString()!.Length);

        await using var other = await app.Visit();
        await Menu(other);
        await other.Page.SetInputFilesAsync("#keep input[type=file]", path);
        await Assertions.Expect(other.Page.Locator(".turn")).ToHaveCountAsync(1);
        await Assertions.Expect(other.Answers("col-a").First.Locator(".text")).ToHaveTextAsync(await visit.Answers("col-a").First.Locator(".text").InnerTextAsync());
        await Assertions.Expect(other.Page.Locator(".badge:not(.empty)")).ToHaveCountAsync(2);
        await other.Page.Keyboard.PressAsync("Escape");
        await other.Length(16);
        await other.Send("Another one.");
        await other.Idle();
        await Assertions.Expect(other.Page.Locator(".changes")).ToHaveCountAsync(0);
    }

    // The link to a short conversation.
    private static async Task<string> Link(Visit visit)
    {
        await visit.Length(16);
        await visit.Send("Hello.");
        await visit.Idle();
        await Menu(visit);
        await visit.Press("Make a link");
        return await visit.Page.Locator("#keep-url").InputValueAsync();
    }

    private static async Task Menu(Visit visit)
    {
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Share, save and open conversations" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#keep")).ToBeVisibleAsync();
    }

    private static async Task<string> Save(Visit visit, string button)
    {
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync());
        return (await download.PathAsync())!;
    }
}
