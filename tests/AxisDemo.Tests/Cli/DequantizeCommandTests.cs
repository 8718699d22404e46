namespace AxisDemo.Tests.Cli;

public class DequantizeCommandTests
{
    [Theory]
    [InlineData("Q4_K")]
    [InlineData("q4_1")]
    [InlineData("MXFP4")]
    public void Golden_blocks_give_the_golden_floats(string type)
    {
        using var folder = new TemporaryFolder();
        var golden = type.ToUpperInvariant();
        var run = Axis.Run("dequantize", "--type", type, Repository.Fixture("quant", $"{golden}.blocks.bin"), "--out", folder.File("out.bin"));
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(File.ReadAllBytes(Repository.Fixture("quant", $"{golden}.f32.bin")), File.ReadAllBytes(folder.File("out.bin")));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(folder.File("out.bin"))!));
    }

    [Fact]
    public void Half_a_block_is_refused_and_the_old_output_stays()
    {
        using var folder = new TemporaryFolder();
        var output = folder.Write("out.bin", "old");
        File.WriteAllBytes(folder.File("in.bin"), new byte[145]);
        Axis.Run("dequantize", "--type", "Q4_K", folder.File("in.bin"), "--out", output).AssertBadInput("145 bytes", "144");
        Assert.Equal("old", File.ReadAllText(output));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(output)!).Length);
    }

    [Fact]
    public void An_unknown_type_names_the_known_ones() =>
        Axis.Run("dequantize", "--type", "IQ1_S", Repository.Fixture("quant", "Q4_K.blocks.bin"), "--out", "/dev/null").AssertBadInput("IQ1_S", "Q4_K, Q5_K");
}
