using AxisDemo.Interp;
using AxisDemo.Serving;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Api;

/// <summary>A host with a scripted generator whose axis is a real file, so that every field of a request can be used.</summary>
public sealed class AxisHost : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public AxisHost()
    {
        var (layers, width) = (ScriptedGenerator.Info("scripted").Layers, ScriptedGenerator.Info("scripted").Width);
        var file = folder.File("test.axis.safetensors");
        new AxisFile(new AxisParts
        {
            Layers = layers,
            Width = width,
            Axis = [.. Enumerable.Range(0, layers * width).Select(i => 1f + i)],
            PercentileTable = [.. Enumerable.Range(0, layers * AxisFile.Percentiles).Select(i => (float)(i % AxisFile.Percentiles))],
            Provenance = new AxisProvenance { Name = "a test axis", DisplayLayer = 2, PointsTo = "assistant" },
        }).Write(file);
        Host = new TestHost(null, ("Limits:AnswersPerMinute", "1000000"), ("Limits:MaxTokens", "64"), ("Limits:MessageCharacters", "40"), ("Limits:Messages", "5"), ("Sharing:Database", folder.File("shared.db")), ("Sharing:Reports", "true"));
        Host.Generator.Become(new ModelState(new ReadyModel(Host.Generator, ScriptedGenerator.TestAxis() with { Path = file }, null), null, null));
        Host.Generator.Script = request => request.WatchPrompt
            ? [new PromptEvent([new PromptProjection("assistant", 2, new float[request.Prompt.Count], new float[request.Prompt.Count], new bool[request.Prompt.Count])]), new FinishedEvent(FinishReason.Stop, 0, 0)]
            : ScriptedGenerator.Say("Hello");
        Host.StartServer();
        Client = new HttpClient { BaseAddress = Host.Address };
    }

    internal TestHost Host { get; }

    internal HttpClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        Host.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }
}
