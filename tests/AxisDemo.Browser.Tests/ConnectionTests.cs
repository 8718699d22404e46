using AxisDemo.Running;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>What happens to a conversation when its page goes, comes again, or is there twice.</summary>
public sealed class ConnectionTests(RunningApp app, HostileHost other)
{
    private const string Lost = "The connection was lost.";

    [Fact]
    public async Task A_cut_connection_is_mended_and_the_answer_goes_on()
    {
        await using var proxy = new CutProxy(app.Host.Address);
        await using var visit = await app.Arrive(app.Host, way: proxy.Address);
        visit.Allow("WebSocket", "Connection disconnected", "ERR_", "Failed to start the transport", "Error: ");
        await visit.Ready();
        await visit.Length(256);
        await visit.Send("Tell me a very long story about a ship.");
        await visit.Answers("col-a").Locator(".t").Nth(3).WaitForAsync();

        proxy.Cut();
        await Assertions.Expect(visit.Page.GetByText(Lost)).ToBeVisibleAsync();
        proxy.Mend();
        await Assertions.Expect(visit.Page.GetByText(Lost)).ToBeHiddenAsync();

        await visit.Idle();
        // Nothing was lost on the way: the chart draws as many tokens as the text has.
        await visit.Charted();
        await visit.Length(16);
        await visit.Send("And now?");
        await visit.Idle();
        Assert.Equal(2, await visit.Answers("col-a").CountAsync());
    }

    [Fact]
    public async Task A_host_that_has_started_again_says_so_and_a_reload_goes_on()
    {
        await using var proxy = new CutProxy(app.Host.Address);
        await using var visit = await app.Arrive(app.Host, way: proxy.Address);
        visit.Allow("WebSocket", "Connection disconnected", "ERR_", "Failed to start the transport", "Error: ", "circuit");
        await visit.Ready();

        // To the browser, another host at the same address is the same one after a restart.
        proxy.Cut();
        proxy.Mend((await other.Host()).Address);
        await Assertions.Expect(visit.Page.GetByText("the host has started again")).ToBeVisibleAsync();

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Load the page again" }).ClickAsync();
        await visit.Ready();
        await Assertions.Expect(visit.Page.Locator(".topbar")).ToContainTextAsync(HostileModel.Name);
    }

    [Fact]
    public async Task A_page_that_is_left_while_it_comes_alive_ends_quietly()
    {
        await using var visit = await app.Visit();
        // The next page is asked for sooner and later after the one before it: some are left while their scripts load. A fault stands in the host's log.
        for (var i = 0; i < 30; i++)
        {
            await visit.Page.GotoAsync($"{visit.Address}/?{i}", new() { WaitUntil = i % 2 == 0 ? WaitUntilState.DOMContentLoaded : WaitUntilState.Load });
            await visit.Page.EvaluateAsync("i => new Promise(resolve => setTimeout(resolve, 15 * i))", i);
        }

        await visit.Ready();
    }

    [Fact]
    public async Task A_reload_in_mid_answer_finds_it_and_sees_it_end()
    {
        await using var visit = await app.Visit();
        await visit.Length(256);
        await visit.Send("Tell me a very long story about a garden.");
        await visit.Answers("col-a").Locator(".t").Nth(3).WaitForAsync();
        var begun = await visit.Answers("col-a").Locator(".t").First.TextContentAsync();

        await visit.Page.ReloadAsync();

        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(begun, await visit.Answers("col-a").Locator(".t").First.TextContentAsync());
        await visit.Idle();
        await visit.Charted();
    }

    [Fact]
    public async Task Two_tabs_of_a_visitor_show_one_conversation()
    {
        await using var visit = await app.Visit();
        var second = await visit.Tab();
        await second.WaitForSelectorAsync(".plot .main-svg");
        await visit.Length(16);
        await visit.Send("Name a bird.");
        await visit.Idle();

        await Assertions.Expect(second.Locator(".turn")).ToHaveCountAsync(1);
        await Assertions.Expect(second.Locator("button[type=submit]")).ToBeEnabledAsync();
        Assert.Equal(await visit.Answers("col-b").Locator(".text").TextContentAsync(), await second.Locator(".answer.col-b .text").TextContentAsync());
        await second.FillAsync("#message", "Name a fish.");
        await second.PressAsync("#message", "Enter");
        await Assertions.Expect(visit.Page.Locator(".turn")).ToHaveCountAsync(2);
        await visit.Idle();
        await second.CloseAsync();

        // The one that is left goes on by itself.
        await visit.Send("Name a tree.");
        await visit.Idle();
        await visit.Charted();
    }
}
