using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Serving;

namespace AxisDemo.Web.Hosting;

/// <summary>Gives a model that has been loaded its axes.</summary>
internal static class ModelAxes
{
    // Enough for every study of one model; a folder full of others' axes must not delay loading without end.
    private const int MostFiles = 64;

    /// <summary>The model with the axis of a path as its default, and with all that lie beside it and were made for it.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="first">The default axis' file.</param>
    /// <param name="named">Whether the options name that file: then no other takes its place.</param>
    /// <param name="folders">Where others may lie.</param>
    public static ReadyModel Attach(IGenerator generator, string first, bool named, IEnumerable<string> folders)
    {
        ChatAxis? axis = null;
        string? problem = null;
        try
        {
            axis = AxisFiles.Open(first, generator.Model);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            // A model without its axis can still talk: the page says why nothing is capped.
            problem = $"There is no axis to cap along, so only the standard column answers. {HostPaths.WithoutFolder(e.Message, first)}";
        }

        var others = folders.Where(Directory.Exists).Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)
            .SelectMany(ModelCatalog.AxisFiles)
            .Where(path => path != Path.GetFullPath(first)).Take(MostFiles).Select(path => TryOpen(path, generator)).OfType<ChatAxis>()
            // A link to an axis, or two files of one name in two folders: requests know it by its id.
            .Where(other => other.Id != axis?.Id).DistinctBy(other => other.Id)
            // One that can be capped along serves better where nothing is named.
            .OrderByDescending(other => other.HasFloors);
        List<ChatAxis> all = axis is null ? [.. others] : [axis, .. others];
        return axis is null && !named && all.Count > 0 ? new ReadyModel(generator, all[0], null) { Axes = all } : new ReadyModel(generator, axis, problem) { Axes = all };
    }

    private static ChatAxis? TryOpen(string path, IGenerator generator)
    {
        try
        {
            return AxisFiles.Open(path, generator.Model);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            return null; // most are other models'; damaged ones stand among the list's faults
        }
    }
}
