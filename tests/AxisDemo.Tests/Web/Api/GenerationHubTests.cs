using System.Diagnostics;
using System.Text.Json;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Api;
using AxisDemo.Web.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Tests.Web.Api;

public sealed class GenerationHubTests : IClassFixture<GenerationHubTests.SmallHost>
{
    private readonly TestHost host;

    public GenerationHubTests(SmallHost shared)
    {
        host = shared.Host;
        host.Generator.Requests.Clear();
        host.Generator.Hold = null;
        host.Leavers.Forget();
    }

    public sealed class SmallHost() : SharedHost(("Limits:RequestsPerConnection", "2"), ("Limits:MaxTokens", "64"), ("Limits:MessageCharacters", "100"), ("Limits:AnswersPerMinute", "1000000"));

    [Fact]
    public async Task Events_are_the_command_lines_own()
    {
        var events = await Ask(new { messages = new[] { new { role = "user", content = "Hello" } }, read = true });

        Assert.Equal(ScriptedGenerator.Say("Hello", " there", ".").Select(e => e.ToJson()), events.Select(e => e.GetRawText()));
        var request = Assert.Single(host.Generator.Requests);
        Assert.True(request.Read);
        Assert.Equal(2, Assert.Single(request.Watch).Layer);
        Assert.Contains("Hello", host.Generator.Tokenizer.Decode([.. request.Prompt]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sampling_and_length_reach_the_engine()
    {
        await Ask(new { messages = new[] { new { role = "user", content = "Hello" } }, maxTokens = 7, sampling = new { temperature = 0.3, seed = 12 }, watch = Array.Empty<string>() });

        var request = Assert.Single(host.Generator.Requests);
        Assert.Equal((7, 0.3f, ConversationSeed.OfTurn(12, 0), 0.9f), (request.MaxTokens, request.Sampling.Temperature, request.Sampling.Seed, request.Sampling.TopP));
        Assert.Empty(request.Watch);
    }

    [Theory]
    [InlineData("12", 12ul)]
    [InlineData("\"12\"", 12ul)]
    [InlineData("9007199254740993", 9007199254740993ul)]
    [InlineData("\"9007199254740993\"", 9007199254740993ul)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("\"18446744073709551615\"", ulong.MaxValue)]
    public async Task A_seed_is_a_number_or_the_same_in_quotes_and_each_turn_has_its_own(string json, ulong seed)
    {
        const string First = """{"role":"user","content":"Hello"}""", Second = First + """,{"role":"assistant","content":"Hi"},{"role":"user","content":"Go on"}""";
        foreach (var (messages, sampling) in new[] { (First, "seed"), (Second, "seed"), (Second, "answerSeed") })
            Assert.DoesNotContain(await Ask(JsonDocument.Parse($$"""{"messages":[{{messages}}],"sampling":{"{{sampling}}":{{json}} } }""").RootElement), e => e.GetProperty("kind").GetString() == "failed");
        Assert.Equal([ConversationSeed.OfTurn(seed, 0), ConversationSeed.OfTurn(seed, 1), seed], host.Generator.Requests.Select(r => r.Sampling.Seed));
    }

    [Theory]
    [InlineData("""{"seed":-1}""", "sampling.seed")]
    [InlineData("""{"seed":1.5}""", "sampling.seed")]
    [InlineData("""{"seed":"-1"}""", "sampling.seed")]
    [InlineData("""{"seed":"1e3"}""", "sampling.seed")]
    [InlineData("""{"seed":""}""", "sampling.seed")]
    [InlineData("""{"seed":18446744073709551616}""", "sampling.seed")]
    [InlineData("""{"seed":"18446744073709551616"}""", "sampling.seed")]
    [InlineData("""{"seed":1,"answerSeed":-2}""", "sampling.answerSeed")]
    public async Task What_is_no_seed_is_refused_by_its_name(string sampling, string field)
    {
        var failed = Assert.Single(await Ask(JsonDocument.Parse($$"""{"messages":[{"role":"user","content":"x"}],"sampling":{{sampling}}}""").RootElement));
        Assert.Contains(field, failed.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(host.Generator.Requests);
    }

    [Theory]
    [InlineData("""{}""", "messages")]
    [InlineData("""{"messages":[{"role":"assistant","content":"x"}]}""", "last one")]
    [InlineData("""{"messages":[{"role":"root","content":"x"}]}""", "messages[0]")]
    [InlineData("""{"messages":[{"role":"user"}]}""", "messages[0]")]
    [InlineData("""{"messages":[null]}""", "messages[0]")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"maxTokens":65}""", "1 to 64")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"interventions":[{"kind":"cap","axis":"/etc/passwd","layers":1,"threshold":0}]}""", "not offered")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"interventions":{}}""", "not a list")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"watch":["other.safetensors"]}""", "not offered")]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"model":"nothing"}""", "In memory: scripted.")]
    public async Task A_wrong_request_is_answered_by_its_fault_and_never_reaches_the_engine(string json, string said)
    {
        var events = await Ask(JsonDocument.Parse(json).RootElement);

        var only = Assert.Single(events);
        Assert.Equal("failed", only.GetProperty("kind").GetString());
        Assert.Contains(said, only.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(host.Generator.Requests);
    }

    [Fact]
    public async Task More_than_can_be_watched_or_changed_is_refused_by_name()
    {
        var messages = new[] { new { role = "user", content = "Hello" } };
        var watch = await Ask(new { messages, watch = Enumerable.Repeat("axis", 65) });
        var interventions = await Ask(new { messages, interventions = Enumerable.Repeat(new { kind = "cap", axis = "axis", layers = 1, threshold = 0 }, 65) });

        Assert.Contains("watch: there are 65; 64", Assert.Single(watch).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("interventions: there are 65; 64", Assert.Single(interventions).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"x"}],"maxToken":5}""", "maxToken: there is no such field.")]
    [InlineData("""{"messages":[{"role":"user","content":5}]}""", "messages[0].content: it is not what belongs there.")]
    [InlineData("""{"messages":"x"}""", "messages: it is not what belongs there.")]
    [InlineData("""[]""", "it is not what belongs there.")]
    public async Task A_field_that_is_not_known_or_of_the_wrong_kind_is_named(string json, string said)
    {
        var only = Assert.Single(await Ask(JsonDocument.Parse(json).RootElement));

        Assert.Contains(said, only.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(host.Generator.Requests);
    }

    [Fact]
    public async Task The_count_left_is_told_and_an_empty_one_refuses()
    {
        using var small = new TestHost(host.Generator, ("Limits:AnswersPerMinute", "2"));
        small.StartServer();
        await using var connection = await HubClient.Connect(small.Address);

        Assert.Equal("""{"limit":2,"remaining":2}""", (await connection.InvokeAsync<JsonElement>(nameof(GenerationHub.RateLimit), TestContext.Current.CancellationToken)).GetRawText());
        Assert.Equal("finished", (await Collect(connection))[^1].GetProperty("kind").GetString());
        Assert.Equal("finished", (await Collect(connection))[^1].GetProperty("kind").GetString());
        var refused = Assert.Single(await Collect(connection));

        Assert.Contains("2 a minute are possible. Try again in 30 s.", refused.GetProperty("error").GetString(), StringComparison.Ordinal);
        // The page and REST count the same visitor.
        Assert.Equal(0, small.Services.GetRequiredService<RateLimits>().Remaining("127.0.0.1"));
        small.Clock.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal("finished", (await Collect(connection))[^1].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task No_request_is_a_wrong_request()
    {
        var events = await Ask(JsonDocument.Parse("null").RootElement);

        Assert.Contains("there is none", Assert.Single(events).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_long_a_message_is_refused()
    {
        var events = await Ask(new { messages = new[] { new { role = "user", content = new string('x', 101) } } });

        Assert.Contains("100 are possible", Assert.Single(events).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_may_not_run_more_requests_than_the_options_say()
    {
        host.Generator.Hold = new TaskCompletionSource();
        await using var connection = await Connect();
        var held = new[] { Collect(connection), Collect(connection) };
        await host.Generator.UntilAsked(2);

        // One that is let in would be held as they are.
        var refused = await Collect(connection).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        host.Generator.Hold.SetResult();
        await Task.WhenAll(held);

        Assert.Contains("2 are possible", Assert.Single(refused).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.All(held, h => Assert.Equal("finished", h.Result[^1].GetProperty("kind").GetString()));
        Assert.Equal("finished", (await Collect(connection))[^1].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Ending_the_stream_takes_the_request_out_of_the_engine()
    {
        host.Generator.Hold = new TaskCompletionSource();
        await using var connection = await Connect();
        using var stop = new CancellationTokenSource();
        var ended = Assert.ThrowsAnyAsync<OperationCanceledException>(() => Collect(connection, null, stop.Token));
        await host.Generator.UntilAsked(1);

        await stop.CancelAsync();
        await ended;
        await host.Leavers.Gone(nameof(GenerationHub.Generate));

        // The place it took is free again: two more run at once.
        host.Generator.Hold = new TaskCompletionSource();
        var running = new[] { Collect(connection), Collect(connection) };
        await host.Generator.UntilAsked(3);
        host.Generator.Hold.SetResult();
        Assert.All(await Task.WhenAll(running), e => Assert.Equal("finished", e[^1].GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task A_JavaScript_client_receives_the_same_events()
    {
        var folder = Path.Combine(Repository.Root, "tests", "npm");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@microsoft", "signalr"))) Assert.Skip("The JavaScript client is not installed: npm ci in tests/npm.");
        var start = new ProcessStartInfo("node") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "hub.mjs", new Uri(host.Address, GenerationHub.Path).ToString(), """{"messages":[{"role":"user","content":"Hello"}],"read":true}""" }) start.ArgumentList.Add(argument);
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var lines = (await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(node.ExitCode == 0, await errors);
        Assert.Equal(ScriptedGenerator.Say("Hello", " there", ".").Select(e => e.ToJson()), lines);
    }

    private async Task<List<JsonElement>> Ask(object request)
    {
        await using var connection = await Connect();
        return await Collect(connection, request);
    }

    private static Task<List<JsonElement>> Collect(HubConnection connection, object? request = null, CancellationToken stop = default) =>
        connection.Generate(request ?? new { messages = new[] { new { role = "user", content = "Hello" } } }, stop);

    private Task<HubConnection> Connect() => HubClient.Connect(host.Address);
}
