using System.Text;
using System.Text.Json;

namespace AxisDemo.Tests.Cli;

/// <summary>The command line as a process: what all others test inside their own is joined to the real streams, exit code, folder and signals.</summary>
public class ProgramTests
{
    private const string Text = "Größe 草 🌱";

    [Fact]
    public async Task Stdin_is_read_as_UTF8_in_any_locale_and_the_model_is_looked_for_from_the_working_folder_upwards()
    {
        using var folder = new TemporaryFolder();
        var model = Repository.Fixture("tiny-models", "smollm", "smollm.gguf");
        folder.Write("appsettings.json", JsonSerializer.Serialize(new { Engine = new { Model = model } }));
        var below = Directory.CreateDirectory(folder.File("a@b #ü")).FullName;
        var run = await AxisProgram.Run(below, "C", Encoding.UTF8.GetBytes(Text), "tokenize");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(Axis.RunWithInput(Text, "tokenize", "--model", model).Bytes, run.Bytes);
        Assert.NotEqual(Axis.RunWithInput(Text, "tokenize").Bytes, run.Bytes);
    }

    [Fact]
    public async Task Stdout_is_UTF8_in_any_locale_and_nothing_is_added()
    {
        var run = await AxisProgram.Run(Repository.Root, "C", [], "detokenize", "--ids", Axis.RunWithInput(Text, "tokenize").Out.Trim());
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(Encoding.UTF8.GetBytes(Text), run.Bytes);
    }

    [Fact]
    public async Task Bad_input_is_exit_2_and_one_line_on_stderr() =>
        (await AxisProgram.Run(Repository.Root, "C.UTF-8", [], "inspect", "größe.gguf")).AssertBadInput("größe.gguf", "does not exist");

    [Theory]
    [InlineData(2)] // Ctrl-C
    [InlineData(15)]
    public async Task A_signal_ends_a_long_answer_soon_and_says_so(int signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends the signal with kill(2)");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Axis.Longest);
        using var process = AxisProgram.Start(Repository.Root, "C.UTF-8", "generate", "--prompt", "Tell a very long story.", "--max-tokens", "2000", "--json");
        await using var end = patience.Token.Register(() => process.Kill());
        try
        {
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            // The first token is out: the engine is at work.
            for (string? line = ""; line is not null && !line.Contains("\"token\"", StringComparison.Ordinal);) line = await process.StandardOutput.ReadLineAsync(patience.Token);
            AxisProgram.Send(process, signal);
            var after = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);

            // How many tokens still come is a matter of the machine; an end that the answer would have come to by itself does not.
            Assert.All(after.Split('\n').Where(line => line.Contains("\"finished\"", StringComparison.Ordinal)), line => Assert.Contains("\"cancelled\"", line, StringComparison.Ordinal));
            Assert.InRange(after.Split("\"token\"").Length - 1, 0, 1998);
            Assert.Equal((1, "axis: stopped.\n"), (process.ExitCode, await error));
        }
        finally
        {
            process.Kill();
        }
    }
}
