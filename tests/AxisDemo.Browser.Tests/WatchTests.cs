using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>Axes beside the main one.</summary>
public class WatchTests(RunningApp app)
{
    [Fact]
    public async Task Another_axis_is_watched_drawn_and_left_again()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        var (menu, drawn) = (visit.Page.Locator("#more-axes"), visit.Page.Locator(".chart-axis select"));
        await Assertions.Expect(drawn.Locator("option")).ToHaveCountAsync(1);
        await visit.Open("Watch more axes", "#more-axes");
        await menu.GetByLabel("Watch also").SelectOptionAsync("random");
        await Assertions.Expect(menu.Locator(".watched-axis")).ToContainTextAsync("A random direction");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(drawn.Locator("option")).ToHaveCountAsync(2);
        await visit.Send("Who are you?");
        await visit.Idle();
        var tokens = await visit.Answers("col-b").Locator(".t").CountAsync();
        await Points();
        var main = await Values();

        await drawn.SelectOptionAsync("random");
        await visit.Page.WaitForFunctionAsync("y => JSON.stringify(document.querySelector('.plot').data[1].y) !== y", main);
        await Points();

        await visit.Open("Watch more axes", "#more-axes");
        await menu.GetByRole(AriaRole.Button, new() { Name = "Stop watching" }).ClickAsync();
        await Assertions.Expect(menu.Locator(".watched-axis")).ToHaveCountAsync(0);
        await Assertions.Expect(drawn.Locator("option")).ToHaveCountAsync(1);
        await visit.Page.WaitForFunctionAsync("y => JSON.stringify(document.querySelector('.plot').data[1].y) === y", main);

        // Every token of the answer has a point on the axis that is drawn.
        Task Points() => visit.Page.WaitForFunctionAsync("n => document.querySelector('.plot').data[1].y.filter(v => v != null).length === n", tokens);
        Task<string> Values() => visit.Page.EvaluateAsync<string>("() => JSON.stringify(document.querySelector('.plot').data[1].y)");
    }
}
