using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using AxisDemo.Serving;
using AxisDemo.Web.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Api;

public sealed class RestTests : IDisposable
{
    private const string Hello = """{"messages":[{"role":"user","content":"Hello"}]}""";
    private readonly TestHost host = new(null, ("Limits:AnswersPerMinute", "9"), ("Limits:AnswersAtOnce", "2"));
    private readonly HttpClient client;

    public RestTests()
    {
        host.StartServer();
        client = new HttpClient { BaseAddress = host.Address };
    }

    public void Dispose()
    {
        client.Dispose();
        host.Dispose();
    }

    [Fact]
    public async Task Generate_streams_the_events_of_hub_and_command_line()
    {
        using var answer = await Post("/api/generate", """{"messages":[{"role":"user","content":"Hello"}],"read":true}""");

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(ScriptedGenerator.Say("Hello", " there", ".").Select(e => e.ToJson()), await Events(answer));
        Assert.Equal(("9", "8"), (answer.Headers.GetValues(RateHeaders.Limit).Single(), answer.Headers.GetValues(RateHeaders.Remaining).Single()));
    }

    [Fact]
    public async Task Each_event_is_sent_when_it_happens_and_leaving_ends_the_work()
    {
        host.Generator.Hold = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/generate") { Content = Json(Hello) };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var seen = new List<string>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(stop.Token)).EnumerateAsync(stop.Token))
            {
                seen.Add(item.Data);
                // The last event is held back: all before it have arrived.
                if (seen.Count == 5) await stop.CancelAsync();
            }
        });

        Assert.Equal(5, seen.Count);
        answer.Dispose();
        await host.Leavers.Gone("/api/generate");
        // Its place is free again: two more may run, and a third may not.
        var running = new[] { Post("/api/generate", Hello), Post("/api/generate", Hello) };
        await host.Generator.UntilAsked(3);
        using var third = await Post("/api/generate", Hello);
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        host.Generator.Hold.SetResult();
        foreach (var one in running) Assert.Equal(HttpStatusCode.OK, (await one).StatusCode);
    }

    [Fact]
    public async Task An_empty_count_is_refused_with_the_time_to_wait()
    {
        using var strict = new TestHost(host.Generator, ("Limits:AnswersPerMinute", "1"));
        strict.StartServer();
        strict.Services.GetRequiredService<RateLimits>().TryTake("127.0.0.1");
        using var visitor = new HttpClient { BaseAddress = strict.Address };

        using var answer = await visitor.PostAsync(new Uri("/api/generate", UriKind.Relative), Json(Hello), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal("0", answer.Headers.GetValues(RateHeaders.Remaining).Single());
        Assert.Equal(TimeSpan.FromMinutes(1), answer.Headers.RetryAfter!.Delta);
        Assert.Contains("1 a minute are possible", await Detail(answer), StringComparison.Ordinal);
        Assert.Equal("""{"limit":1,"remaining":0}""", await visitor.GetStringAsync(new Uri("/api/limits", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Empty(host.Generator.Requests);
    }

    [Fact]
    public async Task A_host_without_its_model_says_so_and_that_it_may_come()
    {
        host.Generator.Become(new ModelState(null, "Loading the model, 40 %", null));

        using var answer = await Post("/api/generate", Hello);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("still being loaded", await Detail(answer), StringComparison.Ordinal);
        Assert.Equal("[]", await client.GetStringAsync(new Uri("/api/models", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Models_and_axes_are_listed_with_the_names_that_requests_use()
    {
        var model = Assert.Single((await client.GetFromJsonAsync<JsonElement[]>("/api/models", TestContext.Current.CancellationToken))!);
        var axis = Assert.Single((await client.GetFromJsonAsync<JsonElement[]>("/api/axes", TestContext.Current.CancellationToken))!);

        Assert.Equal(("scripted", true, 4), (model.GetProperty("id").GetString(), model.GetProperty("current").GetBoolean(), model.GetProperty("layers").GetInt32()));
        Assert.Equal(0, model.GetProperty("warnings").GetArrayLength());
        Assert.Equal(model.GetProperty("axes")[0].GetString(), axis.GetProperty("id").GetString());
        Assert.Equal(("scripted", 2, "1:3", "p75"), (axis.GetProperty("model").GetString(), axis.GetProperty("displayLayer").GetInt32(), axis.GetProperty("cap").GetProperty("layers").GetString(), axis.GetProperty("cap").GetProperty("threshold").GetString()));
        Assert.Equal("vampire", axis.GetProperty("roles")[1].GetProperty("role").GetString());
        using var named = await Post("/api/generate", """{"model":"scripted","messages":[{"role":"user","content":"Hello"}]}""");
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
    }

    [Fact]
    public async Task A_byte_order_mark_before_the_body_says_nothing()
    {
        using var answer = await Post("/api/generate", "\uFEFF" + Hello.Replace("}]}", "}],\"read\":true}", StringComparison.Ordinal));
        Assert.Equal(ScriptedGenerator.Say("Hello", " there", ".").Select(e => e.ToJson()), await Events(answer));
        using var body = new StringContent(Hello, Encoding.Unicode, "application/json");
        using var refused = await client.PostAsync(new Uri("/api/generate", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
        Assert.Contains("UTF-8", await Detail(refused), StringComparison.Ordinal);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task<HttpResponseMessage> Post(string path, string body) => await client.PostAsync(new Uri(path, UriKind.Relative), Json(body), TestContext.Current.CancellationToken);

    private static async Task<List<string>> Events(HttpResponseMessage answer)
    {
        var events = new List<string>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken)) events.Add(item.Data);
        return events;
    }

    private static async Task<JsonElement> Problem(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private static async Task<string> Detail(HttpResponseMessage answer) => (await Problem(answer)).GetProperty("detail").GetString()!;
}
