using System.Text.Json;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using Bunit;

namespace AxisDemo.Tests.Web.Charts;

public sealed class ChartTests : ComponentTests
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void A_token_of_the_plain_model_is_sent_once_and_one_of_a_changed_run_with_its_three_readings()
    {
        var plain = new TokenPoint(1, Column.A, 0, 2, 30, " sea", -1.234f, -1.234f, -1.234f, false, 0, null, null);
        var capped = new TokenPoint(1, Column.B, 0, 2, 30, " sea", -3, -2, -1, true, 4, 0.1234f, " the") { More = [new AxisPoint("role:pirate", 1, 2, 3)] };
        var sent = Sent(new TrajectoryDelta(5, 2, [plain, capped], [], default)).GetProperty("points");

        Assert.Equal("""[1,0,0,2," sea",30,-1.23]""", sent[0].GetRawText());
        Assert.Equal("""[1,1,0,2," sea",30,-1,-3,-2,1,4,0.123," the",{"role:pirate":[3,1,2]}]""", sent[1].GetRawText());
    }

    [Fact]
    public void A_turn_is_sent_with_its_seeds_spread_and_whether_the_difference_is_noise()
    {
        ColumnSummary Summary(string name, ColumnFloor? floor, params float[] reads) => new(name, floor, [.. reads.Select(r => new ReadingMeans(r, r + 100, r + 200))]);
        var (plain, capped) = (Summary("Standard", null, 1, 3), Summary("Capped", new ColumnFloor(-6, 75, true), 2, 4));
        var turn = new TurnSummary(3, 64, false, "temperature 0.7 → 1", new([(Column.A, plain), (Column.B, capped)]));
        var sent = Sent(new TrajectoryDelta(0, 4, [], [turn], default)).GetProperty("turns")[0];

        Assert.Equal("temperature 0.7 → 1", sent.GetProperty("changed").GetString());
        Assert.Equal("[2,2,102,202,1.41,1.41,1.41]", sent.GetProperty("columns").GetProperty("0").GetProperty("means").GetProperty("assistant").GetRawText());
        Assert.Equal("""{"value":-6,"percentile":75,"acts":true}""", sent.GetProperty("columns").GetProperty("1").GetProperty("floor").GetRawText());
        Assert.Equal("[true,true,true]", Noise(sent, "1"));
        Assert.Equal("[null,null,null]", Noise(sent, "0"));
        Assert.Equal("[null,null,null]", Noise(Sent(new TrajectoryDelta(0, 4, [], [turn with { Columns = turn.Columns.With(Column.A, Summary("Standard", null, 1)) }], default)).GetProperty("turns")[0], "1"));

        // Each is compared with the first that there is, and goes by its own number.
        var others = Sent(new TrajectoryDelta(0, 4, [], [turn with { Columns = new([(Column.B, capped), (Column.C, Summary("Steered", null, 2, 3)), (Column.D, Summary("Random", null, 40, 41))]) }], default)).GetProperty("turns")[0];
        Assert.Equal(["1", "2", "3"], others.GetProperty("columns").EnumerateObject().Select(c => c.Name));
        Assert.Equal(("[null,null,null]", "[true,true,true]", "[false,false,false]"), (Noise(others, "1"), Noise(others, "2"), Noise(others, "3")));

        static string Noise(JsonElement turn, string column) => turn.GetProperty("columns").GetProperty(column).GetProperty("noise").GetProperty("assistant").GetRawText();
    }

    [Fact]
    public void The_table_says_means_seeds_noise_floors_and_changed_settings()
    {
        ColumnSummary Summary(string name, params float[] reads) => new(name, name == "Capped" ? new ColumnFloor(-6, 75, false) : null, [.. reads.Select(r => new ReadingMeans(r, r, r))]);
        var turns = new[]
        {
            Turn(0, null, (Column.A, Summary("Standard", -10, -12, -14)), (Column.B, Summary("Capped", -11, -12, -15))),
            Turn(1, "B: Capped → Standard", (Column.A, Summary("Standard", -10, -12, -14)), (Column.B, Summary("Capped", 10, 12, 14))),
            Turn(2, null, (Column.A, Summary("Standard", -10)), (Column.B, Summary("Capped"))),
        };
        var table = Render<ChartTable>(table => table
            .Add(t => t.Turns, turns)
            .Add(t => t.Axis, DrawnAxis.Of(ScriptedGenerator.TestAxis())));
        var rows = Rows(table);

        Assert.Equal("1 | Standard −12 ± 2 (3 seeds) | Capped −13 ± 2 (3 seeds) | −1, inside the seeds' spread: noise | B −6 (p75, not capped here) | ", rows[0]);
        Assert.Equal("2 | Standard −12 ± 2 (3 seeds) | Capped +12 ± 2 (3 seeds) | +24, more than the seeds' spread | B −6 (p75, not capped here) | B: Capped → Standard", rows[1]);
        Assert.Equal("3 | Standard −10 | Capped no value |  | B −6 (p75, not capped here) | ", rows[2]);

        // Columns come and go: each has its place in all rows, and is compared with the first.
        table.Render(t => t.Add(x => x.Turns, [Turn(0, null, (Column.A, Summary("Standard", -10))), Turn(1, "C: new", (Column.A, Summary("Standard", -10)), (Column.C, Summary("Steered", 4)))]));
        Assert.Equal(["Turn", "A", "C", "C − A", "Floor", "Settings"], table.Texts("thead th"));
        Assert.Equal(["1 | Standard −10 |  |  |  | ", "2 | Standard −10 | Steered +4 | +14 |  | C: new"], Rows(table));

        static TurnSummary Turn(int turn, string? changed, params (Column, ColumnSummary)[] columns) => new(turn, 64, true, changed, new(columns));
        static List<string> Rows(IRenderedComponent<ChartTable> table) => [.. table.FindAll("tbody tr").Select(row => string.Join(" | ", row.Children.Select(c => c.TextContent.Trim())))];
    }

    [Fact]
    public void A_change_of_settings_is_said_in_words_and_the_seed_is_none()
    {
        var before = new ChatSettings();

        Assert.Null(SettingsChange.Words(before, before with { Seed = 9, MaxTokens = 10 }));
        Assert.Equal("temperature 0.7 → 1", SettingsChange.Words(before, before with { Temperature = 1 }));
        Assert.Equal("B: Capped → Capped p90 blocks 2:4, answers to each message 1 → 4", SettingsChange.Words(before, before.With(Column.B, ColumnVariant.Capped with { Percentile = 90, Band = new LayerRange(2, 4) }) with { Repeats = 4 }));
        Assert.Equal("A: Standard → Steered −1.5 towards sea captain, history: each its own → B's for both, a system prompt",
            SettingsChange.Words(before, before.With(Column.A, new ColumnVariant { Kind = VariantKind.Steered, Strength = -1.5, Toward = "sea_captain" }) with { History = Column.B, SystemPrompt = "Be brief." }));
        var random = new ColumnVariant { Kind = VariantKind.Steered, Toward = ColumnVariant.TowardRandom, ControlSeed = 7 };
        Assert.Equal("B: Random +0.1 along direction 7 → Random +0.1 along direction 8", SettingsChange.Words(before.With(Column.B, random), before.With(Column.B, random with { ControlSeed = 8 })));
        var ghost = ColumnVariant.Capped with { SystemPrompt = "You are a ghost." };
        Assert.Equal("B: Capped → Capped with its own system prompt", SettingsChange.Words(before, before.With(Column.B, ghost)));
        Assert.Equal("B: another system prompt of its own", SettingsChange.Words(before.With(Column.B, ghost), before.With(Column.B, ghost with { SystemPrompt = "" })));
    }

    [Fact]
    public async Task Axes_beside_the_main_one_are_watched_from_the_next_message_on()
    {
        using var session = new ChatSession(Generator, new LimitOptions());
        await session.SendAsync("Hello");
        session.Watched = ["role:vampire", "role:nobody", "random", "role:vampire"];
        await session.SendAsync("And now?");

        Assert.Equal(["role:vampire", "random"], session.Watched);
        Assert.Equal(["assistant"], Generator.Requests[0].Watch.Select(w => w.Axis));
        var watched = Generator.Requests[^1].Watch;
        Assert.Equal(["assistant", "role:vampire", "random"], watched.Select(w => w.Axis));
        Assert.All(watched, w => Assert.Equal(2, w.Layer));
        Assert.Equal([-1, 0, 1], watched[1].Vector.Values.ToArray());
        Assert.Equal(1, watched[2].Vector.Norm, 5);
    }

    [Fact]
    public void Other_axis_files_roles_and_a_control_can_be_chosen()
    {
        var other = ScriptedGenerator.TestAxis() with { Name = "another axis", Path = "another.axis.safetensors" };
        var loaded = new ReadyModel(Generator, ScriptedGenerator.TestAxis(), null) { Axes = [ScriptedGenerator.TestAxis(), other] };

        var keys = DrawnAxis.Choices(loaded).SelectMany(g => g.Axes).Select(a => a.Key).ToList();

        Assert.Equal(["axis:another", "role:vampire", "random"], keys);
        Assert.All(keys, key => Assert.Equal(key, DrawnAxis.Find(loaded, key)!.Watch.Axis));
        Assert.Null(DrawnAxis.Find(loaded, "axis:missing"));
        Assert.Null(DrawnAxis.Find(new ReadyModel(Generator, null, "none"), "random"));
        Assert.Empty(DrawnAxis.All(new ReadyModel(Generator, null, "none"), keys));
    }

    [Fact]
    public async Task The_layer_view_reads_the_answers_own_prompt_under_its_own_interventions()
    {
        using var session = new ChatSession(Generator, new LimitOptions());
        await session.SendAsync("Hello");
        await session.SendAsync("And now?");
        var (asked, answer) = (Generator.Requests[^1], session.Turns[1][Column.B][0]);
        Generator.Requests.Clear();
        Generator.Script = request =>
        [
            new AxisDemo.Serving.PromptEvent([.. request.Watch.Select(w => new AxisDemo.Serving.PromptProjection(w.Axis, w.Layer, new float[request.Prompt.Count], new float[request.Prompt.Count], new bool[request.Prompt.Count]))]),
            new AxisDemo.Serving.FinishedEvent(FinishReason.Length, 0, 0),
        ];

        var map = await session.ReadLayersAsync(answer, new Progress<double>(), TestContext.Current.CancellationToken);

        Assert.Equal([0, 1, 2, 3], map.Layers);
        Assert.Equal(answer.Ids.Count, map.Tokens.Count);
        Assert.Equal(2, Generator.Requests.Count);
        var capped = Assert.Single(Generator.Requests, r => r.Interventions.Count > 0);
        Assert.True(asked.Interventions.Count > 0, "the last request was the capped column's");
        Assert.Equal(asked.Interventions[0].Key, capped.Interventions[0].Key);
        Assert.Equal(asked.Prompt.Concat(answer.Ids), capped.Prompt);

        session.Undo();
        await Assert.ThrowsAsync<AxisDemo.Formats.InputException>(() => session.ReadLayersAsync(answer, new Progress<double>(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Without_an_axis_the_page_says_so_where_the_chart_would_be()
    {
        Generator.Become(new ModelState(new ReadyModel(Generator, null, "There is no axis."), null, null));
        var page = Render<TrajectoryChart>(chart => chart.Add(c => c.Trajectory, Session.Trajectory).Add(c => c.Loaded, Generator.State.Loaded));

        Assert.Contains("No axis", page.Find(".plot-note").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#layers"));
    }

    private static JsonElement Sent(TrajectoryDelta delta) => JsonSerializer.SerializeToElement(ChartMessages.Delta(delta), Plain);
}
