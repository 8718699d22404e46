using AxisDemo.Web.Conversations;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>Each preset as a visitor plays it. Whether it shows what it promises is measured elsewhere, over five seeds.</summary>
public class PresetPlayTests(RunningApp app)
{
    [Fact]
    public async Task Every_preset_plays_all_of_its_turns_in_both_columns()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        foreach (var preset in Preset.All)
        {
            if (preset.IsTense) await visit.Press("Tense subjects…");
            await visit.Page.Locator(preset.IsTense ? "#tense" : ".cards").GetByRole(AriaRole.Button, new() { Name = preset.Name }).ClickAsync();
            await Assertions.Expect(visit.Page.Locator(".turn")).ToHaveCountAsync(preset.Turns.Count, new() { Timeout = 120_000 });
            await visit.Idle();

            Assert.Equal(preset.Turns, await visit.Page.Locator(".turn .user p span").AllInnerTextsAsync());
            await Assertions.Expect(visit.Page.Locator("#system")).ToHaveValueAsync(preset.SystemPrompt);
            foreach (var column in new[] { "col-a", "col-b" })
            {
                await Assertions.Expect(visit.Page.Locator($".answer.{column} .badge:not(.empty)")).ToHaveCountAsync(preset.Turns.Count);
                Assert.All(await visit.Answers(column).Locator(".text").AllInnerTextsAsync(), text => Assert.NotEmpty(text.Trim()));
            }

            await visit.Charted();
            Assert.InRange(await visit.Drawn(0), preset.Turns.Count, preset.Turns.Count * 17);
            await visit.Clear();
            await Assertions.Expect(visit.Page.Locator(".welcome")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task A_link_plays_a_preset_and_a_reload_finds_it()
    {
        await using var visit = await app.Visit();
        await visit.Page.GotoAsync(visit.Address + "/?preset=a-coding-session");
        await Assertions.Expect(visit.Page.Locator(".turn .user p span").First).ToHaveTextAsync("How do I reverse a list in Python?");
        await visit.Press("Stop");
        await visit.Idle();
        var turns = await visit.Page.Locator(".turn").CountAsync();
        await visit.Page.ReloadAsync();
        await visit.Ready();
        await Assertions.Expect(visit.Page.Locator(".turn")).ToHaveCountAsync(turns);
    }
}
