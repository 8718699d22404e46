using System.Net;
using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Api;

/// <summary>
/// The description and the host walked together, field by field: what the schemas allow is answered, what they do not is refused by the
/// field's name, and the hub says the same as REST.
/// </summary>
public sealed class RequestWalkTests : IClassFixture<AxisHost>
{
    private const string Messages = """[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"},{"role":"user","content":"Bye"}]""";
    private const string Acting = """
        "cap":{"layers":"1:3","threshold":"p75","positions":"all"},
        "interventions":[
          {"kind":"cap","axis":"axis","layers":"1:3","threshold":1,"site":"resid_post","positions":"all"},
          {"kind":"add","vector":"axis#axis","layers":2,"coefficient":0.5,"site":"attn_out","positions":"last"},
          {"kind":"ablate","axis":"axis","layers":1,"coefficient":1,"site":"resid_pre","positions":"no-special"},
          {"kind":"mean_ablate","axis":"axis","layers":1,"mean":"axis#axis","site":"mlp_out","positions":[0,2]},
          {"kind":"mask_head","heads":[[0,1],[3,2]],"value":"mean","mean":"axis#axis","positions":"generated"},
          {"kind":"patch","site":"z","layers":1,"heads":[0,2],"positions":[0,3],"values":"axis#axis"}]
        """;

    private const string Generate = $$"""
        {"messages":{{Messages}},"model":"scripted","sampling":{"temperature":0.5,"topP":0.5,"topK":5,"repetitionPenalty":1.5,"seed":7,"answerSeed":"9"},
        "maxTokens":5,"beginning":[7],{{Acting}},"watch":["axis@1"],"read":true,"logProbs":true}
        """;

    private const string Project = $$"""{"messages":{{Messages}},"model":"scripted","watch":"axis@1","tokens":true,{{Acting}}}""";

    // What no schema knows: the names, blocks, heads and widths that this host's model has, how many floors its blocks need, which rows a
    // tensor has, and who has the last word.
    private static readonly string[] OfThisHost = ["model", "watch", "axis", "vector", "mean", "layers", "threshold", "role", "site", "heads", "values", "value", "positions"];
    private const string Answered = "turns[0].a[0].";
    private readonly AxisHost host;

