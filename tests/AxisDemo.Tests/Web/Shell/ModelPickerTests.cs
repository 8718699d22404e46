using AngleSharp.Dom;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Bunit;
using Microsoft.AspNetCore.Http;

namespace AxisDemo.Tests.Web.Shell;

public sealed class ModelPickerTests : ComponentTests
{
    public ModelPickerTests()
    {
        Generator.Models =
        [
            new ListedModel { Id = "big.Q8_0", Name = "big", Bytes = 3L << 30, Architecture = "qwen3", Parameters = 3_200_000_000, Quantization = "Q8_0", Phase = ModelPhase.Listed },
            new ListedModel { Id = "bad", Name = "bad", Bytes = 9 << 20, Axes = [], Phase = ModelPhase.Failed, Problem = "bad.gguf: header: it is <b>damaged</b>." },
            new ListedModel { Id = "coming", Name = "coming", Phase = ModelPhase.Loading, Part = 0.4, Axes = ["coming"] },
            new ListedModel { Id = "other", Name = "other", Phase = ModelPhase.Ready, Axes = ["one", "two"], Warnings = ["other.gguf: llama.x: <b>not</b> known here.", "other.gguf: y: missing."] },
            new ListedModel { Id = "scripted", Name = "scripted", Parameters = 134_515_008, Phase = ModelPhase.Ready, Axes = ["a"], Answering = 1, Current = true },
        ];
        Generator.Faults = ["broken.gguf: header: it is cut off."];
    }

    [Fact]
    public void The_list_says_what_is_known_of_each_model_and_where_it_is()
    {
        var page = Picker(mayLoad: true);
        var rows = page.FindAll(".models li").ToDictionary(r => r.QuerySelector("b")!.TextContent);

        Assert.Contains("3.2 B parameters · qwen3 · 3.2 GB · axis not known yet", Words(rows["big"]), StringComparison.Ordinal);
        Assert.Equal("Q8_0", rows["big"].QuerySelector(".tag")!.TextContent);
        Assert.Contains("135 M parameters · has an axis · answering", Words(rows["scripted"]), StringComparison.Ordinal);
        Assert.Contains("2 axes · in memory", Words(rows["other"]), StringComparison.Ordinal);
        Assert.Equal("0.40", rows["coming"].QuerySelector("progress")!.GetAttribute("value"));
        Assert.Equal("bad.gguf: header: it is <b>damaged</b>.", rows["bad"].QuerySelector("[role=alert]")!.TextContent);
        Assert.Contains("broken.gguf: header: it is cut off.", page.Find(".fault").TextContent, StringComparison.Ordinal);
        Assert.Equal("true", rows["scripted"].GetAttribute("aria-current"));
        Assert.Equal(["Load", "Try again", "Stop", "Use", "Unload", "In use"], page.FindAll(".model-does button").Select(b => b.TextContent));
        Assert.All(page.FindAll(".model-does button"), b => Assert.StartsWith(b.TextContent, b.GetAttribute("aria-label"), StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_models_files_leave_open_stands_beside_it_and_is_read_out_as_a_warning()
    {
        var page = Picker(mayLoad: false);
        var row = page.FindAll(".models li").Single(r => r.QuerySelector("b")!.TextContent == "other");

        Assert.Equal(["⚠ Warning: other.gguf: llama.x: <b>not</b> known here.", "⚠ Warning: other.gguf: y: missing."], row.QuerySelectorAll(".model-warning").Select(w => w.TextContent));
        Assert.All(row.QuerySelectorAll(".model-warning"), w => Assert.Equal("⚠", w.QuerySelector("[aria-hidden=true]")!.TextContent.Trim()));
        Assert.Equal(2, page.FindAll(".model-warning").Count);
        Assert.Empty(page.FindAll(".chip .warned"));

        Generator.Model = Generator.Model with { Warnings = ["scripted.gguf: y: missing."] };
        var chip = Picker(mayLoad: false).Find(".chip");
        Assert.Contains("with a warning, see the list", chip.QuerySelector(".warned .visually-hidden")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_may_not_load_can_use_what_is_in_memory()
    {
        var page = Picker(mayLoad: false);

        Assert.Equal(["Use", "In use"], page.FindAll(".model-does button").Select(b => b.TextContent));
        Assert.Contains("whoever runs this host can load others", page.Find(".models").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_an_axis_says_what_is_missing_and_how_one_is_made()
    {
        Generator.Become(new ModelState(new ReadyModel(Generator, null, "none"), null, null));
        var page = Picker(mayLoad: true);

        Assert.Contains("no column can be capped", page.Find(".no-axis").TextContent, StringComparison.Ordinal);
        Assert.Contains("axis extract --model models/scripted.gguf", page.Find(".no-axis pre").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("#axis-choice"));
    }

    [Fact]
    public void Several_axes_can_be_chosen_from()
    {
        var axis = ScriptedGenerator.TestAxis();
        var study = axis with { Path = "study.axis.safetensors", Name = "a study" };
        Generator.Become(new ModelState(new ReadyModel(Generator, study, null) { Axes = [axis, study] }, null, null));
        var page = Picker(mayLoad: false);

        Assert.Equal(["a test axis", "a study"], page.FindAll("#axis-choice option").Select(o => o.TextContent));
        Assert.Equal("study", page.Find("#axis-choice option[selected]").GetAttribute("value"));
        Assert.Equal("axis-choice", page.Find(".axes label").GetAttribute("for"));
        Assert.Empty(page.FindAll(".no-axis"));
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

    private IRenderedComponent<ModelPicker> Picker(bool mayLoad) => Render<ModelPicker>(picker => picker.Add(p => p.State, Generator.State).Add(p => p.MayLoad, mayLoad));
}
