using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using AxisDemo.Interp;
using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Web.Api;

/// <summary>Models and axes go by the names of their files, whatever marks those have.</summary>
public sealed class OddNamesTests : IDisposable
{
    private const string Model = "tiny@home #2 100% \"é\" e\u0301 '&?+";
    private const string Study = "study@1#x @2";
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_model_in_parts_and_its_axes_are_found_by_their_ids()
    {
        SplitModel.CopyTo(folder.File("a@b#c"), Model);
        var first = folder.File($"a@b#c/{Model}-00001-of-00002.gguf");
        GgufEdit.Of(first).Set("tokenizer.chat_template", "{% for m in messages %}{{ m['content'] }}{% endfor %}").Save(first);
        string hash;
        using (var source = ModelSource.Open(first)) hash = source.Hash(Stop);
        foreach (var axis in (string[])[Model, Study])
            new AxisFile(new AxisParts { Layers = 4, Width = 96, Axis = [.. Enumerable.Repeat(1f, 4 * 96)], Provenance = new() { Name = axis, ModelName = "tiny", ModelSha256 = hash, DisplayLayer = 1 } }).Write(folder.File($"a@b#c/{axis}.axis.safetensors"));

        using var host = await RealHost.Start(("Engine:Model", folder.File($"a@b#c/{Model}-00002-of-00002.gguf")), ("Engine:Models", folder.Path), ("Engine:Axis", ""));
        using var client = new HttpClient { BaseAddress = host.Address };
        var listed = Assert.Single((await client.GetFromJsonAsync<JsonElement[]>("/api/models", Stop))!);
        Assert.Equal((Model, hash), (listed.GetProperty("id").GetString(), listed.GetProperty("sha256").GetString()));
        Assert.Equal([Model, Study], (await client.GetFromJsonAsync<JsonElement[]>("/api/axes", Stop))!.Select(a => a.GetProperty("id").GetString()));
        Assert.Equal([(Study, 1), (Study, 3), (Model, 1), (Model, 0), (Model, 2)], await Watched(Study, Study + "@3", "axis", "axis@0", Model + "@2"));
        Assert.Contains("'other@1' is not offered here", await Refused("other@1@3"), StringComparison.Ordinal);
        Assert.Contains("'9' is no block", await Refused(Study + "@9"), StringComparison.Ordinal);

        async Task<List<(string, int)>> Watched(params string[] watch)
        {
            using var answer = await Ask(watch);
            var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(Stop)).EnumerateAsync(Stop);
            await foreach (var item in events)
                if (JsonDocument.Parse(item.Data).RootElement is var e && e.GetProperty("kind").GetString() == "token")
                    return [.. e.GetProperty("projections").EnumerateArray().Select(p => (p.GetProperty("axis").GetString()!, p.GetProperty("layer").GetInt32()))];
            throw new InvalidOperationException("There was no token.");
        }

        async Task<string> Refused(string watch)
        {
            using var answer = await Ask(watch);
            Assert.Equal(400, (int)answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("detail").GetString()!;
        }

        async Task<HttpResponseMessage> Ask(params string[] watch)
        {
            using var body = JsonContent.Create(new { model = Model, messages = new[] { new { role = "user", content = "Hi" } }, maxTokens = 2, watch });
            return await client.PostAsync(new Uri("/api/generate", UriKind.Relative), body, Stop);
        }
    }
}
