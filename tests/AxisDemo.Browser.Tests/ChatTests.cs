using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

public class ChatTests(RunningApp app)
{
    [Fact]
    public async Task Both_columns_stream_while_the_chart_grows_and_finished_blocks_stay_as_they_are()
    {
        await using var visit = await app.Visit();
        await visit.Length(64);
        await visit.Send("List three fruits, one per line, with a sentence before and after the list.");
        // Watched from inside the page, so that nothing is missed: how much each column and the chart had, again and again.
        var seen = await visit.Page.EvaluateAsync<int[][]>("""
            async () => {
              const rows = [], firsts = new Set();
              const count = s => document.querySelectorAll(s + ' .t').length;
              // What is drawn: by the last whole drawing, and what has grown since.
              const tail = i => (document.querySelector(`.plot-tail .col-${'ab'[i]}:not(.other)`)?.getAttribute('d')?.match(/M/g) ?? []).length;
              while (!document.querySelector('button[type=submit]')) {
                const points = document.querySelector('.plot').data ?? [];
                rows.push([count('.answer.col-a'), count('.answer.col-b'), ...[0, 1].map(i => (points[i]?.y ?? []).length + tail(i))]);
                await new Promise(r => setTimeout(r, 30));
              }
              return rows;
            }
            """);

        for (var column = 0; column < 4; column++)
            Assert.True(seen.Select(row => row[column]).Distinct().Count() >= 4, $"series {column} did not grow: {string.Join(' ', seen.Select(r => r[column]))}");
        await visit.Idle();
        await Assertions.Expect(visit.Page.Locator(".badge:not(.empty)")).ToHaveCountAsync(2);
        var tokens = await visit.Answers("col-a").Locator(".t").Last.GetAttributeAsync("data-i");
        await visit.Page.WaitForFunctionAsync("n => document.querySelector('.plot').data[0].y.length >= n", int.Parse(tokens!));
    }

    [Fact]
    public async Task A_finished_block_keeps_its_place_in_the_document()
    {
        await using var visit = await app.Visit();
        await visit.Length(96);
        await visit.Send("Write two short paragraphs about the sea.");
        await visit.Page.WaitForFunctionAsync("() => document.querySelectorAll('.answer .text > *').length > 2 || document.querySelector('button[type=submit]')");
        await visit.Page.EvaluateAsync("() => { window.kept = [...document.querySelectorAll('.answer')].map(a => a.querySelector('.text > *:not(:last-child)')).filter(e => e); }");
        await visit.Idle();

        Assert.True(await visit.Page.EvaluateAsync<int>("() => window.kept.length") > 0, "no block was finished while the answers ran");
        Assert.True(await visit.Page.EvaluateAsync<bool>("() => window.kept.every(e => e.isConnected)"));
    }

    [Fact]
    public async Task A_reload_finds_the_conversation_its_chart_and_nobody_elses()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Say hello.");
        await visit.Idle();
        var text = await visit.Answers("col-b").Locator(".text").InnerTextAsync();
        var drawn = await visit.Answers("col-b").Locator(".t").CountAsync();
        await AllDrawn();

        await visit.Page.ReloadAsync();
        await visit.Ready();

        Assert.Equal(text, await visit.Answers("col-b").Locator(".text").InnerTextAsync());
        await AllDrawn();
        await using var other = await app.Visit();
        await Assertions.Expect(other.Page.Locator(".turn")).ToHaveCountAsync(0);

