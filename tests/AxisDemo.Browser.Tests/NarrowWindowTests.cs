using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>No state of the page in a narrow window has anything wrong with it. The two walks are classes of their own so that they can run beside each other.</summary>
public sealed class NarrowWindowTests(RunningApp app)
{
    [Theory]
    [InlineData(360, 800, ColorScheme.Light)]
    [InlineData(360, 800, ColorScheme.Dark)]
    [InlineData(720, 450, ColorScheme.Light)] // a window of 1440 by 900 at 200 %
    public async Task Every_state_is_accessible(int width, int height, ColorScheme scheme)
    {
        await using var visit = await app.Visit(width, height, scheme);
        var findings = await PageStates.Walk(visit);
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}
