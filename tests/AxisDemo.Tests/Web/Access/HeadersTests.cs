using System.Net;
using AxisDemo.Web.Serving;

namespace AxisDemo.Tests.Web.Access;

public sealed class HeadersTests : IDisposable
{
    private readonly TestHost host = new(null, ("Access:TrustedProxies:0", "127.0.0.0/8"), ("Access:TrustedProxies:1", "::1"));
    private readonly HttpClient client;

    public HeadersTests()
    {
        host.StartServer();
        client = new HttpClient { BaseAddress = host.Address };
    }

    public void Dispose()
    {
        client.Dispose();
        host.Dispose();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/css/app.css")]
    [InlineData("/health/live")]
    [InlineData("/nothing")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("camera=()", Assert.Single(answer.Headers.GetValues("Permissions-Policy")), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/css/app.css")]
    [InlineData("/health/ready")]
    public async Task HEAD_is_answered_like_GET_without_a_body(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_trusted_proxy_says_that_the_visitor_came_by_https()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.All(answer.Headers.GetValues("Set-Cookie").Where(c => c.StartsWith("axisdemo", StringComparison.Ordinal)), c => Assert.Contains("secure", c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ready_says_whether_a_model_answers_and_live_does_not_ask()
    {
        foreach (var (state, ready, said) in new (ModelState, HttpStatusCode, string)[]
        {
            (new(null, "Loading the model, 40 %", null), HttpStatusCode.ServiceUnavailable, "loading\",\"detail\":\"Loading the model, 40 %"),
            (new(null, null, "none.gguf: there is no such file."), HttpStatusCode.ServiceUnavailable, "failed\",\"detail\":\"none.gguf: there is no such file."),
            (new(new ReadyModel(host.Generator, null, ""), null, null), HttpStatusCode.OK, "ready"),
        })
        {
            host.Generator.Become(state);
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(ready, answer.StatusCode);
            Assert.Contains(said, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }
    }
}
