using System.Globalization;

namespace AxisDemo.Bench;

/// <summary>Memory of a process as Linux counts it.</summary>
/// <param name="Now">Resident now, MiB.</param>
/// <param name="Peak">Most that was ever resident, MiB.</param>
internal readonly record struct HostMemory(double Now, double Peak)
{
    /// <summary>Reads /proc/PID/status.</summary>
    public static HostMemory Of(int process)
    {
        var lines = File.ReadAllLines($"/proc/{process}/status");
        return new(Field(lines, "VmRSS:"), Field(lines, "VmHWM:"));
    }

    // "VmHWM:   123456 kB"
    private static double Field(string[] lines, string name) =>
        long.Parse(lines.First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) / 1024.0;
}
