using System.Net.Http.Json;
using System.Net;
using System.Text.Json;
using System.Text;
using AngleSharp.Html.Dom;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Bunit;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>A published axis has floors at a few percentiles of some blocks, or none, no mean norms and no roles: what can be done is offered, the rest says why not.</summary>
public sealed class FewFloorsTests : ComponentTests
{
    // Of 4 blocks: 1 and 2 at p50, p75, p99, and 3 at p75; the chart draws block 0.
    private static ChatAxis Few() => None() with
    {
        Known = layer => layer switch { 1 or 2 => [50, 75, 99], 3 => [75], _ => [] },
        Floor = (layer, percentile) => layer is 1 or 2 or 3 ? (float)percentile - 80 : throw new InputException("axis", "percentiles", "none there."),
    };

    private static ChatAxis None() => ScriptedGenerator.TestAxis() with
    {
        DisplayLayer = 0,
        Known = _ => [],
        Floor = (_, _) => throw new InputException("axis", "percentiles", "none at all."),
        MeanNorm = null,
        Roles = [],
        RoleNames = [],
        Price = null,
    };

    [Fact]
    public void What_an_axis_knows_is_gathered_by_bands_and_levels()
    {
        Assert.Equal([(new LayerRange(1, 3), "50 75 99"), (new LayerRange(3, 4), "75")], Few().FloorBands.Select(b => (b.Band, string.Join(' ', b.Levels))));
        Assert.Equal([50, 75, 99], Few().Levels());
        Assert.Equal([75], Few().Levels(new LayerRange(2, 4)));
        Assert.Empty(Few().Levels(new LayerRange(0, 2)));
        Assert.Equal((true, false, false), (Few().HasFloors, Few().HasEveryFloor, None().HasFloors));
        Assert.Equal((false, true), (Few().Knows(1, 74.5), ScriptedGenerator.TestAxis().Knows(1, 74.5)));
        Assert.Equal("This axis has floors in blocks 1–2 at p50, p75, p99; in block 3 at p75.", VariantWords.Floors(Few()));
        Assert.Equal(("", ""), (VariantWords.Floors(None()), VariantWords.Floors(ScriptedGenerator.TestAxis())));
        // What the chart cannot know it does not draw: no dashed line, no tints, a scale of the tokens' own.
        Assert.Null(VariantPlan.Floor(ColumnVariant.Capped, Few()));
        Assert.Null(TurnRunner.Tint(ColumnVariant.Capped, Few()));
        // A strength that a column had while it was capped is nothing to it now.
        var whole = ScriptedGenerator.TestAxis();
        Assert.Equal(TurnRunner.Tint(ColumnVariant.Plain, whole), TurnRunner.Tint(ColumnVariant.Plain with { Percentile = 99 }, whole));
        Assert.NotEqual(TurnRunner.Tint(ColumnVariant.Capped, whole), TurnRunner.Tint(ColumnVariant.Capped with { Percentile = 99 }, whole));
        Assert.Empty(DrawnAxis.Of(Few()).Scale);
        Assert.Equal(new ColumnFloor(-5, 75, true), VariantPlan.Floor(ColumnVariant.Capped, Few() with { DisplayLayer = 1 }));
        Assert.Equal([-30f, -5f], DrawnAxis.Of(Few() with { DisplayLayer = 1 }).Scale);
        Assert.Equal([-75f, 15f], DrawnAxis.Of(ScriptedGenerator.TestAxis()).Scale);
    }

