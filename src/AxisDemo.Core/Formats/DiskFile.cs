namespace AxisDemo.Formats;

/// <summary>
/// What a path leads to, through every link on the way. Of a link, the framework gives the link's own length and time; what is read
/// when it is opened is the file behind it.
/// </summary>
/// <param name="Path">Where the file lies: a path without links.</param>
/// <param name="Bytes">Its length. A pipe or a device has 0.</param>
/// <param name="Written">When it was changed last, UTC.</param>
public readonly record struct DiskFile(string Path, long Bytes, DateTime Written)
{
    // As Linux counts.
    private const int MostLinks = 40;

    /// <summary>The file at the end of a path; null where there is none, where a link leads nowhere, and where it cannot be looked at.</summary>
    public static DiskFile? Find(string path)
    {
        try
        {
            return Follow(System.IO.Path.GetFullPath(path)) is { } real && new FileInfo(real) is { Exists: true } file ? new DiskFile(real, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>A path without links on the way; null for links in circles, and where it cannot be looked at.</summary>
    public static string? RealPath(string path)
    {
        try
        {
            return Follow(System.IO.Path.GetFullPath(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether the path is a link without a file or folder behind it.</summary>
    public static bool LeadsNowhere(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is not null && (Follow(System.IO.Path.GetFullPath(path)) is not { } real || !System.IO.Path.Exists(real));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>The error that says so. What the link names stays out of it: that may be nobody else's business.</summary>
    internal static InputException Nowhere(string path, Exception? inner = null) =>
        new(path, "file", "is a link that leads nowhere: what it stands for is gone.", "Let it lead to something again, or delete it.", inner);

    // As realpath does: component by component, because a link's ".." means the folder above its target. Null: links in circles.
    private static string? Follow(string full)
    {
        var (at, links) = (Root(full), 0);
        var rest = new Stack<string>(Components(full));
        while (rest.TryPop(out var name))
        {
            if (name is "" or ".") continue;
            if (name == "..")
            {
                at = System.IO.Path.GetDirectoryName(at) ?? at;
                continue;
            }

            var next = System.IO.Path.Combine(at, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }

            if (++links > MostLinks) return null;
            if (System.IO.Path.IsPathRooted(target)) at = Root(target);
            foreach (var part in Components(target)) rest.Push(part);
        }

        return at;
    }

    private static string Root(string path) => System.IO.Path.GetPathRoot(path)!;

    private static IEnumerable<string> Components(string path) =>
        path[Root(path).Length..].Split([System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar]).Reverse();
}
