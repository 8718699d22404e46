using System.Globalization;

namespace AxisDemo.Model;

/// <summary>How much memory can still be had: of the machine, and of the container that this runs in.</summary>
internal static class AvailableMemory
{
    /// <summary>Bytes. Pages that hold files and can be dropped count as available.</summary>
    public static long Bytes()
    {
        var known = GC.GetGCMemoryInfo();
        // The total respects a container's limit on every system; what is in use is known better below, where there is a /proc.
        var bytes = Math.Max(0, known.TotalAvailableMemoryBytes - known.MemoryLoadBytes);
        if (!OperatingSystem.IsLinux()) return bytes;
        bytes = ReadMemInfo() ?? bytes;
        // Control groups of version 1 are not read here; the runtime knows their limit.
        return Math.Min(bytes, ReadControlGroup("/proc/self/cgroup", "/sys/fs/cgroup") ?? known.TotalAvailableMemoryBytes);
    }

    /// <summary>What the control groups (version 2) of this process leave, the smallest of the group and those above it; null without a limit.</summary>
    internal static long? ReadControlGroup(string membership, string root)
    {
        var line = Lines(membership).FirstOrDefault(l => l.StartsWith("0::/", StringComparison.Ordinal));
        if (line is null) return null;
        long? least = null;
        for (var group = line[4..].Trim(); ; group = Path.GetDirectoryName(group) ?? "")
        {
            var folder = Path.Combine(root, group);
            if (Number(Lines(Path.Combine(folder, "memory.max")).FirstOrDefault()) is { } limit)
            {
                var used = Number(Lines(Path.Combine(folder, "memory.current")).FirstOrDefault()) ?? 0;
                var files = Lines(Path.Combine(folder, "memory.stat")).Where(l => l.StartsWith("inactive_file ", StringComparison.Ordinal)).Select(l => Number(l[14..])).FirstOrDefault() ?? 0;
                least = Math.Min(least ?? long.MaxValue, Math.Max(0, limit - Math.Max(0, used - files)));
            }

            if (group.Length == 0) return least;
        }
    }

    private static long? ReadMemInfo() =>
        Lines("/proc/meminfo").FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
        && Number(line[13..].Replace("kB", "", StringComparison.Ordinal)) is { } kilobytes ? kilobytes << 10 : null;

    private static long? Number(string? text) => long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // what cannot be read says nothing
        }
    }
}
