using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;

namespace AxisDemo.Tests.Web;

/// <summary>Tells when a host is through with those who left before their answer's end, and has taken back what it had given them.</summary>
internal sealed class Leavers : IStartupFilter, IHubFilter
{
    private readonly Channel<string> gone = Channel.CreateUnbounded<string>();

    /// <summary>Waits for one who has left.</summary>
    /// <param name="asked">What was asked: a path of REST, or a method of the hub.</param>
    public Task Gone(string asked) => FromAsync(asked).OrFail($"The host is still at work for one who has left {asked}.");

    /// <summary>Forgets those who left before, when the host is shared.</summary>
    public void Forget()
    {
        while (gone.Reader.TryRead(out _))
        {
        }
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, rest) =>
        {
            // The server calls last what was registered first: the places are free by then.
            http.Response.OnCompleted(() =>
            {
                if (http.RequestAborted.IsCancellationRequested) gone.Writer.TryWrite(http.Request.Path);
                return Task.CompletedTask;
            });
            return rest(http);
        });
        next(app);
    };

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var result = await next(invocationContext);
        return result is IAsyncEnumerable<JsonElement> events ? Watch(invocationContext.HubMethodName, events) : result;
    }

    private async Task FromAsync(string asked)
    {
        while (await gone.Reader.ReadAsync(TestContext.Current.CancellationToken) != asked)
        {
        }
    }

    private async IAsyncEnumerable<JsonElement> Watch(string method, IAsyncEnumerable<JsonElement> events, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var ended = false;
        try
        {
            await foreach (var happened in events.WithCancellation(cancellation)) yield return happened;
            ended = true;
        }
        finally
        {
            if (!ended) gone.Writer.TryWrite(method);
        }
    }
}
