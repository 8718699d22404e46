namespace AxisDemo.Compute;

/// <summary>Readings and interventions on the residual stream. Dot products are taken in double: they decide, bit for bit, whether a row is touched.</summary>
public sealed unsafe partial class CpuOps
{
    /// <inheritdoc/>
    public void Project(IBuffer x, IVector unit, int from, int count, int slot)
    {
        var b = Range(x, from, count);
        var u = Data(unit, b.Width);
        Slots(slot, count);
        for (var i = 0; i < count; i++) results.Floats[slot + i] = (float)Dot(b.Row(from + i), u, b.Width);
    }

    /// <inheritdoc/>
    public void Floor(IBuffer x, IVector unit, float floor, int from, int count, int touchedSlot)
    {
        var b = Range(x, from, count);
        var u = Data(unit, b.Width);
        if (touchedSlot >= 0) Slots(touchedSlot, count);
        for (var i = 0; i < count; i++)
        {
            var row = b.Row(from + i);
            var missing = Math.Min(Dot(row, u, b.Width) - floor, 0);
            if (touchedSlot >= 0) results.Floats[touchedSlot + i] = missing < 0 ? 1 : 0;
            if (missing < 0) AddScaled(row, u, (float)-missing, b.Width);
        }
    }

    /// <inheritdoc/>
    public void AddVector(IBuffer x, IVector vector, float coefficient, int from, int count)
    {
        var b = Range(x, from, count);
        var v = Data(vector, b.Width);
        if (coefficient == 0) return;
        for (var i = 0; i < count; i++) AddScaled(b.Row(from + i), v, coefficient, b.Width);
    }

    /// <inheritdoc/>
    public void Ablate(IBuffer x, IVector unit, IVector? addend, float coefficient, int from, int count)
    {
        var b = Range(x, from, count);
        float* u = Data(unit, b.Width), v = Data(addend, b.Width);
        for (var i = 0; i < count; i++)
        {
            var row = b.Row(from + i);
            AddScaled(row, u, (float)-Dot(row, u, b.Width), b.Width);
            if (v is not null) AddScaled(row, v, coefficient, b.Width);
        }
    }

    /// <inheritdoc/>
    public void Fill(IBuffer x, IVector values, int column, int from, int count)
    {
        var b = Range(x, from, count);
        var v = Data(values, values.Length);
        Columns(b, column, values.Length);
        for (var i = 0; i < count; i++) new ReadOnlySpan<float>(v, values.Length).CopyTo(new Span<float>(b.Row(from + i) + column, values.Length));
    }

    /// <inheritdoc/>
    public void Write(IBuffer x, ReadOnlySpan<float> values, int column, int from, int count)
    {
        var b = Range(x, from, count);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Same(values.Length % count, 0, "Values over rows");
        var width = values.Length / count;
        Columns(b, column, width);
        for (var i = 0; i < count; i++) values.Slice(i * width, width).CopyTo(new Span<float>(b.Row(from + i) + column, width));
    }

    /// <inheritdoc/>
    public void Append(IBuffer x, ReadOnlySpan<float> rows)
    {
        var b = Cpu(x);
        Same(rows.Length % b.Width, 0, "Values over the width");
        var from = b.Rows;
        b.Extend(from + rows.Length / b.Width);
        rows.CopyTo(new Span<float>(b.Row(from), rows.Length));
    }

    /// <inheritdoc/>
    public void Capture(IBuffer x, int from, int count, int slot)
    {
        var b = Range(x, from, count);
        Slots(slot, checked(count * b.Width));
        new ReadOnlySpan<float>(b.Row(from), count * b.Width).CopyTo(new Span<float>(results.Floats + slot, count * b.Width));
    }

    // Four partial sums: the order is fixed, and four chains hide the latency of the additions.
    private static double Dot(float* a, float* b, int n)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        var i = 0;
        for (; i + 4 <= n; i += 4)
        {
            s0 += (double)a[i] * b[i];
            s1 += (double)a[i + 1] * b[i + 1];
            s2 += (double)a[i + 2] * b[i + 2];
            s3 += (double)a[i + 3] * b[i + 3];
        }

        for (; i < n; i++) s0 += (double)a[i] * b[i];
        return s0 + s1 + (s2 + s3);
    }

    // The product is rounded before the addition, as the reference implementations do.
    private static void AddScaled(float* x, float* v, float factor, int n)
    {
        for (var i = 0; i < n; i++) x[i] += factor * v[i];
    }

    private static CpuBuffer Range(IBuffer x, int from, int count)
    {
        var b = Cpu(x);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from + count, b.Rows);
        return b;
    }

    private static void Columns(CpuBuffer b, int column, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(column + width, b.Width, nameof(column));
    }

    private void Slots(int slot, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)slot + count, resultCount, nameof(slot));
    }
}
