using System.Collections.Concurrent;
using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>Files are written under a temporary name and renamed when whole: a reader sees the old file or the new one.</summary>
internal static class OutputFile
{
    private static readonly ConcurrentDictionary<string, byte> Unfinished = new();

    /// <summary>Writes a file by giving <paramref name="write"/> the path to write to. What is no ordinary file (/dev/null, a pipe) is written directly.</summary>
    public static void Write(string path, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new InputException(path, "", "it is a folder.", "Give the name of a file to write.");
        if (!IsOrdinaryOrNew(path))
        {
            write(path);
            return;
        }

        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Environment.ProcessId}.tmp");
        Unfinished[temporary] = 0;
        try
        {
            write(temporary);
            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            Unfinished.TryRemove(temporary, out _);
            File.Delete(temporary);
        }
    }

    /// <summary>As above, with a stream.</summary>
    public static void Write(string path, Action<Stream> write) => Write(path, (string name) =>
    {
        using var stream = new FileStream(name, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite });
        write(stream);
    });

    /// <summary>Removes what a stopped process would leave behind.</summary>
    public static void RemoveUnfinished()
    {
        foreach (var temporary in Unfinished.Keys) File.Delete(temporary);
    }

    private static bool IsOrdinaryOrNew(string path) => !File.Exists(path) || FileKind.IsOrdinary(path);
}
