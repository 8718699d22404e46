namespace AxisDemo.Compute;

/// <summary>Operations on each row by itself: on the caller when there are few, shared by rows when there are many.</summary>
public sealed unsafe partial class CpuOps
{
    // A barrier costs about as much as this many float operations.
    private const long ParallelFloats = 16 * 1024;
    private readonly Action<int, int> rowsPart;
    private RowWork work;

    private enum RowOperation { RmsNorm, Rope, Gate, Add }

    private struct RowWork
    {
        public RowOperation Operation;
        public int Rows, Width, Heads;
        public float* X, Y, Other;
        public float Epsilon;
        public Activation Activation;
        public RopeFrequencies? Frequencies;
    }

    /// <inheritdoc/>
    public void Embed(IWeight table, float scale, IBuffer y)
    {
        var (weight, to) = (Cpu(table), Cpu(y));
        Same(weight.Inputs, to.Width, "Embedding width");
        var tokens = step.Tokens;
        to.Resize(tokens.Length);
        for (var i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)weight.Outputs)
                throw new ArgumentOutOfRangeException(nameof(table), tokens[i], $"The table has {weight.Outputs} tokens.");
            var row = to.Row(i);
            weight.Row(tokens[i], row);
            if (scale == 1) continue;
            for (var c = 0; c < to.Width; c++) row[c] *= scale;
        }
    }

    /// <inheritdoc/>
    public void RmsNorm(IBuffer x, IVector? gain, float epsilon, IBuffer y)
    {
        var (from, to) = (Cpu(x), Cpu(y));
        Same(from.Width, to.Width, "Width of a norm");
        to.Resize(from.Rows);
        ForRows(new RowWork
        {
            Operation = RowOperation.RmsNorm, Rows = from.Rows, Width = from.Width, Heads = 1,
            X = from.Row(0), Y = to.Row(0), Other = Data(gain, from.Width), Epsilon = epsilon,
        });
    }

    /// <inheritdoc/>
    public void RmsNormHeads(IBuffer x, int heads, IVector gain, float epsilon)
    {
        var b = Cpu(x);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        Same(b.Width % heads, 0, "Width over heads");
        ForRows(new RowWork
        {
            Operation = RowOperation.RmsNorm, Rows = b.Rows, Width = b.Width, Heads = heads,
            X = b.Row(0), Y = b.Row(0), Other = Data(gain, b.Width / heads), Epsilon = epsilon,
        });
    }

    /// <inheritdoc/>
    public void Rope(IBuffer x, int heads, RopeFrequencies frequencies)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        var b = Cpu(x);
        Same(b.Rows, step.Count, "Rows of a rotation");
        Same(b.Width % heads, 0, "Width over heads");
        if (frequencies.Inverse.Count * 2 > b.Width / heads)
            throw new ArgumentException($"{frequencies.Inverse.Count} pairs do not fit a head of {b.Width / heads}.", nameof(frequencies));
        frequencies.Ensure(longest);
        ForRows(new RowWork { Operation = RowOperation.Rope, Rows = b.Rows, Width = b.Width, Heads = heads, X = b.Row(0), Frequencies = frequencies });
    }

    /// <inheritdoc/>
    public void Gate(IBuffer gate, IBuffer up, Activation activation, IBuffer y)
    {
        var (g, u, to) = (Cpu(gate), Cpu(up), Cpu(y));
        Same(g.Width, u.Width, "Width of a gate");
        Same(g.Width, to.Width, "Width of a gate");
        Same(g.Rows, u.Rows, "Rows of a gate");
        to.Resize(g.Rows);
        ForRows(new RowWork
        {
            Operation = RowOperation.Gate, Rows = g.Rows, Width = g.Width,
            X = g.Row(0), Other = u.Row(0), Y = to.Row(0), Activation = activation,
        });
    }

    /// <inheritdoc/>
    public void Add(IBuffer x, IBuffer delta)
    {
        var (to, d) = (Cpu(x), Cpu(delta));
        Same(to.Width, d.Width, "Width of a sum");
        Same(to.Rows, d.Rows, "Rows of a sum");
        ForRows(new RowWork { Operation = RowOperation.Add, Rows = to.Rows, Width = to.Width, X = to.Row(0), Other = d.Row(0) });
    }

    /// <inheritdoc/>
    public void Gather(IBuffer x, ReadOnlySpan<int> rows, IBuffer y)
    {
        var (from, to) = (Cpu(x), Cpu(y));
        Same(from.Width, to.Width, "Width of a gather");
        if (from == to) throw new ArgumentException("A gather needs two buffers.", nameof(y));
        to.Resize(rows.Length);
        for (var j = 0; j < rows.Length; j++)
        {
            if ((uint)rows[j] >= (uint)from.Rows) throw new ArgumentOutOfRangeException(nameof(rows), rows[j], $"The buffer has {from.Rows} rows.");
            new ReadOnlySpan<float>(from.Row(rows[j]), from.Width).CopyTo(new Span<float>(to.Row(j), to.Width));
        }
    }

    private void ForRows(in RowWork work)
    {
        this.work = work;
        if ((long)work.Rows * work.Width < ParallelFloats) RunRows(0, 1);
        else pool.Run(rowsPart);
    }

    private void RunRows(int worker, int workers)
    {
        ref readonly var w = ref work;
        int from = (int)((long)w.Rows * worker / workers), to = (int)((long)w.Rows * (worker + 1) / workers);
        for (var r = from; r < to; r++)
        {
            var at = (long)r * w.Width;
            switch (w.Operation)
            {
                case RowOperation.RmsNorm:
                    var head = w.Width / w.Heads;
                    for (var h = 0; h < w.Heads; h++)
                        if (vector) VectorMath.RmsNorm(w.X + at + h * head, w.Other, w.Epsilon, w.Y + at + h * head, head);
                        else ScalarMath.RmsNorm(w.X + at + h * head, w.Other, w.Epsilon, w.Y + at + h * head, head);
                    break;
                case RowOperation.Rope:
                    RotateRow(w, r);
                    break;
                case RowOperation.Gate:
                    if (vector) VectorMath.Gate(w.X + at, w.Other + at, w.Activation, w.Y + at, w.Width);
                    else ScalarMath.Gate(w.X + at, w.Other + at, w.Activation, w.Y + at, w.Width);
                    break;
                default:
                    if (vector) VectorMath.Add(w.X + at, w.Other + at, w.Width);
                    else ScalarMath.Add(w.X + at, w.Other + at, w.Width);
                    break;
            }
        }
    }

    private void RotateRow(in RowWork w, int row)
    {
        var head = w.Width / w.Heads;
        var pairs = w.Frequencies!.Inverse.Count;
        fixed (float* cosSin = w.Frequencies.At(step.Positions[row]))
            for (var h = 0; h < w.Heads; h++)
            {
                var x = w.X + (long)row * w.Width + h * head;
                if (vector) VectorMath.Rope(x, cosSin, cosSin + pairs, pairs);
                else ScalarMath.Rope(x, cosSin, cosSin + pairs, pairs);
            }
    }
}
