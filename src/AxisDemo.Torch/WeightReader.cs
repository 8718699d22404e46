using AxisDemo.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>
/// Brings a matrix from the mapped file to a device. Bytes that the device can take as they are go through one small staging block (the
/// driver would use one of its own for mapped memory); quantised rows are dequantised into it. The host never holds a second copy.
/// </summary>
internal static unsafe class WeightReader
{
    private const long StagingBytes = 64L << 20;

    /// <summary>The matrix in the type asked for, [rows, columns].</summary>
    /// <param name="source">The file's matrix.</param>
    /// <param name="order">File row of each row; empty: as they lie.</param>
    /// <param name="type">Float32 or BFloat16.</param>
    /// <param name="device">Where it goes.</param>
    public static Tensor Read(TensorView source, int[] order, ScalarType type, Device device)
    {
        var (columns, rows) = (source.Columns, order.Length > 0 ? order.Length : source.Rows);
        foreach (var row in order)
            if (row < 0 || row >= source.Rows) throw new ArgumentOutOfRangeException(nameof(order), row, $"'{source.Name}' has {source.Rows} rows.");
        using var scope = NewDisposeScope();
        var target = empty(rows, columns, type, device);
        var (stagingType, direct) = source.Type switch
        {
            TensorType.BF16 => (ScalarType.BFloat16, true),
            TensorType.F16 => (ScalarType.Float16, true),
            _ => (ScalarType.Float32, source.Type == TensorType.F32),
        };
        var rowBytes = columns * (stagingType == ScalarType.Float32 ? 4L : 2L);
        var chunk = Math.Clamp(StagingBytes / rowBytes, 1, rows);
        var onHost = device.type == DeviceType.CPU;
        // On the CPU device bytes of the right type need no staging at all.
        var staging = onHost && stagingType == type ? null : empty(chunk, columns, stagingType, CPU);
        if (!onHost && staging is not null) staging = staging.pin_memory();
        for (long start = 0; start < rows; start += chunk)
        {
            using var inner = NewDisposeScope();
            var count = Math.Min(chunk, rows - start);
            var part = target.narrow(0, start, count);
            var filled = staging is null ? part : staging.narrow(0, 0, count);
            fixed (byte* to = filled.bytes) Fill(source, order, start, count, direct, to, rowBytes);
            if (staging is not null) part.copy_(filled);
        }

        return target.DetachFromDisposeScope();
    }

    private static void Fill(TensorView source, int[] order, long start, long count, bool direct, byte* to, long rowBytes)
    {
        if (direct && order.Length == 0)
        {
            Buffer.MemoryCopy(source.Row(start), to, count * rowBytes, count * rowBytes);
            return;
        }

        var target = (nint)to;
        Parallel.For(0, count, i =>
        {
            var from = source.Row(order.Length > 0 ? order[start + i] : start + i);
            var row = (byte*)target + i * rowBytes;
            if (direct) Buffer.MemoryCopy(from, row, rowBytes, rowBytes);
            else Quants.Dequantize(source.Type, new ReadOnlySpan<byte>(from, checked((int)source.RowBytes)), new Span<float>(row, source.Columns));
        });
    }
}
