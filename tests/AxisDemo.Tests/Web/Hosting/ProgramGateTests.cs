using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using AxisDemo.Web.Api;

namespace AxisDemo.Tests.Web.Hosting;

public sealed class ProgramGateTests(ProgramGateTests.KeyedHost keyed) : IClassFixture<ProgramGateTests.KeyedHost>
{
    private const string Key = "correct-horse-battery";
    private static readonly string Negotiate = GenerationHub.Path + "/negotiate?negotiateVersion=1";

    public sealed class KeyedHost() : SharedHost(("Access:ApiKey", Key));

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("X-Api-Key", "correct-horse-batterz", HttpStatusCode.Unauthorized)]
    [InlineData("X-Api-Key", "", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Basic correct-horse-battery", HttpStatusCode.Unauthorized)]
    [InlineData("X-Api-Key", Key, HttpStatusCode.OK)]
    [InlineData("Authorization", "Bearer correct-horse-battery", HttpStatusCode.OK)]
    public async Task With_a_key_set_the_hub_asks_for_it(string? header, string? value, HttpStatusCode status)
    {
        using var answer = await Send(keyed.Host, HttpMethod.Post, Negotiate, header, value);

        Assert.Equal(status, answer.StatusCode);
        if (status == HttpStatusCode.OK) return;
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Contains("X-Api-Key", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_WebSocket_may_bring_the_key_in_its_address_and_nothing_else_may()
    {
        using var socket = await Open(keyed.Host, $"{GenerationHub.Path}?access_token={Key}");
        Assert.Equal(WebSocketState.Open, socket.State);

        await Assert.ThrowsAsync<WebSocketException>(() => Open(keyed.Host, GenerationHub.Path));
        using var answer = await Send(keyed.Host, HttpMethod.Post, $"{Negotiate}&access_token={Key}");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task The_page_and_the_probes_ask_for_no_key()
    {
        foreach (var path in new[] { "/", "/health/live", "/health/ready" })
        {
            using var answer = await Send(keyed.Host, HttpMethod.Get, path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Pages_of_other_origins_are_turned_away_unless_they_are_listed()
    {
        using var host = Host(("Access:AllowedOrigins:0", "https://lab.example"));

        foreach (var (origin, expected) in new[] { ("https://evil.example", HttpStatusCode.Forbidden), ("null", HttpStatusCode.Forbidden), ("https://lab.example", HttpStatusCode.OK), (Own(host), HttpStatusCode.OK) })
        {
            using var answer = await Send(host, HttpMethod.Post, Negotiate, "Origin", origin);
            Assert.Equal(expected, answer.StatusCode);
            Assert.Equal(origin == "https://lab.example", answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => Open(host, GenerationHub.Path, "https://evil.example"));
        using var socket = await Open(host, GenerationHub.Path, "https://lab.example");
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task A_preflight_is_answered_without_the_key_and_allows_only_what_is_listed()
    {
        using var host = Host(("Access:ApiKey", Key), ("Access:AllowedOrigins:0", "https://lab.example"));
        foreach (var origin in new[] { "https://lab.example", "https://evil.example" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(host.Address, Negotiate));
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "x-api-key");
            using var client = new HttpClient();
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Equal(origin == "https://lab.example", answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    private static TestHost Host(params (string, string)[] settings)
    {
        var host = new TestHost(null, settings);
        host.StartServer();
        return host;
    }

    private static string Own(TestHost host) => host.Address.GetLeftPart(UriPartial.Authority);

    private static async Task<HttpResponseMessage> Send(TestHost host, HttpMethod method, string path, string? header = null, string? value = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(host.Address, path));
        if (header is not null) request.Headers.TryAddWithoutValidation(header, value);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<ClientWebSocket> Open(TestHost host, string path, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new UriBuilder(new Uri(host.Address, path)) { Scheme = "ws" }.Uri, TestContext.Current.CancellationToken);
        return socket;
    }
}
