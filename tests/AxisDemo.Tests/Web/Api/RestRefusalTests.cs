using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace AxisDemo.Tests.Web.Api;

/// <summary>What REST says to a request that it does not take.</summary>
public sealed class RestRefusalTests(RestRefusalTests.SmallHost small) : IClassFixture<RestRefusalTests.SmallHost>
{
    public sealed class SmallHost() : SharedHost(("Limits:AnswersPerMinute", "1000000"), ("Limits:MaxTokens", "64"), ("Limits:MessageCharacters", "100"), ("Limits:Messages", "4"));

    [Theory]
    [InlineData("/api/generate", "", HttpStatusCode.BadRequest, null, "not JSON")]
    [InlineData("/api/generate", "null", HttpStatusCode.BadRequest, null, "there is none")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}]""", HttpStatusCode.BadRequest, null, "not JSON (line 1")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"maxTokens":65}""", HttpStatusCode.BadRequest, "maxTokens", "1 to 64")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"maxTokens":"5"}""", HttpStatusCode.BadRequest, "maxTokens", "not a whole number")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"wacht":[]}""", HttpStatusCode.BadRequest, "wacht", "no such field")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"model":"other"}""", HttpStatusCode.BadRequest, "model", "'other' is not in memory. In memory: scripted.")]
    [InlineData("/api/project", """{"messages":[]}""", HttpStatusCode.BadRequest, "messages", "there are none")]
    [InlineData("/api/project", """{"messages":[{"role":"user","content":"x"}],"watch":"/etc/passwd"}""", HttpStatusCode.BadRequest, "watch", "not offered")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"watch":["nothing","@9"]}""", HttpStatusCode.BadRequest, "watch[0]", "not offered")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"interventions":[{"kind":"cap","axis":"nothing","layers":1,"threshold":0}]}""", HttpStatusCode.BadRequest, "interventions[0].axis", "not offered")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"cap":{"layers":"9:12","threshold":0}}""", HttpStatusCode.BadRequest, "cap.layers", "does not have these blocks")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"interventions":[{"kind":"cup","layers":1}]}""", HttpStatusCode.BadRequest, "interventions[0].kind", "'cup' is not known")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"interventions":[{"kind":"freeze","layers":1,"values":"axis#axis"}]}""", HttpStatusCode.BadRequest, "interventions[0].kind", "cannot be frozen here")]
    [InlineData("/api/generate", """{"messages":[{"role":"user","content":"x"}],"interventions":[{"kind":"zap"}]}""", HttpStatusCode.BadRequest, "interventions[0].kind", "mask_head or patch.")]
    public async Task What_is_wrong_is_said_in_one_shape(string path, string body, HttpStatusCode status, string? field, string said)
    {
        using var answer = await Post(path, body);
        var problem = await Problem(answer);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(field, problem.TryGetProperty("field", out var named) ? named.GetString() : null);
        Assert.Empty(small.Host.Generator.Requests);
    }

    [Fact]
    public async Task What_no_endpoint_answers_has_the_same_shape()
    {
        foreach (var (method, path) in new[] { ("GET", "/api/nothing"), ("PUT", "/api/models"), ("POST", "/api/limits") })
        {
            using var answer = await small.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);
            Assert.False(answer.IsSuccessStatusCode);
            Assert.Contains("/openapi/v1.json", await Detail(answer), StringComparison.Ordinal);
        }

        using var form = await small.Client.PostAsync(new Uri("/api/generate", UriKind.Relative), new StringContent("""{"messages":[{"role":"user","content":"Hello"}]}""", Encoding.UTF8, "text/plain"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Contains("Content-Type: application/json", await Detail(form), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_larger_than_any_request_is_not_read()
    {
        using var answer = await Post("/api/generate", $$"""{"messages":[{"role":"user","content":"{{new string('x', 40_000)}}"}]}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(413, (await Problem(answer)).GetProperty("status").GetInt32());
    }

    private async Task<HttpResponseMessage> Post(string path, string body)
    {
        using var json = new StringContent(body, Encoding.UTF8, "application/json");
        return await small.Client.PostAsync(new Uri(path, UriKind.Relative), json, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> Problem(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private static async Task<string> Detail(HttpResponseMessage answer) => (await Problem(answer)).GetProperty("detail").GetString()!;
}
