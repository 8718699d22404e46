using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AxisDemo.Web.Components.Shared;
using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;
using Microsoft.AspNetCore.Http;

namespace AxisDemo.Tests.Web;

public class ModelPickerTests
{
    private readonly ScriptedGenerator library = new()
    {
        Models =
        [
            new ListedModel { Id = "big.Q8_0", Name = "big", Bytes = 3L << 30, Architecture = "qwen3", Parameters = 3_200_000_000, Quantization = "Q8_0", Phase = ModelPhase.Listed },
            new ListedModel { Id = "bad", Name = "bad", Bytes = 9 << 20, Axes = [], Phase = ModelPhase.Failed, Problem = "bad.gguf: header: it is <b>damaged</b>." },
            new ListedModel { Id = "coming", Name = "coming", Phase = ModelPhase.Loading, Part = 0.4, Axes = ["coming"] },
            new ListedModel { Id = "other", Name = "other", Phase = ModelPhase.Ready, Axes = ["one", "two"], Warnings = ["other.gguf: llama.x: <b>not</b> known here.", "other.gguf: y: missing."] },
            new ListedModel { Id = "scripted", Name = "scripted", Parameters = 134_515_008, Phase = ModelPhase.Ready, Axes = ["a"], Answering = 1, Current = true },
        ],
        Faults = ["broken.gguf: header: it is cut off."],
    };

    [Fact]
    public async Task The_list_says_what_is_known_of_each_model_and_where_it_is()
    {
        var page = await Picker(mayLoad: true);
        var rows = page.QuerySelectorAll(".models li").ToDictionary(r => r.QuerySelector("b")!.TextContent);

        Assert.Contains("3.2 B parameters · qwen3 · 3.2 GB · axis not known yet", Words(rows["big"]), StringComparison.Ordinal);
        Assert.Equal("Q8_0", rows["big"].QuerySelector(".tag")!.TextContent);
        Assert.Contains("135 M parameters · has an axis · answering", Words(rows["scripted"]), StringComparison.Ordinal);
        Assert.Contains("2 axes · in memory", Words(rows["other"]), StringComparison.Ordinal);
        Assert.Equal("0.40", rows["coming"].QuerySelector("progress")!.GetAttribute("value"));
        Assert.Equal("bad.gguf: header: it is <b>damaged</b>.", rows["bad"].QuerySelector("[role=alert]")!.TextContent);
        Assert.Contains("broken.gguf: header: it is cut off.", page.QuerySelector(".fault")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("true", rows["scripted"].GetAttribute("aria-current"));
        Assert.Equal(["Load", "Try again", "Stop", "Use", "Unload", "In use"], page.QuerySelectorAll(".model-does button").Select(b => b.TextContent));
        Assert.All(page.QuerySelectorAll(".model-does button"), b => Assert.StartsWith(b.TextContent, b.GetAttribute("aria-label"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_models_files_leave_open_stands_beside_it_and_is_read_out_as_a_warning()
    {
        var page = await Picker(mayLoad: false);
        var row = page.QuerySelectorAll(".models li").Single(r => r.QuerySelector("b")!.TextContent == "other");

        Assert.Equal(["⚠ Warning: other.gguf: llama.x: <b>not</b> known here.", "⚠ Warning: other.gguf: y: missing."], row.QuerySelectorAll(".model-warning").Select(w => w.TextContent));
        Assert.All(row.QuerySelectorAll(".model-warning"), w => Assert.Equal("⚠", w.QuerySelector("[aria-hidden=true]")!.TextContent.Trim()));
        Assert.Equal(2, page.QuerySelectorAll(".model-warning").Length);
        Assert.Null(page.QuerySelector(".chip .warned"));

        library.Model = library.Model with { Warnings = ["scripted.gguf: y: missing."] };
        var chip = (await Picker(mayLoad: false)).QuerySelector(".chip")!;
        Assert.Contains("with a warning, see the list", chip.QuerySelector(".warned .visually-hidden")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_load_can_use_what_is_in_memory()
    {
        var page = await Picker(mayLoad: false);

        Assert.Equal(["Use", "In use"], page.QuerySelectorAll(".model-does button").Select(b => b.TextContent));
        Assert.Contains("whoever runs this host can load others", page.QuerySelector(".models")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_an_axis_says_what_is_missing_and_how_one_is_made()
    {
        library.Become(new ModelState(new ReadyModel(library, null, "none"), null, null));
        var page = await Picker(mayLoad: true);

        Assert.Contains("no column can be capped", page.QuerySelector(".no-axis")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("axis extract --model models/scripted.gguf", page.QuerySelector(".no-axis pre")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("#axis-choice"));
    }

    [Fact]
    public async Task Several_axes_can_be_chosen_from()
    {
        var axis = ScriptedGenerator.TestAxis();
        var study = axis with { Path = "study.axis.safetensors", Name = "a study" };
        library.Become(new ModelState(new ReadyModel(library, study, null) { Axes = [axis, study] }, null, null));
        var page = await Picker(mayLoad: false);

        Assert.Equal(["a test axis", "a study"], page.QuerySelectorAll("#axis-choice option").Select(o => o.TextContent));
        Assert.Equal("study", page.QuerySelector("#axis-choice option[selected]")!.GetAttribute("value"));
        Assert.Equal("axis-choice", page.QuerySelector(".axes label")!.GetAttribute("for"));
        Assert.Null(page.QuerySelector(".no-axis"));
    }

    [Theory]
    [InlineData("local", "127.0.0.1", null, true)]
    [InlineData("local", "::1", null, true)]
    [InlineData("local", "::ffff:127.0.0.1", null, true)]
    [InlineData("local", "192.0.2.7", null, false)]
    [InlineData("local", "127.0.0.1", "X-Forwarded-For", false)]
    [InlineData("local", "127.0.0.1", "Forwarded", false)]
    [InlineData("local", null, null, false)]
    [InlineData("all", "192.0.2.7", "X-Forwarded-For", true)]
    [InlineData("none", "127.0.0.1", null, false)]
    public void Who_may_load_is_the_options_business(string who, string? address, string? header, bool may)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = address is null ? null : System.Net.IPAddress.Parse(address);
        if (header is not null) http.Request.Headers[header] = "127.0.0.1";

        Assert.Equal(may, new EngineSettings { VisitorsMayLoad = who }.MayLoad(http));
    }

    private static string Words(IElement element) => element.TextContent.Replace('\u00A0', ' ');

    private Task<IHtmlDocument> Picker(bool mayLoad) => Markup.Render<ModelPicker>(library, new() { ["State"] = library.State, ["MayLoad"] = mayLoad });
}