        // The chart is drawn at its own pace, a moment after the text.
        Task AllDrawn() => visit.Page.WaitForFunctionAsync("n => document.querySelector('.plot').data[1].y.filter(v => v != null).length === n", drawn);
    }

    [Fact]
    public async Task The_chart_forgets_what_is_taken_away_and_draws_what_comes_back()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Name a colour.");
        await visit.Idle();
        await visit.Clear();
        await Assertions.Expect(visit.Page.Locator(".welcome")).ToBeVisibleAsync();
        await visit.Page.WaitForFunctionAsync("() => document.querySelector('.plot').data[0].y.length === 0");

        await visit.Press("Undo");
        await visit.Page.WaitForFunctionAsync("() => document.querySelector('.plot').data[0].y.length > 0");
        await visit.Press("Undo");
        await Assertions.Expect(visit.Page.Locator("#message")).ToHaveValueAsync("Name a colour.");
        await visit.Page.WaitForFunctionAsync("() => document.querySelector('.plot').data[0].y.length === 0");
    }

    [Fact]
    public async Task A_preset_plays_its_turns_and_a_click_on_the_chart_goes_to_one()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Page.Locator(".cards").GetByRole(AriaRole.Button, new() { Name = "A coding session" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".turn")).ToHaveCountAsync(4, new() { Timeout = 120_000 });
        await visit.Idle();
        await Assertions.Expect(visit.Page.Locator(".turn-marks button")).ToHaveCountAsync(4);
        await visit.Page.Locator(".conversation").EvaluateAsync("e => e.scrollTop = e.scrollHeight");

        var plot = (await visit.Page.Locator(".plot").BoundingBoxAsync())!;
        await visit.Page.Mouse.ClickAsync(plot.X + 52 + 30, plot.Y + plot.Height / 2);

        await Assertions.Expect(visit.Page.Locator("#turn-0")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("found"));
        await Assertions.Expect(visit.Page.Locator("#turn-0 .user")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task A_token_tells_its_numbers_and_the_blue_line_changes_with_the_reading()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Who are you?");
        await visit.Idle();
        await visit.Charted();
        var read = await visit.Page.EvaluateAsync<double[]>("() => document.querySelector('.plot').data[1].y");

        await visit.Answers("col-b").Locator(".t").First.HoverAsync();
        await Assertions.Expect(visit.Page.Locator(".token-card")).ToContainTextAsync("before");
        await Assertions.Expect(visit.Page.Locator(".token-card")).ToContainTextAsync("lifted");

        await visit.Page.GetByText("post", new() { Exact = true }).First.ClickAsync();
        await visit.Page.WaitForFunctionAsync("was => was.some((v, i) => v !== document.querySelector('.plot').data[1].y[i])", read);
        var floor = await visit.Page.EvaluateAsync<double>("() => document.querySelector('.plot').data.find(t => t.name === 'floor').y[0]");
        var post = await visit.Page.EvaluateAsync<double[]>("() => document.querySelector('.plot').data[1].y");
        Assert.All(post, value => Assert.True(value >= floor - 0.1, $"{value} lies below the floor {floor}"));
    }

    [Fact]
    public async Task A_stopped_answer_stays_goes_on_in_one_column_alone_and_a_seed_tells_the_same_again()
    {
        await using var visit = await app.Visit();
        await visit.Length(512);
        await visit.Send("Tell me a very long story.");
        await visit.Page.WaitForFunctionAsync("() => ['a', 'b'].every(column => document.querySelectorAll(`.answer.col-${column} .t`).length >= 4)");
        await visit.Press("Stop");
        await visit.Idle();
        await Assertions.Expect(visit.Answers("col-a").Locator(".ending")).ToHaveTextAsync("Stopped.");
        Assert.True(await visit.Answers("col-a").Locator(".t").CountAsync() >= 4);
        await visit.Clear();

        await visit.Length(16);
        await visit.Set("#seed", "11");
        var first = await Say();
        await visit.Press("Continue in column A");
        await Assertions.Expect(visit.Answers("col-a").Locator(".text")).Not.ToHaveTextAsync(first[0]);
        await visit.Idle();
        Assert.Equal(first[1], (await Texts())[1]);
        await visit.Clear();
        Assert.Equal(first, await Say());
        await visit.Clear();
        await visit.Set("#seed", "12");
        Assert.NotEqual(first, await Say());

        async Task<IReadOnlyList<string>> Say()
        {
            await visit.Send("Tell me of a journey.");
            await visit.Idle();
            return await Texts();
        }

        Task<IReadOnlyList<string>> Texts() => visit.Page.Locator(".answer .text").AllInnerTextsAsync();
    }

    [Fact]
    public async Task The_notice_of_a_lost_connection_is_seen_when_its_class_is_set()
    {
        await using var visit = await app.Visit();
        await visit.Page.EvaluateAsync("() => document.querySelector('#components-reconnect-modal').classList.add('components-reconnect-show')");

        await Assertions.Expect(visit.Page.GetByText("The connection was lost.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(390, 844)]
    [InlineData(360, 640)]
    public async Task On_a_narrow_screen_nothing_is_cut_off_and_tabs_switch_the_columns(int width, int height)
    {
        await using var visit = await app.Visit(width, height);
        Assert.False(await visit.Overflows());
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Settings", Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#temperature")).ToBeVisibleAsync();
        await visit.Length(16);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await visit.Send("Hello!");
        await visit.Idle();

        await Assertions.Expect(visit.Answers("col-b")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Answers("col-a")).ToBeHiddenAsync();
        await visit.Page.Locator(".column-head.col-a .tab").ClickAsync();
        await Assertions.Expect(visit.Answers("col-a")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Answers("col-b")).ToBeHiddenAsync();
        Assert.False(await visit.Overflows());
        foreach (var label in await visit.Page.Locator(".plot .annotation text").AllAsync())
        {
            var box = (await label.BoundingBoxAsync())!;
            Assert.True(box.X >= 0 && box.X + box.Width <= width + 1, $"'{await label.TextContentAsync()}' leaves the screen");
        }

        // Two turns share a narrow chart of 100 pixels less than the screen: the mark below is as wide as its turn.
        var mark = (await visit.Page.Locator(".turn-marks button").First.BoundingBoxAsync())!;
        Assert.InRange(mark.Width, 0.45 * (width - 100), 0.55 * (width - 100));
    }
}