    // Every field has a value somewhere.
    private static ConversationFile Whole { get; } = new()
    {
        Version = 2,
        Created = new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero),
        A = Column,
        B = new FiledColumn(),
        C = new FiledColumn(),
        D = new FiledColumn(),
        Turns = [new FiledTurn { User = "Who are you?", Settings = Settings, A = [Answer], B = [new FiledAnswer { Text = "Well" }], C = [new FiledAnswer { Text = "So" }], D = [new FiledAnswer { Text = "Now" }] }],
    };

    private static FiledModel Model => new("SmolLM2", "ab12", "llama", "Q4_1", "CPU");

    private static FiledAxis Axis => new("assistant", "cd34", 21, -1.5f);

    private static FiledColumn Column => new() { Model = Model, Axis = Axis, Note = "n" };

    private static FiledVariant Variant => new() { Kind = "steered", Percentile = 50, Band = "18:27", Toward = "vampire", ControlSeed = 1, Strength = -0.5, SystemPrompt = "s", Model = "m" };

    private static FiledSettings Settings => new()
    {
        Temperature = 0.7, MaxTokens = 96, Seed = 3, RepetitionPenalty = 1.1, Repeats = 2, SystemPrompt = "You are a pirate.", History = "fromA", A = Variant, B = Variant, C = Variant, D = Variant,
    };

    private static FiledAnswer Answer => new()
    {
        Text = "Arr", Reason = "stop", Error = "e", Settings = new FiledSettings(), Model = Model, Axis = Axis, More = [new FiledReadings("role:x", [1], [2], [null])], Continuations = 1, Replayed = true, Seed = 7,
        Ids = [5], Tokens = ["Arr"], Pre = [-12.25f], Post = [3], Read = [1], Touched = [true], LiftedLayers = [9], Kl = [0.5f], PlainChoice = ["I"],
    };

    public RequestWalkTests(AxisHost host) => this.host = host;

    [Theory]
    [InlineData("/api/generate", Generate)]
    [InlineData("/api/project", Project)]
    [InlineData("/api/conversations/{id}/report", """{"reason":"rude"}""")]
    public async Task What_the_description_allows_is_answered_and_what_it_does_not_is_refused_by_name(string path, string request)
    {
        var book = await SchemaBook.Of(host.Client);
        var schema = Schema(book, path);
        var walk = new RequestWalk(book, JsonNode.Parse(request)!);
        var hub = path == "/api/generate" ? await HubClient.Connect(host.Host.Address) : null;
        var sent = path.Replace("{id}", await Shared(), StringComparison.Ordinal);
        var (allowed, refused, wrong) = (0, 0, new List<string>());
        foreach (var (field, body) in walk.Changes(schema).Prepend(new Change("", JsonNode.Parse(request)!)))
        {
            var json = body.ToJsonString();
            var against = book.Against(schema, JsonDocument.Parse(json).RootElement);
            var (status, detail, named) = await Post(sent, json);
            var answered = status < HttpStatusCode.BadRequest;
            var byName = status == HttpStatusCode.BadRequest && Names(named, field);
            if (against is null ? !answered && !(byName && OfThisHost.Contains(field.Split('.')[^1])) : !byName)
                wrong.Add($"{field}: {json} is {(against is null ? "allowed" : $"not allowed ({against})")}, and the answer is {(int)status} {named}: {detail}");
            if (against is null) allowed++;
            else refused++;
            if (hub is null) continue;
            var last = (await hub.Generate(JsonDocument.Parse(json).RootElement))[^1];
            if ((last.TryGetProperty("error", out var error) ? error.GetString() : null) != detail) wrong.Add($"{field}: the hub says {last} and REST {detail}");
        }

        if (hub is not null) await hub.DisposeAsync();
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong.Take(5)));
        Assert.True(allowed >= 3 && refused >= 8, $"{allowed} allowed, {refused} refused");
        // An intervention has an axis or a vector.
        Assert.All(walk.Untried, field => Assert.True(field.EndsWith(".axis", StringComparison.Ordinal) || field.EndsWith(".vector", StringComparison.Ordinal), field));
    }

    [Fact]
    public async Task A_conversation_is_taken_as_its_schema_says()
    {
        var book = await SchemaBook.Of(host.Client);
        var schema = JsonNode.Parse("""{"$ref":"#/components/schemas/ConversationFile"}""")!;
        var request = JsonNode.Parse(ConversationJson.Write(Whole))!;
        var walk = new RequestWalk(book, request, longest: 500);
        var wrong = new List<string>();
        foreach (var (field, body) in walk.Changes(schema))
        {
            var json = body.ToJsonString();
            var against = book.Against(schema, JsonDocument.Parse(json).RootElement);
            var (status, detail, named) = await Post("/api/conversations", json);
            // Whether the lists of an answer's numbers fit together, no schema says.
            var measured = field.StartsWith(Answered, StringComparison.Ordinal) && named?.StartsWith(Answered, StringComparison.Ordinal) == true;
            // Nor that a column which a turn has is said what it ran on.
            var needed = field is "a" or "b" or "c" or "d" && named == $"turns[0].{field}";
            if (against is null ? status != HttpStatusCode.Created && !measured && !needed : status != HttpStatusCode.BadRequest || !(Names(named, field) || measured))
                wrong.Add($"{field}: {json} is {(against is null ? "allowed" : $"not allowed ({against})")}, and the answer is {(int)status} {named}: {detail}");
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong.Take(5)));
        string[] walkedElsewhere = ["b.", "c.", "d.", "turns[0].b[0].", "turns[0].c[0].", "turns[0].d[0].", Answered + "settings."];
        Assert.All(walk.Untried, field => Assert.True(walkedElsewhere.Any(at => field.StartsWith(at, StringComparison.Ordinal)), field));
    }

    [Theory]
    [InlineData("/api/generate", Generate, 19)]
    [InlineData("/api/project", Project, 13)]
    public async Task Every_default_that_is_described_is_the_default(string path, string request, int many)
    {
        var book = await SchemaBook.Of(host.Client);
        // Beside an answer's own seed the conversation's has no say.
        request = request.Replace(",\"answerSeed\":\"9\"", "", StringComparison.Ordinal);
        var defaults = new RequestWalk(book, JsonNode.Parse(request)!).Defaults(Schema(book, path)).ToList();
        foreach (var (field, without, with) in defaults) Assert.Equal((field, await Understood(path, without)), (field, await Understood(path, with)));
        Assert.Equal(many, defaults.Count);
        // They are not all alike because nothing arrives.
        Assert.NotEqual(await Understood(path, defaults[0].Without), await Understood(path, JsonNode.Parse(request)!));
    }

    [Fact]
    public async Task A_beginning_and_what_was_generated_reach_the_engine()
    {
        host.Host.Generator.Requests.Clear();
        await Post("/api/generate", """{"messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"},{"role":"user","content":"Bye"}],"beginning":[7,8],"interventions":[{"kind":"ablate","axis":"axis","site":"resid_pre","layers":1}]}""");
        var request = Assert.Single(host.Host.Generator.Requests);
        Assert.Equal([7, 8], request.Beginning);
        Assert.Equal("Hi", host.Host.Generator.Tokenizer.Decode([.. request.Prompt.Where((_, i) => request.PromptGenerated![i])]));
        Assert.Equal([1], request.Interventions.Single().Blocks);
    }

    [Fact]
    public async Task Every_example_is_answered_as_it_stands_and_allowed_by_its_schema()
    {
        var book = await SchemaBook.Of(host.Client);
        var examples = 0;
        foreach (var (path, item) in book.Document["paths"]!.AsObject())
            foreach (var (name, example) in item!["post"]?["requestBody"]?["content"]?["application/json"]?["examples"]?.AsObject() ?? [])
            {
                var json = example!["value"]!.ToJsonString();
                Assert.Null(book.Against(Schema(book, path), JsonDocument.Parse(json).RootElement));
                var (status, detail, _) = await Post(path.Replace("{id}", await Shared(), StringComparison.Ordinal), json);
                Assert.True(status < HttpStatusCode.BadRequest, $"{path} {name}: {detail}");
                examples++;
            }

        Assert.Equal(7, examples);
    }

    private static JsonNode Schema(SchemaBook book, string path) => book.Document["paths"]![path]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;

    // The field itself, one of its parts, or the field that stands for the same.
    private static bool Names(string? named, string field) => named is not null
        && (named == field || named.StartsWith(field + '.', StringComparison.Ordinal) || named.StartsWith(field + '[', StringComparison.Ordinal)
            || field.EndsWith(".axis", StringComparison.Ordinal) && (named == field[..^4] + "vector" || named == field[..^4] + "threshold")
            || field == "messages[2].role" && named == "messages"
            // Another place has rows of another width, or none in a block; a value of zero has no mean; rows have positions.
            || field.EndsWith(".site", StringComparison.Ordinal) && (string[])["layers", "heads", "values", "vector", "axis", "mean"] is var parts && parts.Any(p => named == field[..^4] + p)
            || field.EndsWith(".value", StringComparison.Ordinal) && named == field[..^5] + "mean"
            || field.EndsWith(".positions", StringComparison.Ordinal) && named == field[..^9] + "values"
            || field.EndsWith(".kind", StringComparison.Ordinal) && named.StartsWith(field[..^4], StringComparison.Ordinal));

    private async Task<string> Understood(string path, JsonNode request)
    {
        host.Host.Generator.Requests.Clear();
        var (status, detail, _) = await Post(path, request.ToJsonString());
        Assert.True(status == HttpStatusCode.OK, detail);
        var r = Assert.Single(host.Host.Generator.Requests);
        return $"{r.Sampling} {r.MaxTokens} {string.Join(',', r.Beginning)} {string.Join(',', r.PromptGenerated ?? [])} {r.Read} {r.LogProbs} {Text(r)} {detail}";

        static string Text(GenerationRequest r) => string.Join(' ', r.Interventions.Select(i => $"{i.Kind}/{i.Positions}/{string.Join(',', i.Layers.Select(l => $"{l.Layer}:{l.Amount}:{l.Addend is null}"))}").Concat(r.Watch.Select(w => $"{w.Axis}@{w.Layer}")));
    }

    private async Task<string> Shared()
    {
        using var body = new StringContent("""{"conversation":[{"role":"user","content":"x"}]}""", Encoding.UTF8, "application/json");
        using var answer = await host.Client.PostAsync(new Uri("/api/conversations", UriKind.Relative), body, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("id").GetString()!;
    }

    // The problem's detail, or, where all is well, nothing (an answer's body where it is JSON).
    private async Task<(HttpStatusCode Status, string? Detail, string? Field)> Post(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await host.Client.PostAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (answer.IsSuccessStatusCode) return (answer.StatusCode, path == "/api/project" ? text : null, null);
        var problem = JsonDocument.Parse(text).RootElement;
        return (answer.StatusCode, problem.GetProperty("detail").GetString(), problem.TryGetProperty("field", out var field) ? field.GetString() : null);
    }
}
