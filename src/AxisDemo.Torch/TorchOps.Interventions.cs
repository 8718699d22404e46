using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>Readings and interventions, all in float32. What is read stays on the device until the step's end.</summary>
public sealed partial class TorchOps
{
    /// <inheritdoc/>
    public void Project(IBuffer x, IVector unit, int from, int count, int slot)
    {
        Slots(slot, count);
        if (count == 0) return;
        using var scope = NewDisposeScope();
        var rows = Range(x, from, count);
        pieces.Add(rows.mv(Torch(unit, Torch(x).Width).On(devices, Torch(x).Device)), slot);
    }

    /// <inheritdoc/>
    public void Floor(IBuffer x, IVector unit, float floor, int from, int count, int touchedSlot)
    {
        if (touchedSlot >= 0) Slots(touchedSlot, count);
        if (count == 0) return;
        using var scope = NewDisposeScope();
        var rows = Range(x, from, count);
        var u = Torch(unit, Torch(x).Width).On(devices, Torch(x).Device);
        using var least = Scalars.Of(floor);
        var missing = rows.mv(u).sub_(least).clamp_max_(Scalars.Zero);
        if (touchedSlot >= 0) pieces.Add(missing.lt(Scalars.Zero).to(ScalarType.Float32), touchedSlot);
        // A row that misses nothing is changed by zero times the direction: it keeps its values.
        rows.addr_(missing, u, alpha: -1);
    }

    /// <inheritdoc/>
    public void AddVector(IBuffer x, IVector vector, float coefficient, int from, int count)
    {
        if (coefficient == 0 || count == 0) return;
        using var scope = NewDisposeScope();
        AddScaled(Range(x, from, count), Torch(vector, Torch(x).Width).On(devices, Torch(x).Device), coefficient);
    }

    /// <inheritdoc/>
    public void Ablate(IBuffer x, IVector unit, IVector? addend, float coefficient, int from, int count)
    {
        if (count == 0) return;
        using var scope = NewDisposeScope();
        var b = Torch(x);
        var rows = Range(x, from, count);
        var u = Torch(unit, b.Width).On(devices, b.Device);
        rows.addr_(rows.mv(u), u, alpha: -1);
        if (addend is not null) AddScaled(rows, Torch(addend, b.Width).On(devices, b.Device), coefficient);
    }

    /// <inheritdoc/>
    public void Fill(IBuffer x, IVector values, int column, int from, int count)
    {
        if (count == 0) return;
        using var scope = NewDisposeScope();
        var b = Torch(x);
        Columns(b, column, values.Length);
        Range(x, from, count).narrow(1, column, values.Length).copy_(Torch(values, values.Length).On(devices, b.Device));
    }

    /// <inheritdoc/>
    public void Write(IBuffer x, ReadOnlySpan<float> values, int column, int from, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Same(values.Length % count, 0, "Values over rows");
        using var scope = NewDisposeScope();
        var (b, width) = (Torch(x), values.Length / count);
        Columns(b, column, width);
        Range(x, from, count).narrow(1, column, width).copy_(Upload<float>(values, b.Device).view(count, width));
    }

    /// <inheritdoc/>
    public void Append(IBuffer x, ReadOnlySpan<float> rows)
    {
        var b = Torch(x);
        Same(rows.Length % b.Width, 0, "Values over the width");
        using var scope = NewDisposeScope();
        var added = Upload<float>(rows, b.Device).view(-1, b.Width);
        b.Set(b.Rows == 0 ? added : cat([b.Tensor.to(ScalarType.Float32), added]), b.Device);
    }

    /// <inheritdoc/>
    public void Capture(IBuffer x, int from, int count, int slot)
    {
        var b = Torch(x);
        Slots(slot, (long)count * b.Width);
        Check(b, from, count);
        if (count == 0) return;
        using var scope = NewDisposeScope();
        pieces.Add(b.Tensor.narrow(0, from, count).to(ScalarType.Float32, copy: true), slot);
    }

    /// <summary>Rows of a buffer as a view that may be changed in place; a buffer of another type becomes float32 first.</summary>
    private static Tensor Range(IBuffer x, int from, int count)
    {
        var b = Torch(x);
        Check(b, from, count);
        if (b.Tensor.dtype != ScalarType.Float32) b.Set(b.Tensor.to(ScalarType.Float32), b.Device);
        return b.Tensor.narrow(0, from, count);
    }

    private static void Check(TorchBuffer b, int from, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from + count, b.Rows);
    }

    private static void Columns(TorchBuffer b, int column, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(column + width, b.Width, nameof(column));
    }

    private void Slots(int slot, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slot + count, resultCount, nameof(slot));
    }
}
