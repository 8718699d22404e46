using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using AxisDemo.Serving;
using AxisDemo.Web.Api;
using AxisDemo.Web.Pages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Api;

/// <summary>docs/api.md and /openapi/v1.json say what is really sent and taken.</summary>
public sealed partial class ApiDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "api.md"));

    // Under a heading with the kind: a table with the fields, and an example.
    private static readonly Dictionary<string, (HashSet<string> Fields, JsonElement[] Examples)> Documented = Sections().Matches(Document).ToDictionary(
        m => m.Groups["kind"].Value,
        m => (Rows().Matches(m.Groups["body"].Value).Select(r => r.Groups[1].Value).ToHashSet(), Examples().Matches(m.Groups["body"].Value).Select(e => JsonDocument.Parse(e.Groups[1].Value).RootElement).ToArray()));

    static ApiDocumentTests()
    {
        GenerationEvent.Json.MakeReadOnly(populateMissingResolver: true);
        RequestJson.Options.MakeReadOnly(populateMissingResolver: true);
    }

    [Fact]
    public void Every_event_is_documented_with_exactly_the_fields_that_it_can_have()
    {
        var info = GenerationEvent.Json.GetTypeInfo(typeof(GenerationEvent));
        // A prompt's projections are asked for by /api/project alone, which sums them up.
        var sent = info.PolymorphismOptions!.DerivedTypes.Where(t => t.DerivedType != typeof(PromptEvent)).ToDictionary(t => (string)t.TypeDiscriminator!, t => Fields(t.DerivedType, ""));

        Assert.Equal(sent.Keys.Order(), Documented.Keys.Order());
        foreach (var (kind, fields) in sent) Assert.Equal(fields.Order(), Documented[kind].Fields.Order());
    }

    [Fact]
    public void Each_example_is_an_event_as_it_is_written()
    {
        foreach (var example in Documented.Values.SelectMany(d => d.Examples))
            Assert.Equal(example.GetRawText(), example.Deserialize<GenerationEvent>(GenerationEvent.Json)!.ToJson());
    }

    [Fact]
    public async Task A_real_run_sends_the_examples_fields()
    {
        using var host = await RealHost.Start(("Engine:MaxRunning", "1"));
        await using var connection = await HubClient.Connect(host.Address);
        var full = new { messages = new[] { new { role = "user", content = "Say hi." } }, sampling = new { temperature = 0 }, maxTokens = 48, cap = new { }, read = true, logProbs = true };
        var lengthy = new { messages = new[] { new { role = "user", content = string.Concat(Enumerable.Repeat("the cat sat on the mat. ", 120)) } }, maxTokens = 1 };
        // The second and third wait for the first.
        var answers = await Task.WhenAll(connection.Generate(full), connection.Generate(full), connection.Generate(lengthy));
        var refused = await connection.Generate(new { messages = Array.Empty<object>() });
        using var client = new HttpClient { BaseAddress = host.Address };
        var book = await SchemaBook.Of(client);
        Assert.All(answers.Append(refused).SelectMany(a => a), e => Assert.Null(book.Against(book.Document["components"]!["schemas"]!["GenerationEvent"]!, e, strict: true)));

        var events = answers.Append(refused).SelectMany(a => a).ToLookup(e => e.GetProperty("kind").GetString()!, e => Fields(e, "").ToHashSet());
        Assert.Equal(Documented.Keys.Order(), events.Select(g => g.Key).Order());
        foreach (var (kind, (fields, examples)) in Documented)
        {
            Assert.All(events[kind], sent => Assert.Subset(fields, sent));
            Assert.All(examples, example => Assert.Contains(events[kind], sent => sent.SetEquals(Fields(example, ""))));
            Assert.NotEmpty(examples);
        }
    }

    [Fact]
    public async Task OpenAPI_lists_every_endpoint_with_its_request_and_its_answers()
    {
        using var host = new TestHost();
        host.StartServer();
        using var client = new HttpClient { BaseAddress = host.Address };
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);

        var mapped = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .Select(e => e.RoutePattern.RawText!.TrimEnd('/')).Distinct();
        Assert.Equal(mapped.Order(), document.GetProperty("paths").EnumerateObject().Select(p => p.Name.TrimEnd('/')).Order());
        var generate = document.GetProperty("paths").GetProperty("/api/generate").GetProperty("post");
        Assert.True(generate.GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("text/event-stream", out _));
        Assert.Equal("#/components/schemas/GenerateRequest", generate.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var type in new[] { typeof(GenerateRequest), typeof(ProjectRequest) })
        {
            var properties = schemas.GetProperty(type.Name).GetProperty("properties").EnumerateObject().ToList();
            Assert.Equal(RequestJson.Options.GetTypeInfo(type).Properties.Select(p => p.Name).Order(), properties.Select(p => p.Name).Order());
        }

        Assert.Contains("Whether the plain model reads along.", schemas.GetRawText(), StringComparison.Ordinal);
        Assert.False(document.TryGetProperty("security", out _));
    }

    [Fact]
    public async Task The_documents_fields_have_the_ranges_and_defaults_that_OpenAPI_has()
    {
        using var host = new TestHost();
        host.StartServer();
        using var client = new HttpClient { BaseAddress = host.Address };
        var book = await SchemaBook.Of(client);
        var described = Described(book, JsonNode.Parse("""{"$ref":"#/components/schemas/GenerateRequest"}""")!, "").Where(d => d.Field is not ("sampling" or "cap"));

        Assert.Equal(described.Select(d => $"{d.Field} | {d.Holds} | {d.Default}").Order(), Ranged().Matches(Document).Select(m => $"{m.Groups[1].Value} | {m.Groups[2].Value.Trim()} | {m.Groups[3].Value.Trim()}").Order());
    }

    [Fact]
    public async Task OpenAPI_names_the_key_where_one_is_set()
    {
        using var host = new TestHost(null, ("Access:ApiKey", "correct-horse-battery"));
        host.StartServer();
        using var client = new HttpClient { BaseAddress = host.Address };
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);

        Assert.Equal("X-Api-Key", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("ApiKey").GetProperty("name").GetString());
        Assert.Equal(1, document.GetProperty("security").GetArrayLength());
    }

    private static IEnumerable<(string Field, string Holds, string Default)> Described(SchemaBook book, JsonNode schema, string prefix)
    {
        foreach (var type in book.Branches(schema).Where(b => b["properties"] is not null))
            foreach (var (name, holds) in type["properties"]!.AsObject())
            {
                var required = type["required"]?.AsArray().Any(r => (string?)r == name) == true;
                var standard = holds!["default"] is not { } given ? "" : given is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? given.ToJsonString() : $"`{given}`";
                yield return (prefix + name, Holds([.. book.Branches(holds).Where(b => b["type"]?.ToJsonString() != "\"null\"")]), required ? "required" : standard);
                var deeper = holds["items"] is { } items && name == "messages" ? Described(book, items, $"{prefix}{name}[].") : name is "sampling" or "cap" ? Described(book, holds, $"{prefix}{name}.") : [];
                foreach (var field in deeper) yield return field;
            }
    }

    private static string Holds(JsonObject[] kinds)
    {
        // Several are said in words.
        if (kinds is not [var kind]) return "";
        if (kind["maxItems"] is { } items) return kind["minItems"] is { } least ? $"list of {least} to {items}" : $"list of up to {items}";
        if (kind["enum"] is JsonArray values) return string.Join(", ", values.Select(v => $"`{v}`"));
        if (kind["maximum"] is { } most) return kind["minimum"] is { } from ? $"{from} to {most}" : $"above {kind["exclusiveMinimum"]}, up to {most}";
        if (kind["maxLength"] is { } characters) return $"text of up to {characters} characters";
        return kind["type"]!.ToJsonString().Contains("boolean", StringComparison.Ordinal) ? "`true`, `false`" : "text";
    }

    // "projections[].pre": the fields of a list's items.
    private static IEnumerable<string> Fields(Type type, string prefix)
    {
        foreach (var property in GenerationEvent.Json.GetTypeInfo(type).Properties.Where(p => p.Get is not null))
        {
            yield return prefix + property.Name;
            if (GenerationEvent.Json.GetTypeInfo(property.PropertyType) is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { IsPrimitive: false } element } && element != typeof(string))
                foreach (var field in Fields(element, $"{prefix}{property.Name}[].")) yield return field;
        }
    }

    private static IEnumerable<string> Fields(JsonElement value, string prefix)
    {
        foreach (var property in value.EnumerateObject().Where(p => p.Name != "kind"))
        {
            yield return prefix + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Array)
                foreach (var field in property.Value.EnumerateArray().SelectMany(item => Fields(item, $"{prefix}{property.Name}[]."))) yield return field;
        }
    }

    [GeneratedRegex(@"^### `(?<kind>\w+)`.*?$(?<body>.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Sections();

    [GeneratedRegex(@"^\| `([\w.\[\]]+)`", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"^\| `([\w.\[\]]+)` \|([^|]*)\|([^|]*)\|[^|]*\|$", RegexOptions.Multiline)]
    private static partial Regex Ranged();

    [GeneratedRegex(@"```json\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Examples();
}
