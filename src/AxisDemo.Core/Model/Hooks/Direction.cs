using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// An immutable vector in the residual stream (an axis at one layer, a steering vector): its values and its unit vector.
/// Compared by content, so that caches may be keyed by it.
/// </summary>
public sealed class Direction : IEquatable<Direction>
{
    private readonly float[] values;
    private readonly float[] unit;

    /// <summary>Copies the values. A vector with a value that is not finite, or of length zero, is refused.</summary>
    public Direction(string name, ReadOnlySpan<float> values)
    {
        Name = name;
        this.values = values.ToArray();
        double squares = 0;
        foreach (var value in values)
        {
            if (!float.IsFinite(value)) throw new InputException(name, "vector", "it holds a value that is not a number.");
            squares += (double)value * value;
        }

        Norm = Math.Sqrt(squares);
        if (Norm == 0) throw new InputException(name, "vector", "its length is zero, so it points nowhere.");
        unit = new float[values.Length];
        for (var i = 0; i < unit.Length; i++) unit[i] = (float)(values[i] / Norm);
        Key = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values)).AsSpan(0, 16));
    }

    /// <summary>What it is called in events and errors.</summary>
    public string Name { get; }

    /// <summary>Width d.</summary>
    public int Length => values.Length;

    /// <summary>Euclidean length of the values.</summary>
    public double Norm { get; }

    /// <summary>The values as given, [d].</summary>
    public ReadOnlySpan<float> Values => values;

    /// <summary>values / |values|, [d].</summary>
    public ReadOnlySpan<float> Unit => unit;

    /// <summary>A hash of the content.</summary>
    public string Key { get; }

    /// <summary>The projection of an activation: h · unit.</summary>
    public float Project(ReadOnlySpan<float> activation) => TensorPrimitives.Dot(activation, unit);

    /// <inheritdoc/>
    public bool Equals(Direction? other) => other is not null && other.Key == Key && other.Length == Length;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Direction);

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
