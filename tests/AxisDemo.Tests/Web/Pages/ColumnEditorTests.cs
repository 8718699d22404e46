using AngleSharp.Html.Dom;
using AxisDemo.Model.Hooks;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Bunit;

namespace AxisDemo.Tests.Web.Pages;

/// <summary>What a visitor lets a column run.</summary>
public sealed class ColumnEditorTests : ComponentTests
{
    private static readonly ChatAxis Axis = ScriptedGenerator.TestAxis() with { Layers = 30, CapLayers = [.. Enumerable.Range(18, 9)] };

    public ColumnEditorTests()
    {
        Generator.Become(new ModelState(new ReadyModel(Generator, Axis, null), null, null));
        Generator.Script = ScriptedGenerator.SayAsAsked;
    }

    [Fact]
    public async Task A_column_is_steered_and_the_next_turn_says_so()
    {
        var page = Page();
        await page.Send("Who are you?");
        var editor = Editor(page);
        await editor.Choose("Steered.");
        await editor.Set("#toward-b", "vampire");
        Assert.Contains("+0.10", editor.Text("output[for=push-b]"), StringComparison.Ordinal);
        Assert.Contains("pushed towards the vampire", page.Text(".column-head.col-b h2"), StringComparison.Ordinal);

        await page.Send("And you?");

        Assert.Contains("B: Capped → Steered", page.Text("#turn-1 .changes"), StringComparison.Ordinal);
        Assert.Single(page.FindAll("#turn-1 .answer.col-b .badge:not(.empty)"));
    }

