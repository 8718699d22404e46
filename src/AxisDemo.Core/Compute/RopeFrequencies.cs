namespace AxisDemo.Compute;

/// <summary>
/// Rotary position embedding of a layer: angle(position, c) = position * inverse[c], as float32 product, for the rotary/2 pairs of a head.
/// Scaling (llama3, linear) is already in the numbers.
/// </summary>
/// <param name="inverse">Inverse frequencies, one per pair.</param>
public sealed class RopeFrequencies(float[] inverse)
{
    private float[] cosSin = [];
    private int positions;

    /// <summary>Inverse frequencies, one per pair; twice their number of channels of each head are rotated, the rest is left alone.</summary>
    public IReadOnlyList<float> Inverse => inverse;

    /// <summary>cos then sin of all pairs at a position: [2, pairs]. The table grows as positions are reached; one thread grows it (<see cref="Ensure"/>), any number read.</summary>
    public ReadOnlySpan<float> At(int position) => cosSin.AsSpan(position * 2 * inverse.Length, 2 * inverse.Length);

    /// <summary>Makes positions 0 .. count - 1 readable.</summary>
    public void Ensure(int count)
    {
        if (count <= positions) return;
        var size = Math.Max(count, Math.Max(256, positions * 2));
        var grown = new float[size * 2 * inverse.Length];
        cosSin.CopyTo(grown, 0);
        for (var p = positions; p < size; p++)
        {
            var row = grown.AsSpan(p * 2 * inverse.Length);
            for (var c = 0; c < inverse.Length; c++)
            {
                // The angle is rounded to float32 first, as the reference implementations do.
                var angle = p * inverse[c];
                row[c] = (float)Math.Cos(angle);
                row[inverse.Length + c] = (float)Math.Sin(angle);
            }
        }

        cosSin = grown;
        positions = size;
    }
}
