using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AxisDemo.Web.Api;

namespace AxisDemo.Tests.Web.Api;

/// <summary>What the host really answers is what its description says, with no field beside it.</summary>
public sealed class AnswerSchemaTests
{
    [Fact]
    public async Task A_real_host_answers_the_examples_as_described()
    {
        using var folder = new TemporaryFolder();
        await using var host = await RealHost.Start(("Sharing:Database", folder.File("shared.db")), ("Sharing:Reports", "true"), ("Limits:MaxTokens", "3"));
        using var client = new HttpClient { BaseAddress = host.Address };
        var book = await SchemaBook.Of(client);
        var kinds = new HashSet<string>();
        foreach (var (path, item) in book.Document["paths"]!.AsObject())
            foreach (var (name, example) in item!["post"]?["requestBody"]?["content"]?["application/json"]?["examples"]?.AsObject() ?? [])
                if (!path.Contains("{id}", StringComparison.Ordinal)) await Answered(HttpMethod.Post, path, example!["value"]!.ToJsonString());
        foreach (var path in new[] { "/api/models", "/api/axes", "/api/limits" }) await Answered(HttpMethod.Get, path);
        await Answered(HttpMethod.Post, "/api/project", """{"messages":[{"role":"user","content":"Hello"},{"role":"assistant","content":""}],"tokens":true}""");
        Assert.Equal(["finished", "started", "token"], kinds.Order());

        var share = JsonDocument.Parse(await Answered(HttpMethod.Post, "/api/conversations", """{"conversation":[{"role":"user","content":"x"}]}""")).RootElement;
        var id = share.GetProperty("id").GetString()!;
        var key = share.GetProperty("key").GetString()!;
        await Answered(HttpMethod.Get, "/api/conversations/{id}", id: id);
        await Answered(HttpMethod.Post, "/api/conversations/{id}/report", """{"reason":"rude"}""", id);
        await Answered(HttpMethod.Delete, "/api/conversations/{id}", id: id, status: HttpStatusCode.BadRequest);
        await Answered(HttpMethod.Delete, "/api/conversations/{id}", id: id, key: id, status: HttpStatusCode.NotFound);
        await Answered(HttpMethod.Delete, "/api/conversations/{id}", id: id, key: key);
        await Answered(HttpMethod.Get, "/api/conversations/{id}", id: id, status: HttpStatusCode.NotFound);
        await Answered(HttpMethod.Post, "/api/generate", "{}", status: HttpStatusCode.BadRequest);
        await Answered(HttpMethod.Post, "/api/generate", "{", status: HttpStatusCode.BadRequest);
        // The patterns of the parameters allow what is really given.
        var parameters = book.Document["paths"]!["/api/conversations/{id}"]!["delete"]!["parameters"]!.AsArray();
        Assert.Equal(["id", ConversationEndpoints.KeyHeader], parameters.Select(p => p!["name"]!.GetValue<string>()));
        Assert.All(parameters, p => Assert.True(p!["required"]!.GetValue<bool>()));
        foreach (var (parameter, value) in parameters.Zip([id, key])) Assert.Null(book.Against(parameter!["schema"]!, JsonSerializer.SerializeToElement(value)));

        async Task<string> Answered(HttpMethod method, string path, string? json = null, string? id = null, string? key = null, HttpStatusCode? status = null)
        {
            using var request = new HttpRequestMessage(method, path.Replace("{id}", id, StringComparison.Ordinal));
            if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            if (key is not null) request.Headers.Add(ConversationEndpoints.KeyHeader, key);
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (status is null) Assert.True(answer.IsSuccessStatusCode, text);
            else Assert.Equal(status, answer.StatusCode);

            var operation = book.Document["paths"]![path]![method.Method.ToLowerInvariant()]!;
            var described = operation["responses"]![((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)];
            Assert.True(described is not null, $"{method} {path} answers {answer.StatusCode}, which is not described");
            foreach (var (header, _) in described["headers"]?.AsObject() ?? []) Assert.True(answer.Headers.Contains(header), header);
            if (text.Length == 0) return text;
            var schema = described["content"]![answer.Content.Headers.ContentType!.MediaType!]!["schema"]!;
            if (answer.Content.Headers.ContentType!.MediaType != "text/event-stream") Check(schema, text);
            else
                foreach (var item in SseParser.Create(new MemoryStream(Encoding.UTF8.GetBytes(text))).Enumerate())
                    kinds.Add(Check(schema, item.Data).GetProperty("kind").GetString()!);
            return text;
        }

        JsonElement Check(JsonNode schema, string text)
        {
            var value = JsonDocument.Parse(text).RootElement;
            Assert.True(book.Against(schema, value, strict: true) is null, $"{book.Against(schema, value, strict: true)}: {text}");
            return value;
        }
    }

    [Fact]
    public async Task Every_field_is_described_in_words()
    {
        using var host = new TestHost();
        host.StartServer();
        using var client = new HttpClient { BaseAddress = host.Address };
        var book = await SchemaBook.Of(client);
        var silent = book.Document["components"]!["schemas"]!.AsObject().SelectMany(type => (type.Value!["properties"]?.AsObject() ?? []).Where(f => f.Key != "kind" && Words(f.Value!).Length == 0).Select(f => $"{type.Key}.{f.Key}")).ToList();

        Assert.Empty(silent);
        Assert.All(book.Document["components"]!["schemas"]!.AsObject(), type => Assert.NotEqual("", Words(type.Value!)));

        static string Words(JsonNode schema) => (string?)schema["description"] ?? (string?)schema["oneOf"]?[1]?["description"] ?? "";
    }
}
