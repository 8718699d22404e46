namespace AxisDemo.Formats;

/// <summary>The folders from one upwards: where a program that lies somewhere in a checkout looks for the checkout's files.</summary>
public static class FoldersAbove
{
    /// <summary>A folder, the one it is in, and so on up to the root.</summary>
    public static IEnumerable<string> From(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent) yield return folder.FullName;
    }

    /// <summary>The first of them that has a file.</summary>
    /// <exception cref="DirectoryNotFoundException">None has.</exception>
    public static string With(string file, string start) =>
        From(start).FirstOrDefault(folder => File.Exists(Path.Combine(folder, file))) ?? throw new DirectoryNotFoundException($"No {file} above {start}.");
}
