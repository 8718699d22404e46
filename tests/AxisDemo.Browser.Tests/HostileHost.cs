using AxisDemo.Running;

namespace AxisDemo.Browser.Tests;

/// <summary>A host whose model and axis are hostile, started when the first test asks for it.</summary>
public sealed class HostileHost : IAsyncDisposable
{
    private readonly HostileModel model = new();
    private readonly Lazy<Task<HostProcess>> host;

    /// <summary>Starts nothing yet.</summary>
    public HostileHost() => host = new(Start);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (host.IsValueCreated) await (await host.Value).DisposeAsync();
        model.Dispose();
    }

    internal Task<HostProcess> Host() => host.Value;

    private async Task<HostProcess> Start()
    {
        var started = await HostProcess.Start([.. RunningApp.Unlimited, $"Engine:Model={model.Model}"]);
        if (!await started.Settled()) throw new InvalidOperationException(string.Join('\n', started.Log));
        return started;
    }
}
