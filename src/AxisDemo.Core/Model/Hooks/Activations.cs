using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>
/// Rows of one hook point of some run, by position: what a <see cref="Capture"/> brought, and what a patch puts into another run.
/// Immutable; compared by <see cref="Key"/>.
/// </summary>
public sealed class Activations
{
    private readonly float[] values;
    private readonly int[] positions;

    /// <summary>Takes rows over; the array must not change afterwards.</summary>
    /// <param name="name">What it is called in errors: the hook point, or <c>FILE#NAME</c>.</param>
    /// <param name="positions">Ascending, one for each row.</param>
    /// <param name="values">[positions, width], row-major. Attention patterns: width = heads * keys.</param>
    /// <exception cref="InputException">A value is not finite, or the rows do not fit the positions.</exception>
    public Activations(string name, IReadOnlyList<int> positions, float[] values)
    {
        (Name, this.positions, this.values) = (name, [.. positions], values);
        if (this.positions.Length == 0 || values.Length % this.positions.Length != 0) throw new InputException(name, "values", $"{values.Length} numbers are no rows of {this.positions.Length} positions.");
        for (var i = 1; i < this.positions.Length; i++)
            if (this.positions[i] <= this.positions[i - 1]) throw new InputException(name, "positions", "they are not in ascending order.");
        if (!System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(values)) throw new InputException(name, "values", "it holds a value that is not a number.");
        Width = values.Length / this.positions.Length;
        Key = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())).AsSpan(0, 16)) + ":" + Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(this.positions.AsSpan())).AsSpan(0, 8));
    }

    /// <summary>What it is called in errors.</summary>
    public string Name { get; }

    /// <summary>Numbers in a row.</summary>
    public int Width { get; }

    /// <summary>Ascending, one for each row.</summary>
    public IReadOnlyList<int> Positions => positions;

    /// <summary>All rows, [positions, width].</summary>
    public ReadOnlySpan<float> Values => values;

    /// <summary>A hash of the content.</summary>
    public string Key { get; }

    /// <summary>Whether a position has a row.</summary>
    public bool Has(int position) => System.Array.BinarySearch(positions, position) >= 0;

    /// <summary>The row of a position that has one.</summary>
    public ReadOnlySpan<float> Row(int position) => values.AsSpan(Offset(position), Width);

    /// <summary>Where a position's row begins in <see cref="Array"/>.</summary>
    internal int Offset(int position)
    {
        var row = System.Array.BinarySearch(positions, position);
        return row >= 0 ? row * Width : throw new ArgumentOutOfRangeException(nameof(position), position, $"{Name} has no row of this position.");
    }

    internal float[] Array => values;
}
