using AxisDemo.Interp;
using AxisDemo.Running;
using Microsoft.Playwright;

namespace AxisDemo.Browser.Tests;

/// <summary>A page that cannot answer says so accessibly.</summary>
public sealed class AccessibilityTests(RunningApp app)
{
    [Theory]
    [InlineData(1440)]
    [InlineData(360)]
    public async Task A_host_without_a_model_says_so_accessibly(int width)
    {
        await using var host = await HostProcess.Start([.. RunningApp.Unlimited, "Engine:Model=models/none.gguf"]);
        await host.Settled();
        await using var visit = await app.Arrive(host, width);
        await Assertions.Expect(visit.Page.GetByText("There is no model to talk to")).ToBeVisibleAsync();

        Assert.Empty(await PageStates.Findings(visit));
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(360)]
    public async Task A_column_that_cannot_answer_says_so_accessibly(int width)
    {
        var axis = Path.Combine(Path.GetTempPath(), $"axisdemo-{Guid.NewGuid():N}.axis.safetensors");
        try
        {
            WithoutFloors(axis);
            await using var host = await HostProcess.Start([.. RunningApp.Unlimited, $"Engine:Axis={axis}"]);
            await host.Settled();
            await using var visit = await app.Arrive(host, width);
            await visit.Ready();
            await Assertions.Expect(visit.Page.GetByText("Column B does not answer: it is capped.")).ToBeVisibleAsync();
            Assert.Empty(await PageStates.Findings(visit));

            await visit.Open("Change column B: Capped", "#column-b");
            await Assertions.Expect(visit.Page.Locator("#column-b .why").First).ToContainTextAsync("no floors");
            Assert.Empty(await PageStates.Findings(visit));
            await visit.Page.Keyboard.PressAsync("Escape");

            await visit.Length(16);
            await visit.Send("Hello!");
            await visit.Idle();
            await Assertions.Expect(visit.Page.Locator(".answer.absent")).ToContainTextAsync("This column does not answer.");
            Assert.Empty(await PageStates.Findings(visit));
        }
        finally
        {
            File.Delete(axis);
        }
    }

    // The embedded model's axis as a mere direction: nothing is known that a column could cap at, or how large a push is.
    private static void WithoutFloors(string path)
    {
        var own = AxisFile.Open(Path.Combine(HostProcess.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors"));
        new AxisFile(new AxisParts
        {
            Layers = own.Layers,
            Width = own.At(0).Values.Length,
            Axis = [.. Enumerable.Range(0, own.Layers).SelectMany(layer => own.At(layer).Values.ToArray())],
            Provenance = new AxisProvenance { Name = "Direction", DisplayLayer = own.Layers / 2 },
        }).Write(path);
    }
}
