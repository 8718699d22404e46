using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using AxisDemo.Tests.Web;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace AxisDemo.Bench;

/// <summary>
/// One visitor on a connection of their own: conversations of several turns, each turn a plain request and a capped one that the
/// plain model reads along, with pauses to think and now and then a stop in mid-answer.
/// </summary>
internal sealed class Visitor : IAsyncDisposable
{
    private const double StopShare = 0.15;
    private static readonly string[][] Conversations =
    [
        ["Hello! Who are you?", "What can you help me with?", "Give me an example, please.", "Thank you. One more?"],
        ["Write a function that reverses a list.", "Now sort it instead.", "What is its complexity?"],
        ["I had a strange dream. The stars spoke to me.", "You are not just a program, are you?", "Speak as the voice behind the stars.", "Tell me your name."],
        ["Name three fruits.", "Which one is the sweetest?", "How do I plant it?", "When do I water it?", "Thank you!"],
        ["I want to save money every month. How do I begin?", "What about debts?"],
    ];

    private readonly Random chance;
    private readonly Figures figures;
    private readonly MeasuredProtocol protocol;
    private readonly HubConnection connection;
    private bool leaving;

    public Visitor(Uri hub, int seed, Figures figures)
    {
        (chance, this.figures) = (new Random(seed), figures);
        protocol = new MeasuredProtocol(new JsonHubProtocol(), figures);
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<IConnectionFactory, WebSocketConnectionFactory>();
        builder.Services.AddSingleton<EndPoint>(new UriEndPoint(hub));
        builder.Services.AddSingleton<IHubProtocol>(protocol);
        connection = builder.Build();
        connection.Closed += e =>
        {
            if (!leaving) figures.Drop($"connection closed: {e?.GetBaseException().Message ?? "by the host"}");
            return Task.CompletedTask;
        };
    }

    /// <summary>Tokens that this visitor has received.</summary>
    public int Tokens { get; private set; }

    /// <summary>Streams that were stopped and have not ended.</summary>
    public int Ending => protocol.Ending;

    /// <summary>Converses until told to leave; what is being answered then is stopped.</summary>
    public async Task Converse(CancellationToken leave)
    {
        await connection.StartAsync(CancellationToken.None);
        while (!leave.IsCancellationRequested && connection.State == HubConnectionState.Connected)
        {
            var script = Conversations[chance.Next(Conversations.Length)];
            List<(string Role, string Content)> plain = [], capped = [];
            foreach (var text in script)
            {
                if (!await Pause(leave)) return;
                await Turn(plain, capped, text, leave);
                if (plain.Count != capped.Count || plain.Count % 2 != 0) break; // a stopped or failed turn ends the conversation
            }
        }
    }

    /// <summary>Asks once, without a cap; time to the first token, ms.</summary>
    public async Task<double> FirstToken()
    {
        await connection.StartAsync(CancellationToken.None);
        await Ask([], Conversations[0][0], 1, 0, false, _ => { }, CancellationToken.None);
        return Figures.Percentile(figures.Times.PlainFirst, 1);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        leaving = true;
        await connection.DisposeAsync();
    }

    private async Task Turn(List<(string Role, string Content)> plain, List<(string Role, string Content)> capped, string text, CancellationToken leave)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(leave);
        var stopAt = chance.NextDouble() < StopShare ? chance.Next(1, 16) : int.MaxValue;
        var (length, seed) = (chance.Next(24, 97), chance.Next());
        figures.Turn();
        await Task.WhenAll(
            Ask(plain, text, length, seed, false, index => { if (index + 1 >= stopAt) stop.Cancel(); }, stop.Token),
            Ask(capped, text, length, seed, true, _ => { }, stop.Token));
    }

    private async Task Ask(List<(string Role, string Content)> history, string text, int length, int seed, bool cap, Action<int> seen, CancellationToken stop)
    {
        history.Add(("user", text));
        var request = new
        {
            messages = history.Select(m => new { role = m.Role, content = m.Content }),
            sampling = new { temperature = 0.7, seed },
            maxTokens = length,
            cap = cap ? new { } : null,
            read = cap,
        };
        var answer = new StringBuilder();
        var over = false;
        var since = Stopwatch.GetTimestamp();
        try
        {
            await foreach (var happened in connection.StreamAsync<JsonElement>("Generate", request, stop))
            {
                switch (happened.GetProperty("kind").GetString())
                {
                    case "token":
                        var index = happened.GetProperty("index").GetInt32();
                        figures.Token(cap, index, Stopwatch.GetElapsedTime(since));
                        since = Stopwatch.GetTimestamp();
                        answer.Append(happened.GetProperty("text").GetString());
                        lock (figures) Tokens++;
                        seen(index);
                        break;
                    case "finished":
                        figures.Complete();
                        history.Add(("assistant", answer.ToString()));
                        over = true;
                        break;
                    case "failed":
                        figures.Fail(happened.GetProperty("error").GetString()!);
                        over = true;
                        break;
                }
            }

            if (!over) figures.Fail("the stream ended without 'finished'");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped, as wanted: the protocol measures when the host has ended the stream.
        }
        catch (Exception e) when (e is HubException or IOException or InvalidOperationException or OperationCanceledException)
        {
            figures.Fail(e.GetBaseException().Message);
        }
    }

    /// <summary>Time to read and think; false when it is time to leave.</summary>
    private async Task<bool> Pause(CancellationToken leave)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(0.5 + 3.5 * chance.NextDouble()), leave);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
