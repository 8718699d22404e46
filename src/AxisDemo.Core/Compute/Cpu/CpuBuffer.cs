namespace AxisDemo.Compute;

/// <summary>An activation matrix in native memory, row-major, no gap between rows.</summary>
internal sealed unsafe class CpuBuffer(int width) : IBuffer
{
    private NativeBlock memory = new();

    public int Width { get; } = width;

    /// <summary>Rows that the last operation wrote: those of the step, or fewer after a gather.</summary>
    public int Rows { get; private set; }

    public float* Row(int row) => memory.Floats + (long)row * Width;

    /// <summary>Makes it hold this many rows; content is undefined when it had less room.</summary>
    public void Resize(int rows)
    {
        if (rows > 0) memory.Ensure((long)rows * Width * sizeof(float));
        Rows = rows;
    }

    /// <summary>Makes it hold this many rows and keeps those it has.</summary>
    public void Extend(int rows)
    {
        var bytes = (long)rows * Width * sizeof(float);
        if (bytes > memory.Bytes)
        {
            var larger = new NativeBlock(bytes);
            System.Runtime.InteropServices.NativeMemory.Copy(memory.Data, larger.Data, (nuint)Rows * (nuint)Width * sizeof(float));
            memory.Dispose();
            memory = larger;
        }

        Rows = rows;
    }

    public void Dispose() => memory.Dispose();
}

/// <summary>A small vector in native memory.</summary>
internal sealed unsafe class CpuVector : IVector
{
    private readonly NativeBlock memory;

    public CpuVector(ReadOnlySpan<float> values)
    {
        memory = new NativeBlock((long)values.Length * sizeof(float));
        values.CopyTo(new Span<float>(memory.Data, values.Length));
        Length = values.Length;
    }

    public int Length { get; }

    public float* Data => memory.Floats;

    public void Dispose() => memory.Dispose();
}
