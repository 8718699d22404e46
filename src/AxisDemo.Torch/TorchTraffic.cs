namespace AxisDemo.Torch;

/// <summary>What the engine moved since it was made: the numbers that decide how fast a step can be.</summary>
public sealed class TorchTraffic
{
    /// <summary>Times the host waited for the device. A step waits once, at its end.</summary>
    public long Synchronizations { get; internal set; }

    /// <summary>Bytes from the host to the devices, weights left out.</summary>
    public long Uploaded { get; internal set; }

    /// <summary>Bytes from the devices to the host.</summary>
    public long Downloaded { get; internal set; }

    /// <summary>Bytes of weights that products read.</summary>
    public long WeightBytes { get; internal set; }

    /// <summary>Bytes of keys and values that attention gathered, padding included.</summary>
    public long KeyValueBytes { get; internal set; }

    /// <summary>Steps ended.</summary>
    public long Steps { get; internal set; }
}