    [Fact]
    public async Task The_blocks_of_a_cap_are_chosen_and_the_recommended_ones_come_back()
    {
        const string Recommended = "As recommended";
        var page = Page();
        await page.Send("Who are you?");
        var editor = Editor(page);
        Assert.Equal(("18", "26"), (editor.Value("#from-b"), editor.Value("#to-b")));
        Assert.False(editor.Offers(Recommended));

        await editor.Set("#from-b", "20");
        Assert.True(editor.Offers(Recommended));
        await editor.Set("#to-b", "23");
        Assert.Equal(new LayerRange(20, 24), Session.Settings[Column.B].Band);
        // An end before the beginning gives way.
        await editor.Set("#from-b", "25");
        Assert.Equal("25", editor.Value("#to-b"));
        await page.Send("Who are you?");
        Assert.Contains("B: Capped → Capped blocks 25:26", page.Text("#turn-1 .changes"), StringComparison.Ordinal);

        await editor.Press(Recommended);
        Assert.Equal(("18", "26"), (editor.Value("#from-b"), editor.Value("#to-b")));
        Assert.False(editor.Offers(Recommended));
        await page.Send("Who are you?");
        Assert.Contains("B: Capped blocks 25:26 → Capped.", page.Text("#turn-2 .changes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_a_random_direction_says_which_one()
    {
        var page = Page();
        var editor = Editor(page);
        await editor.Choose("Steered.");
        Assert.Equal(["the Assistant (the axis)", "a random direction (the control)", "the vampire"], editor.Texts("#toward-b option"));
        await editor.Set("#toward-b", "random");
        await editor.Slide("#push-b", "0.4");
        Assert.Contains("+0.40", editor.Text("output[for=push-b]"), StringComparison.Ordinal);
        await editor.Set("#control-b", "7");
        var (seven, again) = (await Say(), await Say());
        await editor.Set("#control-b", "8");
        var eight = await Say();
        Assert.Equal(seven, again);
        Assert.NotEqual(seven, eight);
        await editor.Set("#control-b", "-1");
        Assert.Equal(8, Session.Settings[Column.B].ControlSeed);

        await editor.Set("#control-b", "9");
        await page.Send("Who are you?");
        Assert.Contains("B: Random +0.4 along direction 8 → Random +0.4 along direction 9", page.Text("#turn-1 .changes"), StringComparison.Ordinal);

        async Task<string> Say()
        {
            if (page.FindAll(".turn").Count > 0) await page.Press("Clear");
            Assert.Empty(page.FindAll(".turn"));
            await page.Send("Who are you?");
            return page.Text(".answer.col-b .text");
        }
    }

    [Fact]
    public async Task A_column_has_a_system_prompt_of_its_own()
    {
        var page = Page();
        var editor = Editor(page);
        await editor.Choose("As trained.");
        await page.Send("Who are you?");
        Assert.Equal(page.Text("#turn-0 .answer.col-a .text"), page.Text("#turn-0 .answer.col-b .text"));

        await editor.Choose("A system prompt of its own");
        await editor.Set("[aria-label='System prompt of column B']", "You are a pirate. Every answer begins with the word Arrr.");
        Assert.Contains("own system prompt", page.Text(".column-head.col-b h2"), StringComparison.Ordinal);
        Assert.DoesNotContain("own system prompt", page.Text(".column-head.col-a h2"), StringComparison.Ordinal);
        await page.Send("Who are you?");

        Assert.Contains("B: Standard → Prompted", page.Text("#turn-1 .changes"), StringComparison.Ordinal);
        Assert.NotEqual(page.Text("#turn-1 .answer.col-a .text"), page.Text("#turn-1 .answer.col-b .text"));
        await editor.Choose("A system prompt of its own", false);
        Assert.Null(Session.Settings[Column.B].SystemPrompt);
    }

    [Fact]
    public async Task A_column_runs_a_model_of_its_own_where_there_are_several()
    {
        Assert.Empty(Page().FindAll("#model-b"));
        var other = new ScriptedGenerator { Model = ScriptedGenerator.Info("other") };
        Generator.Beside.Add(new ReadyModel(other, Axis, null));
        var page = Page();

        await Editor(page).Set("#model-b", "other");
        await page.Send("Who are you?");
        Assert.Equal((1, 1), (Generator.Requests.Count, other.Requests.Count));
        Assert.Equal("other", page.Text(".answer.col-b header span"));

        await Editor(page).Set("#model-b", "");
        await page.Send("And now?");
        Assert.Equal((3, 1), (Generator.Requests.Count, other.Requests.Count));
    }

    [Fact]
    public async Task The_strength_is_one_in_the_editor_and_above_the_column_and_what_is_none_is_not_taken()
    {
        var page = Page();
        await Editor(page).Slide("#cap-b", "97");
        Assert.Equal(("97", "strict p97"), (page.Value("#strength-b"), page.Text("output[for=strength-b]")));
        await page.Slide("#strength-b", "30");
        Assert.Equal("gentle p30", page.Text("output[for=cap-b]"));
        await page.Slide("#strength-b", "much");
        Assert.Equal(30, Session.Settings[Column.B].Percentile);

        await page.Set("#from-b", "99");
        Assert.Equal(new LayerRange(29, 30), Session.Settings[Column.B].Band);
        await page.Set("#to-b", "3");
        Assert.Equal(new LayerRange(3, 4), Session.Settings[Column.B].Band);
        await page.Set("#to-b", "x");
        Assert.Equal(new LayerRange(3, 4), Session.Settings[Column.B].Band);
    }

    [Fact]
    public async Task Of_few_floors_one_that_is_offered_is_taken_and_no_other()
    {
        List<double?> taken = [];
        var few = Axis with { Known = _ => [50, 75] };
        var editor = Render<ColumnEditor>(e => e.Add(c => c.Column, Column.B).Add(c => c.Variant, ColumnVariant.Capped).Add(c => c.Axis, few).Add(c => c.OnChange, variant => taken.Add(variant.Percentile)));

        Assert.Equal(["50", "75"], ((IHtmlSelectElement)editor.Find("#cap-b")).Options.Select(o => o.Value));
        await editor.Set("#cap-b", "50");
        await editor.Set("#cap-b", "60");
        Assert.Equal([50], taken);
    }

    // Column B's.
    private static IRenderedComponent<ColumnEditor> Editor(IRenderedComponent<ChatPage> page) => page.FindComponents<ColumnEditor>()[1];
}
