using System.Runtime.InteropServices;
using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>Advice to the operating system about memory; Linux only, and only advice: elsewhere, or refused, nothing changes but speed and memory.</summary>
internal static unsafe partial class NativePages
{
    private const int DontNeed = 4;
    private const int HugePage = 14;

    /// <summary>The mapped bytes have been copied: their pages may go. Reading them again brings them back from the file.</summary>
    public static void GiveBack(TensorView mapped)
    {
        if (!mapped.Mapped) return;

        // Whole pages inside the tensor: its neighbours keep theirs.
        var page = Environment.SystemPageSize;
        long from = (mapped.Data + page - 1) / page * page, to = (mapped.Data + (nint)mapped.Bytes) / page * page;
        Advise(from, to - from, DontNeed);
    }

    /// <summary>Asks for large pages, which spare a streamed matrix most of its address translations.</summary>
    public static void PreferHuge(NativeBlock block)
    {
        const long Huge = 2 << 20;
        long from = ((nint)block.Data + Huge - 1) / Huge * Huge, to = ((nint)block.Data + (nint)block.Bytes) / Huge * Huge;
        Advise(from, to - from, HugePage);
    }

    private static void Advise(long address, long bytes, int advice)
    {
        if (OperatingSystem.IsLinux() && bytes > 0) _ = MAdvise((nint)address, (nuint)bytes, advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(nint address, nuint length, int advice);
}
