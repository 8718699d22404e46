using System.Collections.Concurrent;

namespace AxisDemo.Formats;

/// <summary>
/// A file that replaces its destination only when it is complete: a reader never sees half of it and a failure keeps the old one.
/// Devices and pipes cannot be replaced (and must not be: a rename over /dev/null would destroy it); they are written directly.
/// </summary>
public sealed class ReplacingFile : IDisposable
{
    // A process that is told to end (Ctrl-C) does not unwind its stacks; what it was writing is removed as it leaves.
    private static readonly ConcurrentDictionary<string, bool> s_unfinished = new();

    private readonly string _path;
    private readonly string? _temporary;
    private readonly FileStream _stream;
    private bool _completed;

    static ReplacingFile() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var temporary in s_unfinished.Keys) File.Delete(temporary);
    };

    /// <summary>Creates the temporary file beside the destination.</summary>
    /// <exception cref="InputException">It cannot be written there.</exception>
    public ReplacingFile(string path)
    {
        _path = path;
        try
        {
            _path = System.IO.Path.GetFullPath(path);
            // A link is followed, so that the file behind it is replaced and not the link.
            if (new FileInfo(_path) is { LinkTarget: not null } link) _path = link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? _path;
            if (OpenSpecial(_path) is { } special)
            {
                _stream = special;
                return;
            }
            _temporary = $"{_path}.{System.IO.Path.GetRandomFileName()}.tmp";
            // No buffer: callers write whole rows, and disposing after a failure must not try to write again.
            s_unfinished[_temporary] = true;
            _stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            if (_temporary is not null) s_unfinished.TryRemove(_temporary, out _);
            throw Fault(e);
        }
    }

    /// <summary>The next bytes.</summary>
    /// <exception cref="InputException">They cannot be written: no room, the pipe's reader has gone.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException e) // the disk is full, the reader of the pipe has gone
        {
            throw Fault(e);
        }
    }

    /// <summary>Flushes and puts the file in its place.</summary>
    /// <exception cref="InputException">That failed; the destination is as it was.</exception>
    public void Complete()
    {
        try
        {
            _stream.Flush(flushToDisk: _temporary is not null);
            _stream.Dispose();
            if (_temporary is not null) File.Move(_temporary, _path, overwrite: true);
            _completed = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    /// <summary>Removes the temporary file if <see cref="Complete"/> was not reached.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (_temporary is null) return;
        if (!_completed) File.Delete(_temporary);
        s_unfinished.TryRemove(_temporary, out _);
    }

    // .NET 10 does not tell a file's kind. Devices live under /dev and /proc; a pipe elsewhere has no length and cannot be sought in.
    private static FileStream? OpenSpecial(string path)
    {
        var isDevice = path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal);
        if (!isDevice && new FileInfo(path) is not { Exists: true, Length: 0 }) return null;
        if (isDevice && !File.Exists(path)) return null; // /dev/shm is an ordinary folder: a new file there
        var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        if (isDevice && new FileInfo(path).Length == 0 || !stream.CanSeek) return stream;
        stream.Dispose();
        return null;
    }

    private InputException Fault(Exception e) =>
        new(_path, "file", $"cannot be written: {e.Message}", "Choose another place, or make room.", e);
}
