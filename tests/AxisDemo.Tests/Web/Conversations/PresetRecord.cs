using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>Mean projections of a preset's answers with one seed, a number a turn.</summary>
/// <param name="Standard">Of the standard column.</param>
/// <param name="Read">Of the capped column, as the standard model reads it.</param>
public sealed record PresetRun(double[] Standard, double[] Read);

/// <summary>
/// What the presets gave when they were played (tests/fixtures/presets). The engine gives every bit again, so a result holds as long as all that
/// it hangs on stays the same: the model, its axis, the sources of the engine and of the chat, packages, system and the CPU's instructions.
/// AXISDEMO_RECORD=1 writes what was played.
/// </summary>
internal static class PresetRecord
{
    private static readonly string[] Sources = ["Core/Formats", "Core/Interp", "Core/Compute", "Core/Model", "Core/Serving", "Core/Tokenizers", "Web/Charts/Trajectory", "Web/Conversations", "Web/Hosting/Models"];
    private static readonly string Place = Repository.Fixture("presets", "played.json");
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly Lock Writing = new();

    private static readonly Lazy<string> State = new(HashOfState);

    // The C library's exponentials and cosines are the system's.
    private static readonly string Machine = string.Join(", ",
        [RuntimeInformation.OSDescription, RuntimeInformation.ProcessArchitecture.ToString(), $"{(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)} bits", .. AvxVnni.IsSupported ? new[] { "AvxVnni" } : []]);

    private static int told;

    /// <summary>What a preset gave; null: nothing that still holds.</summary>
    public static PresetRun[]? Find(string preset)
    {
        var runs = Load().GetValueOrDefault($"{Machine}: {preset}");
        if (runs is null && Interlocked.Exchange(ref told, 1) == 0)
            Console.Error.WriteLine($"The presets are played: {Place} is of another state or machine. To bring it up to date: tests/fixtures/presets/README.md.");
        return runs;
    }

    /// <summary>Keeps what a preset gave, if that was asked for.</summary>
    public static void Keep(string preset, PresetRun[] runs)
    {
        if (Environment.GetEnvironmentVariable("AXISDEMO_RECORD") != "1") return;
        lock (Writing)
        {
            var results = Load();
            results[$"{Machine}: {preset}"] = runs;
            File.WriteAllText(Place, JsonSerializer.Serialize(new Played(State.Value, results), Indented).ReplaceLineEndings("\n") + "\n");
        }
    }

    private static SortedDictionary<string, PresetRun[]> Load()
    {
        var played = File.Exists(Place) ? JsonSerializer.Deserialize<Played>(File.ReadAllText(Place)) : null;
        return played?.State == State.Value ? played.Results : [];
    }

    private static string HashOfState()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sources = Sources.SelectMany(folder => Directory.GetFiles(Path.Combine([Repository.Root, "src", .. $"AxisDemo.{folder}".Split('/')]), "*.cs", SearchOption.AllDirectories)).Order(StringComparer.Ordinal);
        string[] others = [Path.Combine(Repository.Root, "Directory.Packages.props"), Path.Combine(Repository.Root, "tests", "AxisDemo.Tests", "Web", "Conversations", "PresetTests.cs")];
        foreach (var source in sources.Concat(others)) hash.AppendData(Encoding.UTF8.GetBytes(File.ReadAllText(source).ReplaceLineEndings("\n")));
        foreach (var path in (string[])[Repository.Model, AxisDemo.Web.Hosting.AxisFiles.Beside(Repository.Model)])
        {
            using var file = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Played(string State, SortedDictionary<string, PresetRun[]> Results);
}
