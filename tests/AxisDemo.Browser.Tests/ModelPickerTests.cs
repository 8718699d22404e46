using AxisDemo.Running;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>A host over a folder with the embedded model under two names, one tiny model without an axis, and a damaged file.</summary>
public sealed class ManyModels : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("axisdemo-models-");

    /// <summary>It; started by the first test.</summary>
    internal HostProcess Host { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var models = Path.Combine(HostProcess.Root, "models");
        foreach (var name in (string[])["First", "Twin"]) File.Copy(Path.Combine(models, "SmolLM2-135M-Instruct.Q4_1.gguf"), Path.Combine(folder.FullName, $"{name}.Q4_1.gguf"));
        foreach (var name in (string[])["First", "second-study"]) File.Copy(Path.Combine(models, "SmolLM2-135M-Instruct.axis.safetensors"), Path.Combine(folder.FullName, $"{name}.axis.safetensors"));
        File.Copy(Path.Combine(HostProcess.Root, "tests", "fixtures", "tiny-models", "smollm", "smollm.gguf"), Path.Combine(folder.FullName, "tiny.gguf"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "damaged.gguf"), "GGUF");
        Host = await HostProcess.Start([.. RunningApp.Unlimited, $"Engine:Models={folder.FullName}", $"Engine:Model={Path.Combine(folder.FullName, "First.Q4_1.gguf")}"]);
        await Host.Settled();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

public class ModelPickerTests(RunningApp app, ManyModels many) : IClassFixture<ManyModels>
{
    [Fact]
    public async Task Another_model_is_loaded_with_its_progress_while_the_first_answers_and_then_answers_itself()
    {
        await using var visit = await Visit();
        await visit.Length(192);
        await visit.Send("Tell me a long story about the sea.");
        await visit.Page.Locator(".chip").ClickAsync();
        var twin = visit.Page.Locator(".models li", new() { HasText = "Twin" });
        await visit.Page.EvaluateAsync("""
            () => {
              window.seen = [];
              new MutationObserver(() => { const p = document.querySelector('.models progress'); if (p) window.seen.push(p.value); })
                .observe(document.querySelector('.models'), { subtree: true, childList: true, attributes: true, attributeFilter: ['value'] });
            }
            """);

        await twin.GetByRole(AriaRole.Button, new() { Name = "Load" }).ClickAsync();
        // How many steps are drawn is the machine's affair (ModelLibraryTests counts them); one that was drawn is never missed.
        await visit.Page.WaitForFunctionAsync("() => window.seen.some(value => value > 0.2)");
        await visit.Picture("models-loading");
        await Assertions.Expect(twin).ToHaveAttributeAsync("aria-current", "true", new() { Timeout = 90_000 });

        var seen = await visit.Page.EvaluateAsync<double[]>("() => window.seen");
        Assert.True(seen.SequenceEqual(seen.Order()) && seen[^1] <= 1, $"progress: {string.Join(' ', seen)}");
        await Assertions.Expect(visit.Page.Locator(".chip")).ToContainTextAsync("Twin");
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Idle();
        Assert.NotEmpty(await visit.Answers("col-a").Locator(".text").First.InnerTextAsync());
        await visit.Length(16);
        await visit.Send("Hello");
        await visit.Idle();
        await Assertions.Expect(visit.Answers("col-b").Nth(1).Locator(".text")).Not.ToBeEmptyAsync();

        await visit.Page.Locator(".chip").ClickAsync();
        await visit.Page.Locator(".models li", new() { HasText = "First" }).GetByRole(AriaRole.Button, new() { Name = "Use" }).ClickAsync();
        await twin.GetByRole(AriaRole.Button, new() { Name = "Unload" }).ClickAsync();
        await Assertions.Expect(twin.GetByRole(AriaRole.Button, new() { Name = "Load" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_list_is_used_by_the_keyboard_and_gives_the_focus_back()
    {
        await using var visit = await Visit();
        await visit.Page.Locator(".chip").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("#models")).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(visit.Page.Locator("#models :focus")).ToHaveCountAsync(1);
        await visit.Page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(visit.Page.Locator("#models")).ToBeHiddenAsync();
        await Assertions.Expect(visit.Page.Locator(".chip")).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task The_list_is_accessible_and_nothing_is_cut_off(int width, ColorScheme scheme)
    {
        await using var visit = await Visit(width, scheme);
        await visit.Page.Locator(".chip").ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#models")).ToBeVisibleAsync();
        Assert.Empty(await PageStates.Findings(visit));

        Assert.False(await visit.Overflows());
        Assert.True(await visit.Page.Locator("#models").EvaluateAsync<bool>("e => e.scrollWidth <= e.clientWidth"));
        await visit.Picture($"models-{width}-{scheme}");
    }

    private async Task<Visit> Visit(int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var visit = await app.Arrive(many.Host, width, 800, scheme);
        await visit.Ready();
        return visit;
    }
}
