using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace AxisDemo.Tests.Cli;

/// <summary>Runs the command line as its users do: as a process.</summary>
internal sealed record Axis(int ExitCode, byte[] Bytes, string Error)
{
    /// <summary>What was printed on stdout.</summary>
    public string Out => Encoding.UTF8.GetString(Bytes);

    /// <summary>stdout as one JSON value.</summary>
    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    /// <summary>stdout as JSON lines.</summary>
    public List<JsonElement> JsonLines => [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static Axis Run(params string[] args) => RunWithInput("", args);

    public static Axis RunWithInput(string input, params string[] args) => RunWithInput(input, new UTF8Encoding(false), args);

    public static Axis RunWithInput(string input, Encoding encoding, params string[] args)
    {
        using var process = Start(args);
        var error = process.StandardError.ReadToEndAsync();
        var bytes = new MemoryStream();
        var output = process.StandardOutput.BaseStream.CopyToAsync(bytes);
        process.StandardInput.BaseStream.Write([.. encoding.GetPreamble(), .. encoding.GetBytes(input)]);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill();
            Assert.Fail($"axis {string.Join(' ', args)} did not end.");
        }

        Task.WaitAll(error, output);
        return new Axis(process.ExitCode, bytes.ToArray(), error.Result);
    }

    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(InterruptIsIgnored() ? "env" : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            WorkingDirectory = Repository.Root,
        };
        if (start.FileName == "env")
        {
            start.ArgumentList.Add("--default-signal=INT");
            start.ArgumentList.Add("dotnet");
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "axis.dll"));
        foreach (var arg in args) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    // A shell that runs the tests in the background makes its children ignore Ctrl-C, and they pass that on: `env` puts it right again.
    private static bool InterruptIsIgnored()
    {
        const int Interrupt = 1 << (2 - 1);
        if (!OperatingSystem.IsLinux()) return false;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        return line is not null && (Convert.ToUInt64(line[7..].Trim(), 16) & Interrupt) != 0;
    }

    /// <summary>Exit 2, and one line on stderr that says all of <paramref name="words"/>.</summary>
    public void AssertBadInput(params string[] words)
    {
        Assert.True(ExitCode == 2, $"exit {ExitCode}: {Error}");
        Assert.Empty(Bytes);
        Assert.Single(Error.TrimEnd('\n').Split('\n'));
        foreach (var word in words) Assert.Contains(word, Error, StringComparison.Ordinal);
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("axis-test-");

    public string File(string name) => Path.Combine(folder.FullName, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
