using System.Diagnostics;
using AxisDemo.Formats;

namespace AxisDemo.Running;

/// <summary>The host as a process of its own on a free port of this machine: what it prints is kept, and it ends with its owner.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> log = [];

    private HostProcess(Process process) => this.process = process;

    /// <summary>The checkout's root.</summary>
    public static string Root { get; } = FoldersAbove.With("AxisDemo.sln", AppContext.BaseDirectory);

    /// <summary>Where it listens: http://127.0.0.1:port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>What it has printed so far, a line each.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (log) return [.. log];
        }
    }

    /// <summary>Starts the host that was built beside this program, in the same configuration, and returns when it listens.</summary>
    /// <param name="options">Options as on the command line: <c>Limits:Sessions=3</c>.</param>
    /// <exception cref="InvalidOperationException">It ended at once; the message is what it printed.</exception>
    public static async Task<HostProcess> Start(params string[] options)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Path.Combine(Root, "bin", configuration, "net10.0", "AxisDemo.dll"), "--urls=http://127.0.0.1:0" }.Concat(options.Select(o => "--" + o))) start.ArgumentList.Add(argument);
        var host = new HostProcess(Process.Start(start)!);
        host.process.EnableRaisingEvents = true;
        host.process.Exited += (_, _) => host.Ended();
        host.process.OutputDataReceived += (_, e) => host.Heard(e.Data);
        host.process.ErrorDataReceived += (_, e) => host.Heard(e.Data);
        host.process.BeginOutputReadLine();
        host.process.BeginErrorReadLine();
        try
        {
            host.Address = await host.listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>Waits until the model is loaded (true) or is known not to be (false).</summary>
    public Task<bool> Settled() => loaded.Task.WaitAsync(TimeSpan.FromSeconds(120));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Ended()
    {
        // The last lines are read before the process counts as over.
        process.WaitForExit();
        var said = new InvalidOperationException("The host has ended:\n" + string.Join('\n', Log));
        listening.TrySetException(said);
        loaded.TrySetException(said);
        // Nobody may be waiting for the model: that is no fault of its own.
        _ = loaded.Task.Exception;
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        lock (log) log.Add(line);
        const string Listening = "Now listening on: ";
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at) listening.TrySetResult(line[(at + Listening.Length)..]);
        if (line.Contains("Loaded ", StringComparison.Ordinal)) loaded.TrySetResult(true);
        if (line.Contains("No model:", StringComparison.Ordinal)) loaded.TrySetResult(false);
    }
}
