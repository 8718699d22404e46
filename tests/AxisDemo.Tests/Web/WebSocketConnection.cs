using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace AxisDemo.Tests.Web;

/// <summary>Opens SignalR connections over WebSockets: the transport that the client's core package leaves to others.</summary>
internal sealed class WebSocketConnectionFactory : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var address = new UriBuilder(((UriEndPoint)endpoint).Uri) { Scheme = "ws" }.Uri;
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(address, cancellationToken);
        return new WebSocketConnection(socket);
    }
}

/// <summary>A connection whose two pipes are pumped from and to a WebSocket.</summary>
internal sealed class WebSocketConnection : ConnectionContext
{
    private readonly WebSocket socket;
    private readonly CancellationTokenSource closed = new();
    private readonly Task pumps;

    public WebSocketConnection(WebSocket socket)
    {
        this.socket = socket;
        var (incoming, outgoing) = (new Pipe(), new Pipe());
        Transport = new Duplex(incoming.Reader, outgoing.Writer);
        pumps = Task.WhenAll(Receive(incoming.Writer), Send(outgoing.Reader));
    }

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");
    public override IFeatureCollection Features { get; } = new FeatureCollection();
    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
    public override IDuplexPipe Transport { get; set; }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Output.CompleteAsync();
        await Transport.Input.CompleteAsync();
        await closed.CancelAsync();
        await pumps;
        socket.Dispose();
        closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task Receive(PipeWriter writer)
    {
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(writer.GetMemory(4096), closed.Token);
                if (result.MessageType == WebSocketMessageType.Close) break;
                writer.Advance(result.Count);
                if ((await writer.FlushAsync(closed.Token)).IsCompleted) break;
            }

            await writer.CompleteAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            await writer.CompleteAsync(e is OperationCanceledException ? null : e);
        }
    }

    private async Task Send(PipeReader reader)
    {
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync();
                foreach (var part in result.Buffer) await socket.SendAsync(part, WebSocketMessageType.Text, true, CancellationToken.None);
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) break;
            }

            await reader.CompleteAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // A receive that is cancelled aborts the whole socket: what was still being sent then ends with it.
            await reader.CompleteAsync(e is OperationCanceledException ? null : e);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
