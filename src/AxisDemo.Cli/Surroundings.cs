using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>What a run of the command line has around it: the process's streams and folder, or those that a test gives it.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Folder">Where the search for what nobody named begins: the working folder.</param>
internal sealed record Surroundings(Stream Input, Stream Output, TextWriter Error, string Folder)
{
    private static readonly AsyncLocal<Surroundings?> Ambient = new();
    private int stopped;

    /// <summary>Those of the run that this code belongs to. Several runs in one process have each their own.</summary>
    public static Surroundings Current
    {
        get => Ambient.Value ?? throw new InvalidOperationException("No command line runs here.");
        set => Ambient.Value = value;
    }

    /// <summary>Whether standard error is a terminal, where a line can be written over.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Says that the run was stopped, once: who notices it first, the command or who waits for it no longer.</summary>
    public void SayStopped()
    {
        if (Interlocked.Exchange(ref stopped, 1) == 0) Error.WriteLine("axis: stopped.");
    }

    /// <summary>Those of this process.</summary>
    public static Surroundings OfProcess() =>
        new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error, Environment.CurrentDirectory) { ErrorIsTerminal = !Console.IsErrorRedirected };

    /// <summary>Where the project's own files are looked for: in the working folder and upwards, then in the program's folder and upwards.</summary>
    public IEnumerable<string> OwnFolders() => FoldersAbove.From(Folder).Concat(FoldersAbove.From(AppContext.BaseDirectory));
}
