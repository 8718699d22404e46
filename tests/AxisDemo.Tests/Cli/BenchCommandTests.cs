namespace AxisDemo.Tests.Cli;

public class BenchCommandTests
{
    [Theory]
    [InlineData("decode")]
    [InlineData("prefill")]
    [InlineData("concurrent")]
    [InlineData("pair")]
    [InlineData("read")]
    [InlineData("extract")]
    public void A_measurement_is_one_JSON_object_with_its_runs_and_the_machine(string what)
    {
        var run = Axis.Run("bench", what, "--runs", "1", "--tokens", "6", "--prompt-tokens", "5", "--streams", "2", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var result = run.Json;
        Assert.Equal(what, result.GetProperty("what").GetString());
        Assert.True(result.GetProperty("tokensPerSecond").GetDouble() > 0);
        Assert.Equal(result.GetProperty("median").GetDouble(), Assert.Single(result.GetProperty("runs").EnumerateArray()).GetDouble());
        Assert.NotEmpty(result.GetProperty("cpu").GetString()!);
        if (what == "decode") Assert.Equal(6, result.GetProperty("ids").GetArrayLength());
        if (what == "pair") Assert.Equal(1.5 * result.GetProperty("details").GetProperty("ratioOfSampledTokens").GetDouble(), result.GetProperty("details").GetProperty("ratioOfRows").GetDouble(), 9);
    }

    [Fact]
    public void More_tokens_than_the_context_holds_are_refused() => Axis.Run("bench", "decode", "--tokens", "9000").AssertBadInput("context of 8192");
}
