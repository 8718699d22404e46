namespace AxisDemo.Formats;

/// <summary>The files of a set that are not there, for the message that names them.</summary>
internal static class MissingFiles
{
    private const int MostNamed = 8;

    /// <summary>"b.gguf is missing", "3 files are missing: b.gguf, c.gguf, d.gguf"; null when all are there.</summary>
    public static string? Among(IEnumerable<string> paths)
    {
        var missing = paths.Where(p => !File.Exists(p)).Select(p => Printable.Text(Path.GetFileName(p))).ToList();
        return missing.Count switch
        {
            0 => null,
            1 => $"{missing[0]} is missing",
            _ => $"{missing.Count} files are missing: {string.Join(", ", missing.Take(MostNamed))}{(missing.Count > MostNamed ? $" and {missing.Count - MostNamed} more" : "")}",
        };
    }
}
