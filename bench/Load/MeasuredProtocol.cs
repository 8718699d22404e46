using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace AxisDemo.Bench;

/// <summary>
/// The hub's JSON protocol with a stopwatch: how long the host takes to end a stream after it was told to, which the client itself
/// does not wait for, and how many bytes arrive.
/// </summary>
internal sealed class MeasuredProtocol(IHubProtocol inner, Figures figures) : IHubProtocol
{
    // Streams that run, with the time they were told to end at; 0 before that. Who is told late, after the end, is not waited for.
    private readonly ConcurrentDictionary<string, long> running = new();

    public string Name => inner.Name;
    public int Version => inner.Version;
    public TransferFormat TransferFormat => inner.TransferFormat;

    /// <summary>Streams that were told to end and have not.</summary>
    public int Ending => running.Values.Count(since => since > 0);

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => HubProtocolExtensions.GetMessageBytes(this, message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        if (message is StreamInvocationMessage { InvocationId: { } begun }) running[begun] = 0;
        if (message is CancelInvocationMessage { InvocationId: { } id }) running.TryUpdate(id, Stopwatch.GetTimestamp(), 0);
        inner.WriteMessage(message, output);
    }

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var before = input.Length;
        if (!inner.TryParseMessage(ref input, binder, out message)) return false;
        if (message is StreamItemMessage) figures.Event(before - input.Length);
        if (message is CompletionMessage { InvocationId: { } id } && running.TryRemove(id, out var since) && since > 0) figures.Stopped(Stopwatch.GetElapsedTime(since));
        return true;
    }
}
