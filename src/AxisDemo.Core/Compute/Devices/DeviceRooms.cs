namespace AxisDemo.Compute;

/// <summary>
/// How much each device can give, at most, and what the models of this process hold of it.
/// </summary>
/// <param name="read">Asks a driver; null: it does not say.</param>
internal sealed class DeviceRooms(Func<string, DeviceReading?> read)
{
    private readonly Dictionary<string, long> held = new(StringComparer.Ordinal);

    /// <summary>Those of this process.</summary>
    public static DeviceRooms Shared { get; } = new(CudaDriver.Read);

    /// <summary>
    /// Bytes. What is free, as long as this process had nothing there; then all of it but what its models hold, because libtorch keeps
    /// what was freed and gives it out again, while to the driver it is taken. Null: not known.
    /// </summary>
    public long? Room(string device)
    {
        if (read(device) is not { } reading) return null;
        lock (held)
            return held.TryGetValue(device, out var ours) ? Math.Max(0, reading.Total - ours) : Math.Min(reading.Total, reading.Free ?? reading.Total);
    }

    /// <summary>Notes what is taken, or given back (below 0).</summary>
    public void Take(string device, long bytes)
    {
        lock (held) held[device] = held.GetValueOrDefault(device) + bytes;
    }
}

/// <summary>The memory of a device that an engine holds weights on.</summary>
public sealed class DeviceRoom : IDisposable
{
    private readonly DeviceRooms rooms;
    private long held;

    internal DeviceRoom(string name, DeviceRooms rooms) => (Name, this.rooms) = (name, rooms);

    /// <summary>The device: "cuda:0".</summary>
    public string Name { get; }

    /// <summary>The most that can still be had there, bytes, asked now; null: not known.</summary>
    public long? Bytes => rooms.Room(Name);

    /// <summary>Which of so many devices a block lies on: equal shares, in order; what stands for the head (block = blocks) goes with the last one.</summary>
    public static int IndexOf(int block, int blocks, int devices) => (int)Math.Min((long)Math.Max(block, 0) * devices / Math.Max(blocks, 1), devices - 1);

    /// <summary>Counts these bytes as taken until this is disposed: other models find that much less.</summary>
    public void Hold(long bytes)
    {
        Interlocked.Add(ref held, bytes);
        rooms.Take(Name, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref held, 0) is var bytes and not 0) rooms.Take(Name, -bytes);
    }
}
