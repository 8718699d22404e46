using System.CommandLine;
using AxisDemo.Cli.Commands;
using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>
/// The program around the commands: parsing, exit codes, one-line errors.
/// Exit 0 = done, 1 = the work failed (or was stopped), 2 = wrong usage or bad input.
/// </summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadInput = 2;

    public static RootCommand Root() => new("AxisDemo's command line: run a language model, watch it along its Assistant Axis, cap and steer it.")
    {
        GenerateCommand.Create(),
        LogitsCommand.Create(),
        TokenizeCommand.Create(),
        DetokenizeCommand.Create(),
        TemplateCommand.Create(),
        ModelsCommand.Create(),
        InspectCommand.Create(),
        DequantizeCommand.Create(),
        ExtractCommand.Create(),
        BuildCommand.Create(),
        CalibrateCommand.Create(),
        ProjectCommand.Create(),
        ImportCommand.Create(),
        ExportCommand.Create(),
        BenchCommand.Create(),
    };

    /// <summary>Runs one command line.</summary>
    /// <param name="args">Its words.</param>
    /// <param name="surroundings">Where it reads and writes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellation)
    {
        Surroundings.Current = surroundings;
        // A text or a file's name may begin with "@": it is no file of further arguments.
        var parsed = Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (UsageError.Find(parsed, args) is { } error) return Fail(BadInput, error);

        try
        {
            // Help and the version are the library's to print.
            using var output = new StreamWriter(surroundings.Output, leaveOpen: true) { AutoFlush = true };
            // The library's own handlers would print a stack trace and wait for two seconds after Ctrl-C.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = surroundings.Error };
            return await parsed.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        }
        catch (InputException e)
        {
            return Fail(BadInput, e.Message);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fail(BadInput, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            surroundings.SayStopped();
            return Failed;
        }
        catch (WorkFailedException e)
        {
            return Fail(Failed, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(Failed, e.Message);
        }
        catch (Exception e)
        {
            // Nobody foresaw this one: its type and place are what a report needs, still in one line.
            var place = e.StackTrace?.Split('\n', 2)[0].Trim();
            return Fail(Failed, $"unexpected {e.GetType().Name}: {e.Message} ({place})");
        }
    }

    private static int Fail(int code, string message)
    {
        Surroundings.Current.Error.WriteLine($"axis: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}

/// <summary>The work could not be done, though the input was in order. The message is for the user.</summary>
internal sealed class WorkFailedException(string message) : Exception(message);
