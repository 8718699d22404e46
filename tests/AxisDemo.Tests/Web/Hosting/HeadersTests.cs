using System.Net;
using AxisDemo.Web.Api;
using AxisDemo.Web.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Hosting;

public sealed class HeadersTests(HeadersTests.ProxiedHost proxied) : IClassFixture<HeadersTests.ProxiedHost>
{
    private readonly TestHost host = proxied.Host;
    private readonly HttpClient client = proxied.Client;

    public sealed class ProxiedHost() : SharedHost(("Limits:AnswersPerMinute", "1"), ("Access:TrustedProxies:0", "127.0.0.0/8"), ("Access:TrustedProxies:1", "::1"));

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
    public async Task A_probe_of_nobody_fails()
    {
        var gone = new TestHost();
        gone.StartServer();
        var address = gone.Address.ToString();
        gone.Dispose();

        Assert.Equal(1, await Health.ProbeAsync(address));
        Assert.Equal(1, await Health.ProbeAsync("no address"));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_each_visitor_has_a_count_and_from_others_the_header_is_nothing()
    {
        using var open = new TestHost(null, ("Limits:AnswersPerMinute", "1"));
        open.StartServer();
        host.Services.GetRequiredService<RateLimits>().TryTake("203.0.113.5");
        open.Services.GetRequiredService<RateLimits>().TryTake("203.0.113.5");

        Assert.Equal("""{"limit":1,"remaining":0}""", await Limits(client, "203.0.113.5"));
        Assert.Equal("""{"limit":1,"remaining":1}""", await Limits(client, "203.0.113.6"));
        using var direct = new HttpClient { BaseAddress = open.Address };
        Assert.Equal("""{"limit":1,"remaining":1}""", await Limits(direct, "203.0.113.5"));
    }

    private static async Task<string> Limits(HttpClient client, string visitor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/limits");
        request.Headers.Add("X-Forwarded-For", visitor);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
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
            Assert.Equal(ready == HttpStatusCode.OK ? 0 : 1, await Health.ProbeAsync(new Uri(host.Address, "/health/ready").ToString()));
            using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }
    }
}
