using System.Numerics.Tensors;

namespace AxisDemo.Model.Hooks;

/// <summary>A capture under way: takes the rows that steps bring, keeps them or their sums.</summary>
internal sealed class CaptureRun
{
    private readonly float[][] rows;
    private readonly double[]? sums;
    private readonly double[]? norms;
    private readonly List<int> positions = [];
    private readonly int most;

    /// <param name="capture">What is wanted.</param>
    /// <param name="shape">The model's sizes.</param>
    /// <param name="keys">Positions that a pattern's row reaches over.</param>
    /// <param name="answer">Tokens of the answer at most.</param>
    public CaptureRun(Capture capture, ModelShape shape, int keys, int answer)
    {
        Capture = capture;
        most = capture.Span.Positions?.Count ?? answer;
        Width = shape.WidthOf(capture.Site) * (capture.Site == Site.Pattern ? keys : 1);
        rows = new float[capture.Layers.Count][];
        if (capture.Mean) (sums, norms) = (new double[capture.Layers.Count * Width], new double[capture.Layers.Count]);
        else
            for (var l = 0; l < rows.Length; l++) rows[l] = new float[(capture.Span.Positions?.Count ?? 0) * Width];
    }

    public Capture Capture { get; }

    /// <summary>Numbers in a row.</summary>
    public int Width { get; }

    /// <summary>
    /// Takes the row of one position in all blocks; false where it holds what is no number.
    /// </summary>
    /// <param name="step">What the step brought for this capture: [layers, count, width].</param>
    /// <param name="count">Rows that the step brought.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="position">Its position.</param>
    public bool Take(ReadOnlySpan<float> step, int count, int index, int position)
    {
        var at = positions.Count;
        positions.Add(position);
        var finite = true;
        for (var l = 0; l < rows.Length; l++)
        {
            var row = step.Slice((l * count + index) * Width, Width);
            if (sums is null) finite &= Keep(l, at, row);
            else finite &= Add(l, row);
        }

        return finite;
    }

    /// <summary>What was seen so far; null for a mean over nothing.</summary>
    public Captured? Result()
    {
        if (sums is null)
        {
            for (var l = 0; l < rows.Length; l++) Array.Resize(ref rows[l], positions.Count * Width);
            return new Captured(Capture, Width, positions, rows, null);
        }

        if (positions.Count == 0) return null;
        var means = new float[rows.Length][];
        for (var l = 0; l < means.Length; l++) means[l] = Array.ConvertAll(sums[(l * Width)..((l + 1) * Width)], s => (float)(s / positions.Count));
        return new Captured(Capture, Width, positions, means, Array.ConvertAll(norms!, n => (float)(n / positions.Count)));
    }

    private bool Keep(int layer, int at, ReadOnlySpan<float> row)
    {
        if (rows[layer].Length < (at + 1) * Width) Array.Resize(ref rows[layer], Math.Max((at + 1) * Width, (int)Math.Min((long)most * Width, rows[layer].Length * 2L)));
        row.CopyTo(rows[layer].AsSpan(at * Width));
        return TensorPrimitives.IsFiniteAll(row);
    }

    private bool Add(int layer, ReadOnlySpan<float> row)
    {
        var to = sums.AsSpan(layer * Width, Width);
        for (var i = 0; i < to.Length; i++) to[i] += row[i];
        norms![layer] += TensorPrimitives.Norm(row);
        return double.IsFinite(norms[layer]);
    }
}