    [Fact]
    public void A_floor_that_is_not_known_is_refused_with_those_that_are()
    {
        Assert.Equal([1, 2], Assert.Single(VariantPlan.Interventions(ColumnVariant.Capped, Few())).Layers.Select(l => l.Layer));
        var level = Assert.Throws<InputException>(() => VariantPlan.Interventions(ColumnVariant.Capped with { Percentile = 60 }, Few())).Fault;
        Assert.Equal("No floor is known at p60 in blocks 1–2. This axis has floors in blocks 1–2 at p50, p75, p99; in block 3 at p75.", level);
        Assert.Contains("at p75 in blocks 0–1", Assert.Throws<InputException>(() => VariantPlan.Interventions(ColumnVariant.Capped with { Band = new LayerRange(0, 2) }, Few())).Fault, StringComparison.Ordinal);
        Assert.Contains("--caps", Assert.Throws<InputException>(() => VariantPlan.Interventions(ColumnVariant.Capped, None())).Fault, StringComparison.Ordinal);
        Assert.Contains("mean norms", Assert.Throws<InputException>(() => VariantPlan.Interventions(new ColumnVariant { Kind = VariantKind.Steered }, Few())).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void The_editor_offers_the_levels_of_the_band_and_says_where_floors_are()
    {
        var page = Editor(Few(), ColumnVariant.Capped);

        var strength = (IHtmlSelectElement)page.Find("#cap-b");
        Assert.Equal(["mild p50", "recommended p75", "strict p99"], strength.Options.Select(o => o.Text.Trim()));
        Assert.Equal("75", strength.Value);
        Assert.NotEmpty(page.FindAll("label[for=cap-b]"));
        Assert.Contains("in blocks 1–2 at p50, p75, p99; in block 3 at p75. None is known at block 0, which the chart draws", page.Find(".column-editor").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".ends"));
        Assert.Equal([false, false, true], Kinds(page).Select(k => k.IsDisabled));
        Assert.Contains("no mean norms", page.Find(".why").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_band_without_a_floor_says_so_and_leaves_the_choice()
    {
        var page = Editor(Few(), ColumnVariant.Capped with { Band = new LayerRange(2, 4), Percentile = 99 });

        Assert.Equal(["no floor at p99", "recommended p75"], ((IHtmlSelectElement)page.Find("#cap-b")).Options.Select(o => o.Text.Trim()));
        Assert.Contains("No floor is known at p99 in blocks 2–3.", page.Find(".trouble").TextContent, StringComparison.Ordinal);
        var head = Render<ColumnHead>(head => head.Add(h => h.Column, Column.B).Add(h => h.Variant, ColumnVariant.Capped with { Band = new LayerRange(0, 1) }).Add(h => h.Axis, Few()));
        Assert.Equal("no floor is known there", head.Find("h2 span").TextContent);
    }

    [Fact]
    public void Without_floors_nothing_can_be_capped_and_the_editor_says_what_to_do()
    {
        var page = Editor(None(), ColumnVariant.Capped);

        Assert.Equal([false, true, true], Kinds(page).Select(k => k.IsDisabled));
        Assert.Contains("This axis has no floors to cap at. Import it with its capping configuration: axis import … --caps", page.Find(".why").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#cap-b"));
    }

    [Fact]
    public void Every_floor_is_as_before_a_slider()
    {
        var page = Editor(ScriptedGenerator.TestAxis(), ColumnVariant.Capped);

        Assert.Equal("range", page.Find("#cap-b").GetAttribute("type"));
        Assert.NotEmpty(page.FindAll(".ends"));
        Assert.All(Kinds(page), k => Assert.False(k.IsDisabled));
        Assert.Empty(page.FindAll(".why"));
    }

    [Fact]
    public async Task Without_floors_the_page_is_whole_the_plain_column_answers_and_the_other_says_why_not()
    {
        Take(None());
        await Session.SendAsync("Go");
        var page = Page();

        Assert.Equal("Hello there.", page.Find(".answer.col-a .text").TextContent.Trim());
        Assert.Contains("This column does not answer. This axis has no floors to cap at.", page.Find(".answer.absent.col-b").TextContent, StringComparison.Ordinal);
        Assert.Equal("this axis has no floors", page.Find(".column-head.col-b h2 span").TextContent);
        Assert.StartsWith("Column B does not answer: it is capped. This axis has no floors", page.Find(".trouble[role=status]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#strength-b"));
        Assert.Equal("−11", Assert.Single(page.FindAll(".badge")).TextContent);
        Assert.NotEmpty(page.FindAll("#layers"));
        Assert.Contains("this answer's own tokens", page.Find("#layers").TextContent, StringComparison.Ordinal);
        Assert.True(((IHtmlInputElement)page.Find(".switch.last input")).IsDisabled);
        Assert.Contains("axis import assistant_axis.pt --caps capping_config.pt", page.Find(".no-axis pre").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".answer.col-a .t[class*=' a'], .answer.col-a .t[class*=' b']"));
    }

    [Fact]
    public async Task With_few_floors_both_columns_answer_and_a_level_that_is_not_there_is_said_in_the_answer()
    {
        Take(Few());
        using var session = new ChatSession(Generator, new LimitOptions());
        await session.SendAsync("One");
        Assert.Equal([-5f, -5f], Assert.Single(Assert.Single(Generator.Requests, r => r.Interventions.Count > 0).Interventions).Layers.Select(l => l.Amount));

        session.Settings = session.Settings.With(Column.B, ColumnVariant.Capped with { Percentile = 60 });
        await session.SendAsync("Two");
        Assert.StartsWith("No floor is known at p60 in blocks 1–2.", session.Turns[1][Column.B][0].Error, StringComparison.Ordinal);
        Assert.Null(session.Turns[1][Column.A][0].Error);
    }

    [Fact]
    public async Task The_layer_view_reads_the_blocks_that_the_axis_has()
    {
        Take(None() with { HasLayer = layer => layer != 1, Direction = layer => layer == 1 ? throw new InputException("axis", "axis", "no vector.") : new Direction("axis", [1, layer, 0]) });
        using var session = new ChatSession(Generator, new LimitOptions());
        await session.SendAsync("One");
        Generator.Script = request =>
        [
            new AxisDemo.Serving.PromptEvent([.. request.Watch.Select(w => new AxisDemo.Serving.PromptProjection(w.Axis, w.Layer, [.. Enumerable.Range(0, request.Prompt.Count).Select(i => (float)i)], new float[request.Prompt.Count], new bool[request.Prompt.Count]))]),
            new AxisDemo.Serving.FinishedEvent(FinishReason.Length, 0, 0),
        ];

        var map = await session.ReadLayersAsync(session.Turns[0][Column.A][0], new Progress<double>(), TestContext.Current.CancellationToken);

        Assert.Equal([0, 2, 3], map.Layers);
        // Three tokens, one apart: the median is the second, and 0.8 of the way from the first to the last lies between the deciles.
        var (middle, spread) = map.Scale(0);
        Assert.Equal(map.Value(Reading.Read, 0, 1), middle);
        Assert.Equal(1.6f, spread, 1e-4f);
    }

    [Fact]
    public async Task A_program_is_told_what_floors_there_are_and_an_empty_cap_takes_the_recommended_one()
    {
        Take(Few());
        using var host = new TestHost(Generator);
        host.StartServer();
        using var client = new HttpClient { BaseAddress = host.Address };

        var few = (await client.GetFromJsonAsync<JsonElement[]>("/api/axes", TestContext.Current.CancellationToken))![0];
        Assert.Equal("""{"layers":"1:3","threshold":"p75"}""", few.GetProperty("cap").GetRawText());
        Assert.Equal("""[{"layers":"1:3","thresholds":["p50","p75","p99"]},{"layers":"3:4","thresholds":["p75"]}]""", few.GetProperty("floors").GetRawText());

        Take(None());
        var none = (await client.GetFromJsonAsync<JsonElement[]>("/api/axes", TestContext.Current.CancellationToken))![0];
        Assert.Equal((JsonValueKind.Null, 0), (none.GetProperty("cap").ValueKind, none.GetProperty("floors").GetArrayLength()));
        foreach (var cap in new[] { "{}", """{"layers":"1:3"}""", """{"threshold":-3}""" })
        {
            using var body = new StringContent($$"""{"messages":[{"role":"user","content":"Hello"}],"cap":{{cap}}}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri("/api/generate", UriKind.Relative), body, TestContext.Current.CancellationToken);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.BadRequest, "cap"), (answer.StatusCode, problem.GetProperty("field").GetString()));
            Assert.Contains("has no floors", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.Empty(Generator.Requests);
    }

    private void Take(ChatAxis axis) => Generator.Become(new ModelState(new ReadyModel(Generator, axis, null), null, null));

    private IRenderedComponent<ColumnEditor> Editor(ChatAxis axis, ColumnVariant variant) => Render<ColumnEditor>(editor => editor.Add(e => e.Column, Column.B).Add(e => e.Variant, variant).Add(e => e.Axis, axis));

    private static IEnumerable<IHtmlInputElement> Kinds(IRenderedComponent<ColumnEditor> page) => page.FindAll("input[type=radio]").Cast<IHtmlInputElement>();
}
