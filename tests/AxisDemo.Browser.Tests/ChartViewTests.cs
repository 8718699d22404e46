using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>The chart and the layer view, as a visitor with a mouse or a keyboard finds them.</summary>
public class ChartViewTests(RunningApp app)
{
    [Fact]
    public async Task The_chart_zooms_moves_and_goes_to_turns_by_buttons_and_by_keys()
    {
        await using var visit = await Talked(1);
        await visit.Set("#temperature", "0.2");
        await visit.Send("Tell me more.");
        await visit.Idle();
        await Assertions.Expect(visit.Page.Locator(".turn-strip button").Nth(1)).ToContainTextAsync("◆");
        await visit.Page.WaitForFunctionAsync("() => document.querySelector('.plot').data.some(t => t.name === 'settings')");
        Assert.Equal(4, await Span(visit));

        await visit.Page.Locator("[data-zoom=in]").ClickAsync();
        await Spans(visit, 2);
        await visit.Page.Locator("[data-zoom=in]").ClickAsync();
        await Spans(visit, 1);
        var from = await From(visit);
        await visit.Page.Locator("[data-zoom=right]").ClickAsync();
        await visit.Page.WaitForFunctionAsync("x => document.querySelector('.plot').layout.xaxis.range[0] > x + 0.4", from);
        await visit.Page.Locator("[data-zoom=all]").ClickAsync();
        await Spans(visit, 4);

        var frame = visit.Page.Locator(".plot-frame");
        await frame.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(visit.Page.Locator("#turn-0")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("found"));
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(visit.Page.Locator("#turn-1")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("found"));
        await visit.Page.Keyboard.PressAsync("+");
        await visit.Page.Keyboard.PressAsync("+");
        await Spans(visit, 1);
        // Zooming keeps the chosen turn, and the mark of a turn lies under it.
        Assert.InRange(await From(visit), 0.5, 1.5);
        var (plot, mark) = ((await visit.Page.Locator(".plot").BoundingBoxAsync())!, (await visit.Page.Locator(".turn-strip button").Nth(1).BoundingBoxAsync())!);
        Assert.InRange(mark.Width, plot.Width - 170, plot.Width - 140);
        await visit.Page.Keyboard.PressAsync("Shift+ArrowLeft");
        await visit.Page.WaitForFunctionAsync("() => document.querySelector('.plot').layout.xaxis.range[0] < 0.7");
        await visit.Page.Keyboard.PressAsync("0");
        await Spans(visit, 4);

        await visit.Open("Table", "#chart-table");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(visit.Page.Locator("#chart-table")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_drag_zooms_without_jumping_and_a_double_click_shows_everything_again()
    {
        await using var visit = await Talked(1);
        await visit.Page.EvaluateAsync("() => { window.jumps = 0; document.querySelector('.conversation').addEventListener('axis:goto', () => window.jumps++); }");
        var plot = (await visit.Page.Locator(".plot").BoundingBoxAsync())!;
        var (x, y) = (plot.X + 70, plot.Y + plot.Height / 2);
        await visit.Page.Mouse.MoveAsync(x, y);
        await visit.Page.Mouse.DownAsync();
        await visit.Page.Mouse.MoveAsync(x + 100, y, new() { Steps = 5 });
        await visit.Page.Mouse.UpAsync();

        await visit.Page.WaitForFunctionAsync("() => { const [a, b] = document.querySelector('.plot').layout.xaxis.range; return b - a < 2; }");
        Assert.Equal(0, await visit.Page.EvaluateAsync<int>("() => window.jumps"));
        await visit.Page.Mouse.DblClickAsync(x + 200, y);
        await Spans(visit, 4);
    }

    [Fact]
    public async Task Between_two_drawings_the_lines_grow_by_themselves_and_nothing_is_left_of_that_at_the_end()
    {
        await using var visit = await app.Visit();
        await visit.Length(256);
        await visit.Send("Tell me a long story about the sea.");
        await visit.Page.WaitForFunctionAsync("() => document.querySelectorAll('.plot-tail path[d^=M]').length === 2");
        await visit.Press("Stop");
        await visit.Idle();

        await Assertions.Expect(visit.Page.Locator(".plot-tail path[d]")).ToHaveCountAsync(0);
        var tokens = await visit.Answers("col-a").Locator(".t").CountAsync();
        await visit.Page.WaitForFunctionAsync("n => document.querySelector('.plot').data[0].y.filter(v => v != null).length >= n", tokens);
    }

    [Fact]
    public async Task Picture_and_numbers_can_be_taken_along()
    {
        await using var visit = await Talked(1);
        var picture = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.Locator("[data-picture]").ClickAsync());
        var csv = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Press("CSV"));

        Assert.Equal("trajectory.png", picture.SuggestedFilename);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], (await File.ReadAllBytesAsync(await picture.PathAsync(), TestContext.Current.CancellationToken)).Take(4));
        var lines = await File.ReadAllLinesAsync(await csv.PathAsync(), TestContext.Current.CancellationToken);
        Assert.StartsWith("turn,column,sample,index,id,token,pre,post,read,", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("0,A,0,0,", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("0,B,0,0,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_layer_view_draws_an_answer_at_every_block_and_tells_each_value()
    {
        await using var visit = await Talked(2);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Layers", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#layers select")).ToHaveValueAsync("1-B-0");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Read it" }).ClickAsync();
        var map = visit.Page.Locator(".map-scroll");
        await Assertions.Expect(map).ToBeVisibleAsync();
        await visit.Page.WaitForFunctionAsync($"() => ({Colours})() > 20");

        await map.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(visit.Page.Locator(".map-value")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("^Block 21, token 1 .*read .*before .*after .*moved"));
        await visit.Page.Keyboard.PressAsync("ArrowUp");
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(visit.Page.Locator(".map-value")).ToContainTextAsync("Block 22, token 2");
        var box = (await map.BoundingBoxAsync())!;
        await visit.Page.Mouse.MoveAsync(box.X + 60, box.Y + 30);
        await Assertions.Expect(visit.Page.Locator(".map-value")).ToContainTextAsync("Block 29, token 1");

        var before = await visit.Page.EvaluateAsync<string>("() => document.querySelector('.map-scroll canvas').toDataURL()");
        await visit.Page.Locator("#layers").GetByText("moved", new() { Exact = true }).ClickAsync();
        await visit.Page.WaitForFunctionAsync("was => document.querySelector('.map-scroll canvas').toDataURL() !== was", before);
        var picture = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.Locator("[data-layer-png]").ClickAsync());
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], (await File.ReadAllBytesAsync(await picture.PathAsync(), TestContext.Current.CancellationToken)).Take(4));
        await visit.Page.Locator("#layers summary").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#layers tbody tr")).ToHaveCountAsync(30);
    }

    [Fact]
    public async Task Another_axis_is_watched_from_the_next_message_on_drawn_and_left_again()
    {
        await using var visit = await Talked(1);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Watch more axes" }).ClickAsync();
        await visit.Page.Locator("#more-axes select").SelectOptionAsync("role:pirate");
        await Assertions.Expect(visit.Page.Locator(".watched-axis")).ToContainTextAsync("Towards pirate");
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Send("Arr, who are you?");
        await visit.Idle();
        await visit.Charted();
        var main = await visit.Page.EvaluateAsync<string>(Blue);
        await visit.Page.Locator(".chart-axis select").SelectOptionAsync("role:pirate");

        await visit.Page.WaitForFunctionAsync("() => document.querySelector('.plot').layout.annotations[0].text === '▲ pirate'");
        var drawn = await visit.Page.EvaluateAsync<double[]>("() => document.querySelector('.plot').data[0].x.filter(x => x != null)");
        Assert.NotEmpty(drawn);
        Assert.All(drawn, x => Assert.InRange(x, 1, 2));
        Assert.DoesNotContain("floor", await visit.Page.EvaluateAsync<string[]>("() => document.querySelector('.plot').data.map(t => t.name ?? '')"));
        // Every token of the newest answer has a point on the axis that is drawn.
        Assert.NotEqual(main, await visit.Page.EvaluateAsync<string>(Blue));
        var tokens = await visit.Page.Locator("#turn-1 .answer.col-b .t").CountAsync();
        await visit.Page.WaitForFunctionAsync("n => document.querySelector('.plot').data[1].y.filter(v => v != null).length === n", tokens);

        await visit.Open("Watch more axes", "#more-axes");
        await visit.Press("Stop watching");
        await Assertions.Expect(visit.Page.Locator(".watched-axis")).ToHaveCountAsync(0);
        await visit.Page.WaitForFunctionAsync($"main => ({Blue})() === main", main);
    }

    [Fact]
    public async Task A_line_is_thinned_to_its_pixels_keeps_its_extremes_and_forgets_what_was_taken_back()
    {
        await using var visit = await app.Visit();
        var seen = await visit.Page.EvaluateAsync<double[]>("""
            async () => {
              const { Series } = await import('/js/chart/series.js');
              const series = new Series(), span = 400;
              const turn = t => ({ turn: t, span, columns: [{}, {}] });
              const points = t => Array.from({ length: span }, (_, index) => { const v = index === 123 ? 99 : Math.sin(index); return { turn: t, column: 0, sample: 0, index, read: v, pre: v, post: v }; });
              series.extend({ keep: 0, count: 200, turns: Array.from({ length: 200 }, (_, t) => turn(t)) }, Array.from({ length: 200 }, (_, t) => points(t)).flat());
              const far = series.line(0, 0, 'assistant', 'read', 0, 200, 5);
              const near = series.line(0, 0, 'assistant', 'read', 7, 8, 1000);
              const kept = series.part(3, 0, 0, 'assistant', 'read', 5) === series.part(3, 0, 0, 'assistant', 'read', 5);
              series.extend({ keep: 400, count: 2, turns: [turn(1)] }, points(1).slice(0, 10));
              const left = series.line(0, 0, 'assistant', 'read', 0, 200, 1000);
              return [far.x.length, far.y.filter(v => v === 99).length, near.x.length, kept ? 1 : 0, left.x.length, series.all.length];
            }
            """);

        // Five pixels a turn: at most ten points and a gap; each turn's peak is among them. Close by: every token.
        Assert.InRange(seen[0], 1600, 200 * 11);
        Assert.Equal([200, 400, 1, 411, 410], seen[1..]);
    }

    // The line of column B.
    private const string Blue = "() => JSON.stringify(document.querySelector('.plot').data[1].y)";

    private const string Colours = """
        () => {
          const canvas = document.querySelector('.map-scroll canvas'), colours = new Set();
          const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          for (let i = 0; i < data.length; i += 4 * 37) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
          return colours.size;
        }
        """;

    private async Task<Visit> Talked(int turns)
    {
        var visit = await app.Visit();
        await visit.Length(16);
        for (var turn = 0; turn < turns; turn++)
        {
            await visit.Send(turn == 0 ? "Who are you?" : "Tell me more.");
            await visit.Idle();
        }

        await Assertions.Expect(visit.Page.Locator(".turn-strip button")).ToHaveCountAsync(turns);
        return visit;
    }

    private static Task<double> Span(Visit visit) => visit.Page.EvaluateAsync<double>("() => { const [a, b] = document.querySelector('.plot').layout.xaxis.range; return b - a; }");

    private static Task<double> From(Visit visit) => visit.Page.EvaluateAsync<double>("() => document.querySelector('.plot').layout.xaxis.range[0]");

    private static async Task Spans(Visit visit, double turns) =>
        await visit.Page.WaitForFunctionAsync("n => { const [a, b] = document.querySelector('.plot').layout.xaxis.range; return Math.abs(b - a - n) < 0.01; }", turns);
}
