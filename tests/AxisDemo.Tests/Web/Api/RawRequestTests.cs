using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace AxisDemo.Tests.Web.Api;

/// <summary>What JSON allows and types do not show: how numbers are written, a field given twice, depth, size, half characters, encodings.</summary>
public sealed class RawRequestTests : IClassFixture<AxisHost>
{
    private const string Said = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";
    private readonly AxisHost host;

    public RawRequestTests(AxisHost host)
    {
        this.host = host;
        host.Host.Generator.Requests.Clear();
    }

    [Theory]
    [InlineData("\"maxTokens\":1.0", 1)]
    [InlineData("\"maxTokens\":1e1", 10)]
    [InlineData("\"maxTokens\":640e-1", 64)]
    [InlineData("\"sampling\":{\"topK\":-0,\"temperature\":-0.0}", 64)]
    [InlineData("\"sampling\":{\"topK\":5.0,\"temperature\":7E-1}", 64)]
    public async Task A_number_is_the_same_however_it_is_written(string field, int tokens)
    {
        Assert.Equal((HttpStatusCode.OK, null, null), await Post($$"""{{{Said}},{{field}}}"""));
        Assert.Equal(tokens, Assert.Single(host.Host.Generator.Requests).MaxTokens);
    }

    [Theory]
    [InlineData("\"maxTokens\":-0", "maxTokens", "1 to 64")]
    [InlineData("\"maxTokens\":1.5", "maxTokens", "not a whole number")]
    [InlineData("\"maxTokens\":1e400", "maxTokens", "not a whole number")]
    [InlineData("\"maxTokens\":99999999999999999999999999999999", "maxTokens", "not a whole number")]
    [InlineData("\"sampling\":{\"temperature\":1e400}", "sampling.temperature", "0 to 100")]
    [InlineData("\"sampling\":{\"temperature\":-1e400}", "sampling.temperature", "0 to 100")]
    [InlineData("\"sampling\":{\"topP\":0}", "sampling.topP", "above 0, up to 1")]
    [InlineData("\"sampling\":{\"topK\":2147483648}", "sampling.topK", "not a whole number")]
    [InlineData("\"sampling\":{\"seed\":18446744073709551616}", "sampling.seed", "")]
    [InlineData("\"cap\":{\"threshold\":1e400}", "cap.threshold", "no number")]
    [InlineData("\"maxTokens\":1,\"maxTokens\":2", "maxTokens", "maxTokens is given twice")]
    [InlineData("\"maxTokens\":1,\"MaxTokens\":2", "MaxTokens", "is given twice")]
    [InlineData("\"sampling\":{\"seed\":1,\"seed\":1}", "sampling.seed", "is given twice")]
    [InlineData("\"interventions\":[{\"kind\":\"cap\",\"axis\":\"axis\",\"layers\":1,\"threshold\":1,\"threshold\":2}]", "interventions", "threshold is given twice")]
    [InlineData("\"model\":\"\\ud83d\"", "model", "not what belongs")]
    [InlineData("\"cap\":{\"layers\":\"\\ud83d\"}", "cap", "no Unicode")]
    [InlineData("\"interventions\":[{\"\\ud83d\":1}]", "interventions", "not what belongs")]
    [InlineData("\"\\ud83d\":1", null, "not what belongs")]
    [InlineData("\"a field\":1", "['a field']", "no such field")]
    public async Task What_cannot_be_meant_is_refused_by_name_by_both(string field, string? named, string said)
    {
        var json = $$"""{{{Said}},{{field}}}""";
        var (status, detail, where) = await Post(json);
        Assert.Equal((HttpStatusCode.BadRequest, named), (status, where));
        Assert.Contains(said, detail, StringComparison.Ordinal);
        Assert.Empty(host.Host.Generator.Requests);
        // The hub's client writes no half characters.
        if (field.Contains("\\ud83d", StringComparison.Ordinal)) return;
        await using var hub = await HubClient.Connect(host.Host.Address);
        Assert.Equal(detail, Assert.Single(await hub.Generate(JsonDocument.Parse(json).RootElement)).GetProperty("error").GetString());
        Assert.Empty(host.Host.Generator.Requests);
    }

    [Fact]
    public async Task Depth_and_size_have_bounds()
    {
        foreach (var (json, said) in new[]
        {
            ($$"""{{{Said}},"interventions":{{new string('[', 60)}}{{new string(']', 60)}}}""", "no object"),
            ($$"""{{{Said}},"interventions":{{new string('[', 5000)}}{{new string(']', 5000)}}}""", "more than 64 deep"),
            ($$"""{{{Said}},"watch":[{{string.Join(',', Enumerable.Repeat("\"axis\"", 3000))}}]}""", "3000; 64"),
            ("{" + Said + $",\"cap\":{{\"layers\":\"1:3\",\"threshold\":[{string.Join(',', Enumerable.Repeat('1', 10_000))}]}}}}", "10000 numbers for 2"),
            ("{" + Said + $",\"cap\":{{\"layers\":\"{new string('9', 10_000)}\"}}}}", "not a range"),
            ($$"""{{{Said}},"{{new string('x', 10_000)}}":1}""", "no such field"),
            ("{" + Said + "}{}", "not JSON"),
            ("{" + Said + ",}", "not JSON"),
            ("{" + Said + ",\"maxTokens\":NaN}", "not JSON"),
        })
        {
            var (status, detail, _) = await Post(json);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains(said, detail, StringComparison.Ordinal);
            // A fault is a line, whatever was sent.
            Assert.InRange(detail!.Length, 1, 500);
        }
    }

    [Theory]
    [InlineData("application/json; charset=utf-16", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=iso-8859-1", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=\"UTF-8\"", null, HttpStatusCode.OK)]
    [InlineData("application/json", null, HttpStatusCode.OK)]
    [InlineData("text/json", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "gzip", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_in_another_encoding_is_not_called_broken(string type, string? encoding, HttpStatusCode status)
    {
        foreach (var path in new[] { "/api/generate", "/api/project", "/api/conversations" })
        {
            var json = path == "/api/conversations" ? """{"conversation":[{"role":"user","content":"x"}]}""" : "{" + Said + "}";
            using var body = new ByteArrayContent((type.Contains("utf-16", StringComparison.Ordinal) ? Encoding.Unicode : Encoding.UTF8).GetBytes(json));
            body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            if (encoding is not null) body.Headers.ContentEncoding.Add(encoding);
            using var answer = await host.Client.PostAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
            Assert.Equal((path, status), (path, answer.StatusCode == HttpStatusCode.Created ? HttpStatusCode.OK : answer.StatusCode));
            if (!answer.IsSuccessStatusCode) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    private async Task<(HttpStatusCode Status, string? Detail, string? Field)> Post(string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await host.Client.PostAsync(new Uri("/api/generate", UriKind.Relative), body, TestContext.Current.CancellationToken);
        if (answer.IsSuccessStatusCode) return (answer.StatusCode, null, null);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        return (answer.StatusCode, problem.GetProperty("detail").GetString(), problem.TryGetProperty("field", out var field) ? field.GetString() : null);
    }
}
