using System.Runtime.InteropServices;

namespace AxisDemo.Cli;

/// <summary>
/// Ctrl-C and SIGTERM: the token is cancelled at once; work that has not ended within <see cref="Patience"/> is left behind
/// (its unfinished files are removed as the process ends, see <see cref="Formats.ReplacingFile"/>).
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource source = new();
    private readonly Surroundings surroundings;
    private readonly PosixSignalRegistration[] registrations;

    public Interrupt(Surroundings surroundings)
    {
        this.surroundings = surroundings;
        registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];
    }

    public CancellationToken Token => source.Token;

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (source.IsCancellationRequested) Leave(); // the second Ctrl-C means it
        var watchdog = new Thread(() =>
        {
            Thread.Sleep(Patience);
            Leave();
        }) { IsBackground = true, Name = "interrupt" };
        watchdog.Start();
        source.Cancel();
    }

    private void Leave()
    {
        surroundings.SayStopped();
        Environment.Exit(CommandLine.Failed);
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        source.Dispose();
    }
}
