using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AxisDemo.Browser.Tests;

/// <summary>A way to a host that can be cut: passes bytes on between a port of its own and the host's.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> open = new();
    private readonly Task accepting;
    private volatile Uri target;
    private volatile bool closed;

    /// <summary>Leads to an address from now on.</summary>
    public CutProxy(string target)
    {
        this.target = new Uri(target);
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Where it listens.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>Ends every connection; new ones end at once until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        closed = true;
        foreach (var socket in open.Keys) socket.Close(0);
    }

    /// <summary>Lets new connections through again, to another host if one is given.</summary>
    public void Mend(string? to = null)
    {
        if (to is not null) target = new Uri(to);
        closed = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        Cut();
        await accepting;
    }

    private async Task Accept()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (closed) client.Close(0);
            else _ = Pass(client);
        }
    }

    private async Task Pass(Socket client)
    {
        using var host = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            open[client] = open[host] = 0;
            try
            {
                await host.ConnectAsync(IPAddress.Loopback, target.Port);
                await Task.WhenAny(Copy(client, host), Copy(host, client));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Cut while connecting.
            }

            open.TryRemove(client, out _);
            open.TryRemove(host, out _);
        }
    }

    private static async Task Copy(Socket from, Socket to)
    {
        var buffer = new byte[16384];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or one of both has gone.
        }
    }
}
