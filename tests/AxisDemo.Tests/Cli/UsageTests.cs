namespace AxisDemo.Tests.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("--json", new[] { "inspect", "--jsno", "x.gguf" })]
    [InlineData("--json", new[] { "inspect", "x.gguf", "--jsno" })]
    [InlineData("inspect", new[] { "inspct", "x.gguf" })]
    public void An_unknown_word_says_what_to_type(string suggestion, string[] args) =>
        Axis.Run(args).AssertBadInput($"Did you mean '{suggestion}'?", "--help");

    [Fact]
    public void What_begins_with_an_at_sign_is_no_file_of_arguments()
    {
        var run = Axis.Run("generate", "--model", Repository.Model, "--prompt", "@everyone, say hello", "--max-tokens", "1", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Axis.Run("inspect", "@nowhere.gguf").AssertBadInput("@nowhere.gguf", "does not exist");
    }

    [Fact]
    public void A_missing_argument_names_the_command_whose_help_to_read() => Axis.Run("inspect").AssertBadInput("axis inspect --help");

    [Theory]
    [InlineData("--parallel", "-1", "64")]
    [InlineData("--parallel", "0", "64")]
    [InlineData("--target", "NaN", "2")]
    public void A_number_out_of_range_is_refused_with_the_range(string option, string value, string most) =>
        Axis.Run("calibrate", "--axis", "x", option, value).AssertBadInput($"{option} {value}", $"to {most}.");

    [Fact]
    public void A_folder_as_the_model_is_answered_with_what_is_read() =>
        Axis.Run("tokenize", "--model", Repository.Root).AssertBadInput("tokenizer.json", "missing");

    [Fact]
    public void Help_is_no_error()
    {
        var run = Axis.Run("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("inspect", run.Out, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }
}
