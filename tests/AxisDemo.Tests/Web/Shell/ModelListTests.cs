using AngleSharp.Dom;
using AxisDemo.Formats;
using AxisDemo.Tests.Web.Hosting;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Bunit;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Shell;

/// <summary>The list of models over a real library: what a visitor loads, uses and gives up.</summary>
public sealed class ModelListTests : ComponentTests
{
    private readonly LibraryRoom room = new(3, "first", "second");

    public ModelListTests() => Services.AddSingleton<IModelLibrary>(room.Library);

    [Fact]
    public async Task Another_model_is_loaded_with_its_progress_used_and_taken_out_of_memory_again()
    {
        using var go = new ManualResetEventSlim();
        room.Opening = (name, progress, cancellation) =>
        {
            if (name != "second") return;
            progress(0.4);
            go.Wait(cancellation);
        };
        var page = await Visit();
        Assert.Equal("first", page.Text(".chip b"));
        var loading = Press(page, "second", "Load");
        page.WaitForAssertion(() => Assert.Equal("0.40", Row(page, "second").QuerySelector("progress")?.GetAttribute("value")));
        Assert.Equal("· second 40 %", page.Text(".coming"));
        // The first answers meanwhile.
        await page.Send("Hello");
        Assert.Equal("Hello there.", page.Text("#turn-0 .answer.col-a .text"));

        go.Set();
        await loading;
        Assert.Equal("true", Row(page, "second").GetAttribute("aria-current"));
        Assert.Equal(("second", "second answers from now on."), (page.Text(".chip b"), page.Text("#models [aria-live]")));
        await page.Send("And you?");
        Assert.Equal(2, room.Opened["second"][0].Requests.Count + room.Opened["first"][0].Requests.Count);

        await Press(page, "first", "Use");
        await Press(page, "second", "Unload");
        page.WaitForAssertion(() => Assert.Equal(["Load"], Offered(page, "second")));
        Assert.Equal("first", page.Text(".chip b"));
    }

    [Fact]
    public async Task A_model_without_an_axis_says_how_an_axis_is_made_and_another_axis_is_chosen()
    {
        File.Copy(Repository.Fixture("tiny-models", "smollm", "smollm.gguf"), room["tiny.gguf"]);
        await File.WriteAllTextAsync(room["damaged.gguf"], "GGUF", TestContext.Current.CancellationToken);
        room.Axis("first", FileHash.Sha256(room["first.gguf"], LibraryRoom.Stop));
        room.Axis("second-study", FileHash.Sha256(room["first.gguf"], LibraryRoom.Stop));
        var page = await Visit();
        await Press(page, "tiny", "Load");
        page.WaitForAssertion(() => Assert.Contains("axis extract --model models/tiny.gguf", page.Text(".no-axis"), StringComparison.Ordinal));
        Assert.Contains("damaged.gguf", page.Text(".fault"), StringComparison.Ordinal);

        await Press(page, "first", "Use");
        Assert.Empty(page.FindAll(".no-axis"));
        await page.Set("#axis-choice", "second-study");
        Assert.Equal("second-study", page.Value("#axis-choice"));
        Assert.Equal("second-study", Session.State.Loaded!.Axis!.Id);
    }

    [Fact]
    public async Task What_cannot_be_loaded_says_why_and_the_one_before_goes_on_answering()
    {
        room.Opening = (name, _, _) => { if (name == "second") throw new InputException("second.gguf", "header", "it is damaged."); };
        var page = await Visit();
        await Press(page, "second", "Load");

        page.WaitForAssertion(() => Assert.Contains("it is damaged.", Row(page, "second").QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal));
        Assert.Equal(["Try again"], Offered(page, "second"));
        Assert.Equal("second could not be loaded.", page.Text("#models [aria-live]"));
        Assert.Equal("first", page.Text(".chip b"));

        room.Opening = (_, _, _) => { };
        await Press(page, "second", "Try again");
        page.WaitForAssertion(() => Assert.Equal("second", page.Text(".chip b")));
    }

    [Fact]
    public async Task Loading_is_given_up_and_the_list_is_as_before()
    {
        room.Opening = (name, progress, cancellation) =>
        {
            if (name != "second") return;
            progress(0.1);
            cancellation.WaitHandle.WaitOne();
            cancellation.ThrowIfCancellationRequested();
        };
        var page = await Visit();
        var loading = Press(page, "second", "Load");
        page.WaitForAssertion(() => Assert.Equal(["Stop"], Offered(page, "second")));
        await Press(page, "second", "Stop");
        await loading;

        page.WaitForAssertion(() => Assert.Equal(["Load"], Offered(page, "second")));
        Assert.Equal("Loading second was stopped.", page.Text("#models [aria-live]"));
        Assert.Equal("first", page.Text(".chip b"));
    }

    [Fact]
    public async Task Who_chooses_another_while_one_loads_keeps_that()
    {
        using var go = new ManualResetEventSlim();
        room.Opening = (name, _, cancellation) => { if (name == "second") go.Wait(cancellation); };
        var page = await Visit();
        var loading = Press(page, "second", "Load");
        page.WaitForAssertion(() => Assert.Equal(["Stop"], Offered(page, "second")));
        await Press(page, "first", "In use");
        go.Set();
        await loading;

        page.WaitForAssertion(() => Assert.Equal(["Use", "Unload"], Offered(page, "second")));
        Assert.Equal("first", page.Text(".chip b"));
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        room.Dispose();
    }

    private async Task<IRenderedComponent<ChatPage>> Visit()
    {
        await room.Start();
        return Page(page => page.Add(p => p.MayLoad, true));
    }

    private static IElement Row(IRenderedComponent<ChatPage> page, string model) => page.FindAll(".models li").Single(row => row.QuerySelector("b")!.TextContent == model);

    private static string[] Offered(IRenderedComponent<ChatPage> page, string model) => [.. Row(page, model).QuerySelectorAll("button").Select(b => b.TextContent)];

    // A button of a model.
    private static Task Press(IRenderedComponent<ChatPage> page, string model, string what) => page.Do(() => Acts.Able(Row(page, model).QuerySelectorAll("button").Single(b => b.TextContent == what)).ClickAsync());
}
