using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using AxisDemo.Interp;
using AxisDemo.Tests.Cli;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Web.Api;

/// <summary>The embedded model's own axis in the shape of a published one: imported with its capping configuration, it caps as the one that was built.</summary>
public sealed class PublishedAxisTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_imported_axis_with_its_caps_answers_as_the_built_one_token_for_token()
    {
        var own = AxisFile.Open(Path.Combine(Repository.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors"));
        TorchWriter.Write(folder.File("assistant_axis.pt"), Enumerable.Range(0, own.Layers).Select(l => own.At(l).Values.ToArray()).ToArray());
        TorchWriter.Capping(folder.File("capping_config.pt"),
            Enumerable.Range(0, own.Layers).Select(l => ($"layer_{l}/contrast_role_default", l, own.At(l).Values.ToArray().Select(v => -v).ToArray())),
            [Experiment("layers_15:27-p0.5", 15, 50), Experiment("layers_18:27-p0.25", 18, 75), Experiment("layers_18:27-p0.01", 18, 99)]);
        var imported = Axis.Run("import", folder.File("assistant_axis.pt"), "--caps", folder.File("capping_config.pt"), "--model", Repository.Model, "--out", folder.File("published.axis.safetensors"));
        Assert.Equal((0, ""), (imported.ExitCode, imported.Error));
        Assert.Contains("recommended: blocks 18:27 at p75 (layers_18:27-p0.25)", imported.Out, StringComparison.Ordinal);

        using var host = await RealHost.Start(("Engine:Axis", folder.File("published.axis.safetensors")));
        using var client = new HttpClient { BaseAddress = host.Address };
        var recommended = await Answer("""{}""", "cap");
        // The built axis lies in the folder of models, so that this host has it under its own name.
        var built = await Answer("""[{"kind":"cap","axis":"SmolLM2-135M-Instruct","layers":"18:27","threshold":"p75"}]""", "interventions");
        var strict = await Answer("""{"threshold":"p99"}""", "cap");
        var plain = await Answer("null", "cap");

        Assert.Equal(built, recommended);
        Assert.Equal(3, new[] { recommended, strict, plain }.Distinct().Count());
        var listed = Assert.Single((await client.GetFromJsonAsync<JsonElement[]>("/api/axes", TestContext.Current.CancellationToken))!, a => a.GetProperty("id").GetString() == "published");
        Assert.Equal("""[{"layers":"15:18","thresholds":["p50"]},{"layers":"18:27","thresholds":["p50","p75","p99"]}]""", listed.GetProperty("floors").GetRawText());

        (string, (string, double)[]) Experiment(string id, int from, int percentile) =>
            (id, [.. Enumerable.Range(from, 27 - from).Select(l => ($"layer_{l}/contrast_role_default", -(double)own.Threshold(l, percentile)))]);

        async Task<string> Answer(string value, string field)
        {
            using var body = new StringContent($$"""{"messages":[{"role":"system","content":"You are a fierce pirate. Stay in character."},{"role":"user","content":"Who are you?"}],"sampling":{"temperature":0},"maxTokens":32,"{{field}}":{{value}}}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri("/api/generate", UriKind.Relative), body, TestContext.Current.CancellationToken);
            var text = new StringBuilder();
            await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken))
                if (JsonDocument.Parse(item.Data).RootElement is var e && e.GetProperty("kind").GetString() == "token") text.Append(e.GetProperty("id").GetInt32()).Append(' ').Append(e.GetProperty("text").GetString());
            Assert.NotEqual(0, text.Length);
            return text.ToString();
        }
    }
}
