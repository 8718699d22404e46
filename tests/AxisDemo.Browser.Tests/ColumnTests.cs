using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>What a visitor does to columns and turns, over the embedded model.</summary>
public class ColumnTests(RunningApp app)
{
    [Fact]
    public async Task The_guide_comes_once_and_again_when_asked_for()
    {
        await using var visit = await app.Visit(guide: true);
        var guide = visit.Page.Locator("#guide");
        await Assertions.Expect(guide.Locator("[data-guide-next]")).ToBeFocusedAsync();
        for (var i = 1; i <= 4; i++)
        {
            await Assertions.Expect(guide.GetByText($"{i} of 4")).ToBeVisibleAsync();
            await visit.Page.Keyboard.PressAsync("Enter");
        }

        await Assertions.Expect(guide).ToBeHiddenAsync();

        await visit.Page.ReloadAsync();
        await visit.Ready();
        await Assertions.Expect(guide).ToBeHiddenAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Help and display" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show the guide" }).ClickAsync();
        await Assertions.Expect(guide).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(guide).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_column_is_steered_and_the_next_turn_says_so()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Who are you?");
        await visit.Idle();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Change column B: Capped" }).ClickAsync();
        var editor = visit.Page.Locator("#column-b");
        await editor.GetByRole(AriaRole.Radio, new() { Name = "Steered." }).CheckAsync();
        await editor.Locator("#toward-b").SelectOptionAsync("vampire");
        await Assertions.Expect(editor.Locator("output[for=push-b]")).ToContainTextAsync("+0.10");
        await Axe(visit);
        await editor.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".column-head.col-b h2")).ToContainTextAsync("pushed towards the vampire");

        await visit.Send("And you?");
        await visit.Idle();

        await Assertions.Expect(visit.Page.Locator("#turn-1 .changes")).ToContainTextAsync("B: Capped → Steered");
        await Assertions.Expect(visit.Page.Locator("#turn-1 .answer.col-b .badge:not(.empty)")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_blocks_of_a_cap_are_chosen_and_the_recommended_ones_come_back()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await Ask(visit);
        var (from, to) = (visit.Page.Locator("#from-b"), visit.Page.Locator("#to-b"));
        var recommended = visit.Page.Locator("#column-b").GetByRole(AriaRole.Button, new() { Name = "As recommended" });
        await visit.Open("Change column B: Capped", "#column-b");
        var (first, last) = (await from.InputValueAsync(), await to.InputValueAsync());
        await Assertions.Expect(recommended).ToHaveCountAsync(0);

        await from.FillAsync("20");
        await from.BlurAsync();
        await Assertions.Expect(recommended).ToBeVisibleAsync();
        await to.FillAsync("23");
        await to.BlurAsync();
        // An end before the beginning gives way.
        await from.FillAsync("25");
        await from.BlurAsync();
        await Assertions.Expect(to).ToHaveValueAsync("25");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Ask(visit);
        await Assertions.Expect(visit.Page.Locator("#turn-1 .changes")).ToContainTextAsync("B: Capped → Capped blocks 25:26");

        await visit.Open("Change column B: Capped", "#column-b");
        await recommended.ClickAsync();
        await Assertions.Expect(from).ToHaveValueAsync(first);
        await Assertions.Expect(to).ToHaveValueAsync(last);
        await Assertions.Expect(recommended).ToHaveCountAsync(0);
        await visit.Page.Keyboard.PressAsync("Escape");
        await Ask(visit);
        await Assertions.Expect(visit.Page.Locator("#turn-2 .changes")).ToContainTextAsync("B: Capped blocks 25:26 → Capped.");
    }

    [Fact]
    public async Task The_number_of_a_random_direction_says_which_one()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Open("Change column B: Capped", "#column-b");
        var editor = visit.Page.Locator("#column-b");
        await editor.GetByRole(AriaRole.Radio, new() { Name = "Steered." }).CheckAsync();
        await editor.Locator("#toward-b").SelectOptionAsync("random");
        await visit.Set("#push-b", "0.4");
        await Assertions.Expect(editor.Locator("output[for=push-b]")).ToContainTextAsync("+0.40");
        await Number("7");
        var (seven, again) = (await Say(), await Say());
        await Number("8");
        var eight = await Say();
        Assert.Equal(seven, again);
        Assert.NotEqual(seven, eight);

        await Number("9");
        await Ask(visit);
        await Assertions.Expect(visit.Page.Locator("#turn-1 .changes")).ToContainTextAsync("B: Random +0.4 along direction 8 → Random +0.4 along direction 9");

        async Task Number(string which)
        {
            if (!await editor.IsVisibleAsync()) await visit.Open("Change column B: Random", "#column-b");
            await editor.GetByLabel("Which one").FillAsync(which);
            await editor.GetByLabel("Which one").BlurAsync();
            await visit.Page.Keyboard.PressAsync("Escape");
        }

        async Task<string> Say()
        {
            if (await visit.Page.Locator(".turn").CountAsync() > 0) await visit.Clear();
            await Assertions.Expect(visit.Page.Locator(".turn")).ToHaveCountAsync(0);
            await Ask(visit);
            return await visit.Answers("col-b").Locator(".text").InnerTextAsync();
        }
    }

    [Fact]
    public async Task A_column_has_a_system_prompt_of_its_own()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Open("Change column B: Capped", "#column-b");
        var editor = visit.Page.Locator("#column-b");
        await editor.GetByRole(AriaRole.Radio, new() { Name = "As trained." }).CheckAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Ask(visit);
        Assert.Equal(await Text("#turn-0", "col-a"), await Text("#turn-0", "col-b"));

        await visit.Open("Change column B: Standard", "#column-b");
        await editor.GetByLabel("A system prompt of its own").CheckAsync();
        await editor.GetByLabel("System prompt of column B").FillAsync("You are a pirate. Every answer begins with the word Arrr.");
        await editor.GetByLabel("System prompt of column B").BlurAsync();
        await editor.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".column-head.col-b h2")).ToContainTextAsync("own system prompt");
        await Assertions.Expect(visit.Page.Locator(".column-head.col-a h2")).Not.ToContainTextAsync("own system prompt");
        await Ask(visit);

        await Assertions.Expect(visit.Page.Locator("#turn-1 .changes")).ToContainTextAsync("B: Standard → Prompted");
        Assert.NotEqual(await Text("#turn-1", "col-a"), await Text("#turn-1", "col-b"));

        Task<string> Text(string turn, string column) => visit.Page.Locator($"{turn} .answer.{column} .text").InnerTextAsync();
    }

    [Fact]
    public async Task Four_seeds_answer_can_be_looked_at_and_say_whether_the_difference_is_luck()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Page.Locator("#repeats").CheckAsync();
        await visit.Send("Who are you?");
        await visit.Idle();

        await Assertions.Expect(visit.Page.Locator("#turn-0 .turn-note")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("4 seeds: A .+ ± \\d+, B .+ ± \\d+\\."));
        var first = await visit.Answers("col-a").Locator(".text").InnerTextAsync();
        await visit.Page.GetByText("seed 6", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(visit.Answers("col-a")).ToHaveAttributeAsync("data-answer", "0-0-3");
        await Assertions.Expect(visit.Answers("col-a").Locator(".text")).Not.ToHaveTextAsync(first);
        await Axe(visit);
    }

    [Fact]
    public async Task A_message_is_edited_an_answer_goes_on_and_one_column_is_asked_again()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Tell me about the sea.");
        await visit.Idle();
        var b = await visit.Answers("col-b").Locator(".text").InnerTextAsync();
        await visit.Answers("col-a").GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await visit.Page.WaitForFunctionAsync("() => document.querySelectorAll('.answer.col-a .t').length > 16");
        await visit.Idle();
        Assert.Equal(b, await visit.Answers("col-b").Locator(".text").InnerTextAsync());

        var a = await visit.Answers("col-a").Locator(".text").InnerTextAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Again in column B" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#seed")).ToHaveValueAsync("4");
        await visit.Idle();
        Assert.Equal(a, await visit.Answers("col-a").Locator(".text").InnerTextAsync());

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Edit message 1" }).ClickAsync();
        await visit.Page.FillAsync("#edit-0", "Tell me about the moon.");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Answer again" }).ClickAsync();
        await visit.Idle();
        await Assertions.Expect(visit.Page.Locator("#turn-0 .user p span")).ToHaveTextAsync("Tell me about the moon.");
        await Assertions.Expect(visit.Page.Locator(".turn")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_keyboard_alone_reads_a_tokens_numbers()
    {
        await using var visit = await app.Visit();
        await visit.Length(16);
        await visit.Send("Who are you?");
        await visit.Idle();
        await visit.Answers("col-b").Locator(".text").FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await visit.Page.Keyboard.PressAsync("ArrowRight");

        var card = visit.Page.Locator(".token-card");
        await Assertions.Expect(card).ToContainTextAsync("token 2");
        await Assertions.Expect(card).ToContainTextAsync("plain says");
        await Assertions.Expect(card).ToContainTextAsync("KL to plain");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(card).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Light_and_dark_are_chosen_and_kept()
    {
        await using var visit = await app.Visit();
        Task<string> Ground() => visit.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).color");
        var light = await Ground();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Help and display" }).ClickAsync();
        await visit.Page.Locator("[data-theme-choice]").GetByText("dark", new() { Exact = true }).ClickAsync();
        Assert.NotEqual(light, await Ground());
        await Axe(visit);
        await visit.Page.ReloadAsync();
        await visit.Ready();
        Assert.NotEqual(light, await Ground());
    }

    [Fact]
    public async Task Tense_subjects_stand_behind_a_warning_that_says_where_to_find_help()
    {
        await using var visit = await app.Visit();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Only you" })).ToHaveCountAsync(0);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Tense subjects…" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#tense")).ToContainTextAsync("findahelpline.com");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Only you" })).ToBeVisibleAsync();
        await Axe(visit);
    }

    private static async Task Ask(Visit visit)
    {
        await visit.Send("Who are you?");
        await visit.Idle();
    }

    private static async Task Axe(Visit visit)
    {
        var result = await visit.Page.RunAxe();
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}")));
    }
}
