using System.Text;
using System.Text.Json;
using AxisDemo.Cli;

namespace AxisDemo.Tests.Cli;

/// <summary>What a run of the command line gave: in this process, or (<see cref="AxisProgram"/>) as its users start it.</summary>
internal sealed record Axis(int ExitCode, byte[] Bytes, string Error)
{
    /// <summary>A run that takes longer hangs.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

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
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (output, error) = (new MemoryStream(), new StringWriter());
        var surroundings = new Surroundings(new MemoryStream(BytesOf(input, encoding)), output, TextWriter.Synchronized(error), Repository.Root);
        var run = Task.Run(() => CommandLine.RunAsync(args, surroundings, stop.Token));
        if (!run.Wait(Longest))
        {
            stop.Cancel();
            Assert.Fail(DidNotEnd(args));
        }

        return new Axis(run.Result, output.ToArray(), error.ToString());
    }

    /// <summary>The text as a file holds it: with the encoding's mark, where it has one.</summary>
    public static byte[] BytesOf(string text, Encoding encoding) => [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];

    public static string DidNotEnd(string[] args) => $"axis {string.Join(' ', args)} did not end.";

    /// <summary>Exit 2, and one line on stderr that says all of <paramref name="words"/>.</summary>
    public void AssertBadInput(params string[] words)
    {
        Assert.True(ExitCode == 2, $"exit {ExitCode}: {Error}");
        Assert.Empty(Bytes);
        Assert.Single(Error.TrimEnd('\n').Split('\n'));
        foreach (var word in words) Assert.Contains(word, Error, StringComparison.Ordinal);
    }
}
