using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace AxisDemo.Tests.Cli;

/// <summary>Runs the command line as its users do, as a process: for what only a process has.</summary>
internal static partial class AxisProgram
{
    /// <summary>Runs it in a folder, in a locale, with bytes on stdin.</summary>
    public static async Task<Axis> Run(string folder, string locale, byte[] input, params string[] args)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var process = Start(folder, locale, args);
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellation);
            var bytes = new MemoryStream();
            var output = process.StandardOutput.BaseStream.CopyToAsync(bytes, cancellation);
            await process.StandardInput.BaseStream.WriteAsync(input, cancellation);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation).WaitAsync(Axis.Longest, cancellation);
            await output;
            return new Axis(process.ExitCode, bytes.ToArray(), await error);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(Axis.DidNotEnd(args), e);
        }
        finally
        {
            process.Kill();
        }
    }

    public static Process Start(string folder, string locale, params string[] args)
    {
        var start = new ProcessStartInfo(InterruptIsIgnored() ? "env" : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            WorkingDirectory = folder,
        };
        start.Environment["LC_ALL"] = locale;
        if (start.FileName == "env")
        {
            start.ArgumentList.Add("--default-signal=INT");
            start.ArgumentList.Add("dotnet");
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "axis.dll"));
        foreach (var arg in args) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    public static void Send(Process process, int signal) => Assert.Equal(0, Kill(process.Id, signal));

    // A shell that runs the tests in the background makes its children ignore Ctrl-C, and they pass that on: `env` puts it right again.
    private static bool InterruptIsIgnored()
    {
        const int Interrupt = 1 << (2 - 1);
        if (!OperatingSystem.IsLinux()) return false;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        return line is not null && (Convert.ToUInt64(line[7..].Trim(), 16) & Interrupt) != 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
