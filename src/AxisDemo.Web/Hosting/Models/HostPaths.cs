using AxisDemo.Formats;

namespace AxisDemo.Web.Hosting;

/// <summary>Where the files that the options name lie.</summary>
/// <param name="environment">Knows the content root.</param>
public sealed class HostPaths(IHostEnvironment environment)
{
    /// <summary>A path of the options: relative to the content root; when the host is started from elsewhere, to where the program lies or above it.</summary>
    public string Locate(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Path.IsPathRooted(path)) return path;
        var fallback = Path.Combine(environment.ContentRootPath, path);
        if (File.Exists(fallback) || Directory.Exists(fallback)) return fallback;
        return FoldersAbove.From(AppContext.BaseDirectory).Select(folder => Path.Combine(folder, path)).FirstOrDefault(candidate => File.Exists(candidate) || Directory.Exists(candidate)) ?? fallback;
    }

    /// <summary>A message for visitors: they are told a file's name; where it lies on this machine is for the log.</summary>
    /// <param name="message">What to say.</param>
    /// <param name="path">The file or folder that it may be about.</param>
    public static string WithoutFolder(string message, string path)
    {
        ArgumentNullException.ThrowIfNull(message);
        var folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        return folder is null or "" or "/" ? message : message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }
}
