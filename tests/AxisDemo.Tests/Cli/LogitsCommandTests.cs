using AxisDemo.Formats;

namespace AxisDemo.Tests.Cli;

public class LogitsCommandTests
{
    [Fact]
    public void Logits_and_hooks_have_their_shapes_and_the_residual_stream_adds_up()
    {
        using var folder = new TemporaryFolder();
        var hooks = "blocks.3.hook_resid_pre,blocks.3.hook_attn_out,blocks.3.hook_resid_mid,blocks.0.attn.hook_pattern";
        var run = Axis.Run("logits", "--ids", "1,9690,198,2683", "--hooks", hooks, "--out", folder.File("l.safetensors"));
        Assert.True(run.ExitCode == 0, run.Error);
        using var file = SafetensorsFile.Open(folder.File("l.safetensors"));
        float[] Values(string name, params long[] shape)
        {
            Assert.True(file.TryGet(name, out var tensor), name);
            Assert.Equal(shape, tensor.Shape);
            return tensor.ToFloats();
        }

        Assert.All(Values("logits", 4, 49152), v => Assert.True(float.IsFinite(v)));
        var (pre, attention, mid) = (Values("blocks.3.hook_resid_pre", 4, 576), Values("blocks.3.hook_attn_out", 4, 576), Values("blocks.3.hook_resid_mid", 4, 576));
        for (var i = 0; i < mid.Length; i++) Assert.Equal(pre[i] + attention[i], mid[i]);
        var pattern = Values("blocks.0.attn.hook_pattern", 9, 4, 4);
        Assert.Equal(0, pattern[1]); // the first token does not see the second
        Assert.Equal("1,9690,198,2683", file.Metadata["ids"]);
    }

    [Fact]
    public void An_unknown_hook_names_the_known_ones_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        Axis.Run("logits", "--ids", "1", "--hooks", "blocks.3.resid", "--out", folder.File("l.safetensors")).AssertBadInput("blocks.3.resid", "hook_resid_post");
        Assert.False(File.Exists(folder.File("l.safetensors")));
    }

    [Fact]
    public void A_folder_that_is_not_there_cannot_be_written_to() =>
        Axis.Run("logits", "--ids", "1", "--out", "/no/such/folder/l.safetensors").AssertBadInput("/no/such/folder/l.safetensors");
}
