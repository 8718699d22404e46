using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>No state of the page in a wide window has anything wrong with it.</summary>
public sealed class WideWindowTests(RunningApp app)
{
    [Theory]
    [InlineData(1440, 900, ColorScheme.Light)]
    [InlineData(1440, 900, ColorScheme.Dark)]
    public async Task Every_state_is_accessible(int width, int height, ColorScheme scheme)
    {
        await using var visit = await app.Visit(width, height, scheme);
        var findings = await PageStates.Walk(visit);
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }
}
