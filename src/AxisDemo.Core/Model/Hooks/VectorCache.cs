using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AxisDemo.Compute;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// The engine's copies of directions, by content: requests of one axis share them. Compiled requests hold them, so all are dropped
/// together, when there are too many and no request is running.
/// </summary>
/// <param name="ops">The engine.</param>
/// <param name="limit">Vectors kept.</param>
public sealed class VectorCache(ITensorOps ops, int limit = 4096) : IDisposable
{
    private readonly Dictionary<(string Key, bool Unit), IVector> vectors = [];

    /// <summary>The engine's copy of the unit vector.</summary>
    public IVector Unit(Direction direction) => Get((direction.Key, true), direction.Unit);

    /// <summary>The engine's copy of the values.</summary>
    public IVector Values(Direction direction) => Get((direction.Key, false), direction.Values);

    /// <summary>The engine's copy of a vector that is no direction: a head's mean, or zeros.</summary>
    public IVector Raw(ReadOnlySpan<float> values) => Get((Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values)).AsSpan(0, 16)), false), values);

    /// <summary>Drops everything when there are too many; called when no sequence is running.</summary>
    public void Trim()
    {
        if (vectors.Count <= limit) return;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var vector in vectors.Values) vector.Dispose();
        vectors.Clear();
    }

    private IVector Get((string, bool) key, ReadOnlySpan<float> values)
    {
        if (!vectors.TryGetValue(key, out var vector)) vectors[key] = vector = ops.Vector(values);
        return vector;
    }
}
