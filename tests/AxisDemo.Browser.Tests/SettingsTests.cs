using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>The settings of both columns: each is set by its control and acts on the next answer.</summary>
public class SettingsTests(RunningApp app)
{
    [Fact]
    public async Task The_box_of_the_seed_takes_whole_numbers_of_64_bits_and_puts_others_back()
    {
        await using var visit = await app.Visit();
        var box = visit.Page.Locator("#seed");
        foreach (var (typed, shown) in new[] { ("9007199254740993", "9007199254740993"), ("-1", "9007199254740993"), ("1.5", "9007199254740993"), ("18446744073709551615", "18446744073709551615"), ("18446744073709551616", "18446744073709551615"), ("", "18446744073709551615"), ("7", "7") })
        {
            await visit.Set("#seed", typed);
            await Assertions.Expect(box).ToHaveValueAsync(shown);
        }
    }

    [Fact]
    public async Task A_narrow_window_lays_the_settings_over_the_page_until_they_are_done()
    {
        await using var visit = await app.Visit(390, 844);
        var (settings, panel) = (visit.Page.GetByRole(AriaRole.Button, new() { Name = "Settings", Exact = true }), visit.Page.Locator("#controls"));
        await settings.ClickAsync();
        await Assertions.Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Done" })).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(panel).ToBeHiddenAsync();
        await Assertions.Expect(settings).ToBeFocusedAsync();

        // From the first control back to the last, and on to the first again. Not before it is open: a key goes to what has the focus.
        var done = panel.GetByRole(AriaRole.Button, new() { Name = "Done" });
        await settings.ClickAsync();
        await Assertions.Expect(done).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Shift+Tab");
        await Assertions.Expect(panel.Locator(":focus")).ToHaveCountAsync(1);
        await Assertions.Expect(done).Not.ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(done).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(panel).ToBeHiddenAsync();

        await settings.ClickAsync();
        await visit.Length(16);
        await visit.Send("Hello!");
        await Assertions.Expect(panel).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(720, 450)] // the first at 200 %
    public async Task The_newest_text_is_seen_until_the_reader_goes_up(int width, int height)
    {
        await using var visit = await app.Visit(width, height);
        await visit.Length(160);
        await visit.Send("Write a long story about the sea.");
        await visit.Idle();
        await visit.Send("And another one.");
        await visit.Page.WaitForFunctionAsync("() => document.querySelectorAll('#turn-1 .t').length > 60");
        await visit.Page.WaitForFunctionAsync(LastSeen);

        var text = visit.Page.Locator("#turn-1 .answer:visible .text").First;
        await text.HoverAsync();
        await visit.Page.Mouse.WheelAsync(0, -300);
        await visit.Page.WaitForFunctionAsync($"() => !({LastSeen})()");
        var read = await visit.Page.EvaluateAsync<double>(Resting);
        await visit.Idle();
        Assert.Equal(read, await visit.Page.EvaluateAsync<double>(Top), 2.0);
    }

    // Whether the last token that is drawn lies above the message box.
    private const string LastSeen = """
        () => [...document.querySelectorAll('#turn-1 .t')].filter(t => t.getClientRects().length).at(-1).getBoundingClientRect().bottom <= document.querySelector('.composer').getBoundingClientRect().top
        """;

    // Where the scrolling of the wheel has come to rest.
    private const string Resting = $$"""
        async () => {
          let was = -1;
          for (let same = 0; same < 15;) {
            await new Promise(requestAnimationFrame);
            const now = ({{Top}})();
            same = now === was ? same + 1 : 0;
            was = now;
          }
          return was;
        }
        """;

    private const string Top = "() => Math.max(document.querySelector('.page').scrollTop, document.querySelector('.conversation').scrollTop)";

    [Fact]
    public async Task Tokens_are_tinted_where_it_is_asked_for()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Who are you?");
        await visit.Idle();
        var tint = visit.Page.GetByLabel("tint tokens");
        Task<string[]> Grounds() => visit.Page.EvaluateAsync<string[]>("() => [...new Set([...document.querySelectorAll('.answer .t')].map(t => getComputedStyle(t).backgroundColor))]");
        await tint.SetCheckedAsync(false);
        await Assertions.Expect(visit.Page.Locator(".page")).Not.ToHaveClassAsync(new System.Text.RegularExpressions.Regex("tinted"));
        Assert.Single(await Grounds());

        await tint.CheckAsync();
        await Assertions.Expect(visit.Page.Locator(".page")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("tinted"));
        Assert.True((await Grounds()).Length > 1);
    }
}
