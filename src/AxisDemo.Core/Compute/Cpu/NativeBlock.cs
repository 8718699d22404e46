using System.Runtime.InteropServices;

namespace AxisDemo.Compute;

/// <summary>
/// Memory outside the managed heap, aligned to a cache line and padded by one vector, so that kernels may read (never write)
/// a whole vector at the end. It can be larger than an array can be, and the collector never scans or moves it.
/// </summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    private const int Alignment = 64;
    private nint data;

    /// <summary>First byte; null when nothing is held.</summary>
    public byte* Data => (byte*)data;

    public float* Floats => (float*)data;

    /// <summary>Usable bytes.</summary>
    public long Bytes { get; private set; }

    public NativeBlock() { }

    public NativeBlock(long bytes, bool zeroed = false)
    {
        Ensure(bytes);
        if (zeroed) NativeMemory.Clear(Data, (nuint)bytes);
    }

    ~NativeBlock() => Free();

    /// <summary>Makes room for at least this many bytes; the content is lost when it grows.</summary>
    public void Ensure(long bytes)
    {
        if (bytes <= Bytes && data != 0) return;
        Free();
        data = (nint)NativeMemory.AlignedAlloc(checked((nuint)bytes + Alignment), Alignment);
        Bytes = bytes;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        var held = Interlocked.Exchange(ref data, 0);
        Bytes = 0;
        if (held != 0) NativeMemory.AlignedFree((void*)held);
    }
}
