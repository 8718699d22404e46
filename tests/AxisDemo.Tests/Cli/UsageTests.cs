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
    [InlineData("--max-price", "NaN", "100")]
    [InlineData("--max-price", "Infinity", "100")]
    public void A_number_out_of_range_is_refused_with_the_range(string option, string value, string most) =>
        Axis.Run("calibrate", "--axis", "x", option, value).AssertBadInput($"{option} {value}", $"to {most}.");

    // By itself the parser takes the comma for a thousands separator: 0,7 would be 7, and the answer a salad of words.
    [Theory]
    [InlineData("--temperature", "0,7")]
    [InlineData("--top-p", "0,9")]
    [InlineData("--repetition-penalty", "1,1")]
    [InlineData("--max-tokens", "1,000")]
    [InlineData("--seed", "18446744073709551616")]
    [InlineData("--seed", "-1")]
    public void A_number_is_written_in_one_way(string option, string value) =>
        Axis.Run("generate", "--model", Repository.Model, "--prompt", "Hi", option, value).AssertBadInput($"{option} {value}: give a");

    [Theory]
    [InlineData("--minimum-score", "NaN")]
    [InlineData("--minimum-score", "Infinity")]
    [InlineData("--minimum-rollouts", "-1")]
    public void A_build_option_that_is_no_number_is_refused(string option, string value) => Axis.Run("build", "--in", "x", "--out", "y", option, value).AssertBadInput(option, value);

    [Theory]
    [InlineData("--temperature", "NaN", "temperature")]
    [InlineData("--top-p", "0", "topP")]
    public void An_extraction_is_refused_before_its_file_is_made(string option, string value, string named)
    {
        using var folder = new TemporaryFolder();
        Axis.Run("extract", "--model", Repository.Model, "--out", folder.File("runs"), option, value).AssertBadInput(named);
        Assert.False(Directory.Exists(folder.File("runs")));
    }

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
