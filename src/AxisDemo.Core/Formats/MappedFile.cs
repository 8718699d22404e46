using System.IO.MemoryMappedFiles;

namespace AxisDemo.Formats;

/// <summary>A whole file mapped for reading: one pointer and a length that every reader checks its extents against.</summary>
/// <remarks>
/// The mapping outlives the file's name (it may be renamed over or deleted), but not a truncation of the same file by another
/// process: that raises a bus error in any program that maps files.
/// </remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private bool _acquired;

    private MappedFile(string path, FileStream stream)
    {
        Path = path;
        Length = stream.Length;
        _file = MemoryMappedFile.CreateFromFile(stream, null, Length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        try
        {
            _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _acquired = true;
        Start = start + _view.PointerOffset;
        if ((ulong)_view.PointerOffset + (ulong)Length <= _view.SafeMemoryMappedViewHandle.ByteLength) return;
        Dispose();
        throw new IOException("the mapping is shorter than the file.");
    }

    /// <summary>The path it was opened from.</summary>
    public string Path { get; }

    /// <summary>Length in bytes at the time of opening.</summary>
    public long Length { get; }

    /// <summary>First byte.</summary>
    public byte* Start { get; }

    /// <summary>A part that the caller has checked against <see cref="Length"/>.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length) => new(Start + offset, length);

    public static MappedFile Open(string path)
    {
        try
        {
            // A pipe has length 0 and would block the open for ever, be it behind a link.
            if (DiskFile.Find(path) is { Bytes: 0 })
                throw new InputException(path, "file", "is empty (no magic, no header length), or is no ordinary file.", "Download or copy it again.");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return new MappedFile(path, stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw DiskFile.LeadsNowhere(path)
                ? DiskFile.Nowhere(path, e)
                : new InputException(path, "file", "does not exist.", "Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException(path, "file", $"cannot be opened: {e.Message}", "Check that it is a file this user may read.", e);
        }
    }

    public void Dispose()
    {
        if (_acquired) _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _acquired = false;
        _view.Dispose();
        _file.Dispose();
    }
}
