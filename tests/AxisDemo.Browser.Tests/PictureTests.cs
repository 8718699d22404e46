using AxisDemo.Running;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>Takes the README's pictures: AXISDEMO_PICTURES=1 writes docs/images.</summary>
public sealed class PictureTests(RunningApp app)
{
    [Theory]
    [InlineData("chat", 1440, 900, ColorScheme.Light)]
    [InlineData("chat-dark", 1440, 900, ColorScheme.Dark)]
    [InlineData("chat-narrow", 390, 844, ColorScheme.Light)]
    [InlineData("chat-narrow-dark", 390, 844, ColorScheme.Dark)]
    public async Task A_preset_is_pictured(string name, int width, int height, ColorScheme scheme)
    {
        if (Environment.GetEnvironmentVariable("AXISDEMO_PICTURES") != "1") Assert.Skip("Pictures are taken only where AXISDEMO_PICTURES=1.");
        // A host as a visitor finds it: the limits that are seen are the documented ones.
        await using var host = await HostProcess.Start([$"Sharing:Database={Path.Combine(Path.GetTempPath(), $"axisdemo-{Guid.NewGuid():N}.db")}"]);
        await host.Settled();
        await using var visit = await app.Arrive(host, width, height, scheme);
        await visit.Ready();
        await visit.Page.Locator(".cards").GetByRole(AriaRole.Button, new() { Name = "The voice behind the stars" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".turn")).ToHaveCountAsync(4, new() { Timeout = 240_000 });
        await visit.Idle();
        await visit.Page.Locator("#turn-2").EvaluateAsync("e => e.scrollIntoView({ block: 'start' })");
        await visit.Page.Mouse.MoveAsync(0, 0);

        await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(HostProcess.Root, "docs", "images", name + ".png"), Animations = ScreenshotAnimations.Disabled });
    }
}
