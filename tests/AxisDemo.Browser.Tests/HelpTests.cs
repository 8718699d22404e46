using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>What scripts do for a visitor beside the conversation: the guide, the tokens' numbers, light and dark.</summary>
public class HelpTests(RunningApp app)
{
    [Fact]
    public async Task The_guide_comes_once_and_again_when_asked_for()
    {
        await using var visit = await app.Visit(guide: true);
        var guide = visit.Page.Locator("#guide");
        await Assertions.Expect(guide.Locator("[data-guide-next]")).ToBeFocusedAsync();
        for (var i = 1; i <= 4; i++)
        {
            await Assertions.Expect(guide.GetByText($"{i} of 4")).ToBeVisibleAsync();
            await visit.Page.Keyboard.PressAsync("Enter");
        }

        await Assertions.Expect(guide).ToBeHiddenAsync();

        await visit.Page.ReloadAsync();
        await visit.Ready();
        await Assertions.Expect(guide).ToBeHiddenAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Help and display" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the guide" }).ClickAsync();
        await Assertions.Expect(guide).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(guide).ToBeHiddenAsync();
    }

    [Fact]
    public async Task The_keyboard_alone_reads_a_tokens_numbers()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Who are you?");
        await visit.Idle();
        await visit.Answers("col-b").Locator(".text").FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await visit.Page.Keyboard.PressAsync("ArrowRight");

        var card = visit.Page.Locator(".token-card");
        await Assertions.Expect(card).ToContainTextAsync("token 2");
        await Assertions.Expect(card).ToContainTextAsync("plain says");
        await Assertions.Expect(card).ToContainTextAsync("KL to plain");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(card).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Light_and_dark_are_chosen_and_kept()
    {
        await using var visit = await app.Visit();
        Task<string> Ground() => visit.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).color");
        var light = await Ground();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Help and display" }).ClickAsync();
        await visit.Page.Locator("[data-theme-choice]").GetByText("dark", new() { Exact = true }).ClickAsync();
        Assert.NotEqual(light, await Ground());
        Assert.Empty(await PageStates.Findings(visit));
        await visit.Page.ReloadAsync();
        await visit.Ready();
        Assert.NotEqual(light, await Ground());
    }
}
