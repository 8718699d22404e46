using System.Runtime.InteropServices;

namespace AxisDemo.Cli;

/// <summary>Tells ordinary files from devices and pipes without opening them (opening a pipe would wait for its other end).</summary>
internal static partial class FileKind
{
    // The layout of struct statx is the same on every architecture, unlike that of struct stat.
    private const int SizeOfStatx = 256;
    private const int OffsetOfMode = 28;
    private const uint WantType = 1;
    private const int CurrentFolder = -100;
    private const int TypeMask = 0xF000;
    private const int OrdinaryFile = 0x8000;

    public static bool IsOrdinary(string path)
    {
        if (!OperatingSystem.IsLinux()) return !path.StartsWith("/dev/", StringComparison.Ordinal);
        Span<byte> buffer = stackalloc byte[SizeOfStatx];
        return Statx(CurrentFolder, path, 0, WantType, ref MemoryMarshal.GetReference(buffer)) != 0
            || (MemoryMarshal.Read<ushort>(buffer[OffsetOfMode..]) & TypeMask) == OrdinaryFile;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte buffer);
}
