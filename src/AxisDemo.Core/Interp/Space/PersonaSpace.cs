using MathNet.Numerics.LinearAlgebra;

namespace AxisDemo.Interp;

/// <summary>
/// Persona space: principal components of role vectors at one layer, mean-centred and not whitened. There are fewer roles than
/// dimensions in practice, so the eigenvectors are taken of the roles x roles Gram matrix of the centred vectors; the components
/// follow as X^T v / sqrt(eigenvalue). Source: arXiv 2601.10387, section on persona space.
/// </summary>
public sealed class PersonaSpace
{
    // Below this share of the largest eigenvalue a direction is rounding, not variance: no component is made of it.
    private const double Negligible = 1e-12;

    private PersonaSpace(double[] mean, double[][] components, double[] variance)
    {
        Mean = mean;
        Components = components;
        Variance = variance;
        var total = variance.Sum();
        Ratio = Array.ConvertAll(variance, v => total > 0 ? v / total : 0);
    }

    /// <summary>Mean of the vectors, [d].</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>Unit rows [k][d], by descending variance; k is the rank. In each the entry of largest magnitude is positive.</summary>
    public IReadOnlyList<double[]> Components { get; }

    /// <summary>Variance along each component (divided by vectors - 1); min(vectors, d) entries, zeros beyond the rank.</summary>
    public IReadOnlyList<double> Variance { get; }

    /// <summary>Share of the whole variance, same length as <see cref="Variance"/>.</summary>
    public IReadOnlyList<double> Ratio { get; }

    /// <summary>Fits the space to vectors [n, d], row-major.</summary>
    /// <param name="vectors">The role vectors, one after the other.</param>
    /// <param name="width">d.</param>
    /// <exception cref="ArgumentException">Fewer than two vectors, or not whole vectors.</exception>
    public static PersonaSpace Fit(ReadOnlySpan<double> vectors, int width)
    {
        if (width < 1 || vectors.Length % width != 0 || vectors.Length / width < 2)
            throw new ArgumentException($"{vectors.Length} numbers are not two or more vectors of width {width}.", nameof(vectors));
        var count = vectors.Length / width;
        var mean = new double[width];
        for (var i = 0; i < vectors.Length; i++) mean[i % width] += vectors[i];
        for (var j = 0; j < width; j++) mean[j] /= count;
        var centred = Matrix<double>.Build.Dense(count, width);
        for (var i = 0; i < vectors.Length; i++) centred[i / width, i % width] = vectors[i] - mean[i % width];

        var eigen = centred.TransposeAndMultiply(centred).Evd(Symmetricity.Symmetric);
        var size = Math.Min(count, width);
        var variance = new double[size];
        var components = new List<double[]>();
        var largest = Math.Max(eigen.EigenValues[count - 1].Real, 0);
        for (var k = 0; k < size; k++)
        {
            var value = Math.Max(eigen.EigenValues[count - 1 - k].Real, 0); // ascending order
            if (value <= largest * Negligible) break;
            variance[k] = value / (count - 1);
            components.Add(Oriented(centred.TransposeThisAndMultiply(eigen.EigenVectors.Column(count - 1 - k))));
        }

        return new PersonaSpace(mean, [.. components], variance);
    }

    /// <summary>Coordinates of a vector: (v - mean) on each component, [k].</summary>
    public double[] Project(ReadOnlySpan<float> vector)
    {
        var result = new double[Components.Count];
        for (var k = 0; k < result.Length; k++)
            for (var j = 0; j < vector.Length; j++)
                result[k] += (vector[j] - Mean[j]) * Components[k][j];
        return result;
    }

    /// <summary>The fewest components whose shares sum to at least this many percent.</summary>
    public int ComponentsFor(double percent)
    {
        double sum = 0;
        for (var k = 0; k < Ratio.Count; k++)
            if ((sum += Ratio[k]) * 100 >= percent) return k + 1;
        return Ratio.Count;
    }

    private static double[] Oriented(Vector<double> direction)
    {
        var unit = direction.Normalize(2).ToArray();
        var largest = unit[0];
        foreach (var value in unit)
            if (Math.Abs(value) > Math.Abs(largest)) largest = value;
        return largest < 0 ? Array.ConvertAll(unit, v => -v) : unit;
    }
}
