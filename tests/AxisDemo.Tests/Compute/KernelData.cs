using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

/// <summary>Random matrices of every stored type in native memory, and rows for steps; freed with the test.</summary>
internal sealed unsafe class KernelData(int seed) : IDisposable
{
    private readonly Random random = new(seed);
    private readonly List<nint> held = [];

    public float[] Floats(int count, float scale = 1)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = scale * (float)(random.NextDouble() * 2 - 1);
        return values;
    }

    /// <summary>A matrix whose blocks hold random codes and sensible scales.</summary>
    public TensorView Matrix(TensorType type, int rows, int columns)
    {
        var rowBytes = columns / Quants.BlockElements(type) * Quants.BlockBytes(type);
        var bytes = new byte[(long)rows * rowBytes];
        random.NextBytes(bytes);
        if (type is TensorType.F32 or TensorType.F16 or TensorType.BF16)
            for (var i = 0; i < rows * columns; i++)
            {
                var value = (float)(random.NextDouble() * 2 - 1);
                if (type == TensorType.F32) MemoryMarshal.Write(bytes.AsSpan(4 * i), value);
                else if (type == TensorType.F16) MemoryMarshal.Write(bytes.AsSpan(2 * i), (Half)value);
                else MemoryMarshal.Write(bytes.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
            }
        else
            for (var at = 0; at < bytes.Length; at += Quants.BlockBytes(type))
                foreach (var field in HalfFields(type))
                    MemoryMarshal.Write(bytes.AsSpan(at + field), (Half)(random.NextDouble() * 0.02 - 0.01));
        return View(type, bytes, rows, columns);
    }

    public TensorView Matrix(float[] values, int rows, int columns) => View(TensorType.F32, MemoryMarshal.AsBytes<float>(values).ToArray(), rows, columns);

    public TensorView View(TensorType type, byte[] bytes, params long[] shape)
    {
        var memory = (nint)NativeMemory.Alloc((nuint)bytes.Length + 1);
        held.Add(memory);
        bytes.CopyTo(new Span<byte>((void*)memory, bytes.Length));
        return new TensorView("test.weight", type, shape, memory, bytes.Length, "test.gguf");
    }

    /// <summary>The matrix as float32, by the readers' own dequantiser.</summary>
    public static float[] Dequantize(TensorView matrix)
    {
        var values = new float[matrix.Count];
        Quants.Dequantize(matrix.Type, new ReadOnlySpan<byte>((void*)matrix.Data, (int)matrix.Bytes), values);
        return values;
    }

    /// <summary>A step of that many rows: one sequence, token i at position i.</summary>
    public static StepRows Rows(int count, int start = 0, params int[] pages)
    {
        var rows = new StepRows();
        rows.Add(Enumerable.Range(0, count).ToArray(), start, pages);
        return rows;
    }

    /// <summary>Fills a buffer by embedding rows of a float32 table.</summary>
    public void Fill(CpuOps ops, IBuffer buffer, float[] values)
    {
        var table = ops.Matrix(Matrix(values, values.Length / buffer.Width, buffer.Width));
        ops.Embed(table, 1, buffer);
    }

    public static float[] Read(CpuOps ops, IBuffer buffer, int rows)
    {
        var values = new List<float>();
        for (var r = 0; r < rows; r++) values.AddRange(ops.Read(buffer, r));
        return [.. values];
    }

    public void Dispose()
    {
        foreach (var memory in held) NativeMemory.Free((void*)memory);
    }

    public static int[] HalfFields(TensorType type) => type switch
    {
        TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K => [0, 2],
        TensorType.Q4_0 or TensorType.Q5_0 or TensorType.Q8_0 or TensorType.IQ4_NL or TensorType.IQ4_XS => [0],
        TensorType.Q6_K => [208],
        TensorType.Q2_K => [80, 82],
        TensorType.Q3_K => [108],
        _ => [],
    };
}
