using AxisDemo.Web.Charts;
using Bunit;

namespace AxisDemo.Tests.Web.Charts;

/// <summary>What stands around the chart; the chart itself is a script's.</summary>
public sealed class ChartBarTests : ComponentTests
{
    [Fact]
    public async Task The_table_has_a_row_for_each_turn_and_marks_changed_settings()
    {
        var page = Page();
        await page.Send("Who are you?");
        await page.Slide("#temperature", "0.2");
        await page.Send("And in the morning?");

        page.WaitForAssertion(() => Assert.Equal(["turn 1", "◆ turn 2"], page.Texts(".turn-strip button")));
        var rows = page.FindAll("#chart-table tbody tr");
        Assert.Equal(2, rows.Count);
        Assert.Contains("temperature 0.7 → 0.2", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Equal("chart-table", page.Button("Table").GetAttribute("popovertarget"));
    }

    [Fact]
    public async Task Another_axis_is_watched_chosen_in_the_list_and_left_again()
    {
        var page = Page();
        Assert.Equal(["Assistant Axis"], page.Texts(".chart-axis option"));
        await page.Set("#more-axes select", "random");
        Assert.StartsWith("A random direction", page.Text(".watched-axis"), StringComparison.Ordinal);
        await page.Set("#more-axes select", "role:vampire");
        Assert.Equal(["Assistant Axis", "A random direction", "Towards vampire"], page.Texts(".chart-axis option"));
        await page.Set(".chart-axis select", "role:vampire");
        Assert.Equal("role:vampire", page.Value(".chart-axis select"));

        await page.Click(".watched-axis + .watched-axis button");
        Assert.Equal(["Assistant Axis", "A random direction"], page.Texts(".chart-axis option"));
        Assert.Equal("assistant", page.Value(".chart-axis select"));
        await page.Press("Stop watching");
        Assert.Empty(page.FindAll(".watched-axis"));
        Assert.Equal(["Assistant Axis"], page.Texts(".chart-axis option"));
        Assert.Equal("assistant", page.Value(".chart-axis select"));
    }

    [Fact]
    public async Task No_more_axes_are_watched_than_there_is_room_for()
    {
        var axis = ScriptedGenerator.TestAxis() with { RoleNames = ["bard", "ghost", "vampire"], TowardRole = role => ScriptedGenerator.TestAxis().TowardRole("vampire")! };
        Generator.Become(new(new(Generator, axis, null), null, null));
        var page = Page();
        foreach (var role in axis.RoleNames) await page.Set("#more-axes select", $"role:{role}");

        Assert.Equal(DrawnAxis.Most, page.FindAll(".watched-axis").Count);
        Assert.Empty(page.FindAll("#more-axes select"));
    }

    [Fact]
    public async Task The_reading_is_chosen_and_numbers_are_taken_along_once_there_are_some()
    {
        var page = Page();
        Assert.True(page.Button("CSV").HasAttribute("disabled"));
        await page.Choose("post");
        Assert.True(page.Choice("post").HasAttribute("checked"));
        await page.Send("Who are you?");

        page.WaitForAssertion(() => Assert.False(page.Button("CSV").HasAttribute("disabled")));
        Assert.Contains("as post", page.Text("#chart-table caption"), StringComparison.Ordinal);
        await page.Press("CSV");
        Assert.EndsWith(".csv", (string)Assert.Single(JSInterop.Invocations["saveStream"]).Arguments[0]!, StringComparison.Ordinal);
    }
}
