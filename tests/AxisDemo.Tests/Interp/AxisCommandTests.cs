using AxisDemo.Cli.Commands;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Tests.Cli;

namespace AxisDemo.Tests.Interp;

public class AxisCommandTests
{
    [Theory]
    [InlineData("0/2", 0, 2)]
    [InlineData("1/2", 1, 2)]
    [InlineData("2/2", 0, 2)]
    [InlineData("0/1", 0, 1)]
    public void Parts_counted_from_0_or_from_1_both_cover_a_run(string text, int shard, int shards) =>
        Assert.Equal((shard, shards), ExtractCommand.Shard(text));

    [Theory]
    [InlineData("3/2")]
    [InlineData("1/0")]
    [InlineData("-1/2")]
    [InlineData("1")]
    [InlineData("a/b")]
    public void What_is_no_part_of_a_run_is_refused(string text) => Assert.Throws<InputException>(() => ExtractCommand.Shard(text));

    [Fact]
    public void A_table_of_tokens_quotes_what_would_break_its_lines()
    {
        TurnProjection[] turns = [new(0, "user", 1, -1.5, 2) { PerToken = [new(3, 7, "a,\"b\"\n", -1.5f, 2, true)] }];
        Assert.Equal("turn,role,position,id,text,pre,post,touched\n0,user,3,7,\"a,\"\"b\"\"\n\",-1.5,2,1\n", ProjectCommand.Table(turns, csv: true));
        Assert.Equal("turn,role,tokens,pre,post\n1,assistant,0,,\n", ProjectCommand.Table([new(1, "assistant", 0, null, null)], csv: true));
        Assert.Single(ProjectCommand.Table(turns, csv: false).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--bands", "5")]
    [InlineData("--thresholds", "75")]
    [InlineData("--role-names", "nobody")]
    public void A_wrong_setting_of_calibrate_is_bad_input(string option, string value)
    {
        var axis = Path.Combine(Repository.Root, "models", "SmolLM2-135M-Instruct.axis.safetensors");
        Assert.Equal(2, Axis.Run("calibrate", "--model", Repository.Model, "--axis", axis, option, value).ExitCode);
    }
}
