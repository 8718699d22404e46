namespace AxisDemo.Cli.Bench;

/// <summary>What a measurement runs.</summary>
internal sealed record BenchSettings(int[] Prompt, int Tokens, int Runs, int Streams, string? Axis);

/// <summary>A measurement: the unit of all numbers but <paramref name="Details"/> is sampled (prefill: prompt, read: given) tokens per second.</summary>
internal sealed record BenchResult(
    string What, double TokensPerSecond, double Median, double Min, double Max, IReadOnlyList<double> Runs, string Cpu, string Engine, string Model, IReadOnlyDictionary<string, double>? Details = null)
{
    /// <summary>The tokens of the first run, so that two programs can be seen to have done the same work.</summary>
    public IReadOnlyList<int>? Ids { get; init; }

    public static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>One stream as it was seen from outside the engine.</summary>
internal sealed record StreamRun(IReadOnlyList<int> Ids, double FirstMilliseconds, double TokensPerSecond);

/// <summary>The processor's own name.</summary>
internal static class Cpu
{
    public static string Name
    {
        get
        {
            const string Info = "/proc/cpuinfo";
            var named = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
            return named?.Split(':', 2)[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
