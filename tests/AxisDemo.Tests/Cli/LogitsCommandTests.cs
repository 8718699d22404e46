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
    public void The_rows_of_one_run_are_patched_into_another()
    {
        using var folder = new TemporaryFolder();
        float[] Logits(string ids, string? intervene = null, string? hooks = null)
        {
            var run = Axis.Run(["logits", "--ids", ids, "--logits", "last", "--out", folder.File("run.safetensors"), .. intervene is null ? [] : (string[])["--intervene", intervene], .. hooks is null ? [] : (string[])["--hooks", hooks]]);
            Assert.True(run.ExitCode == 0, run.Error);
            using var file = SafetensorsFile.Open(folder.File("run.safetensors"));
            Assert.True(file.TryGet("logits", out var logits));
            return logits.ToFloats();
        }

        var clean = Logits("1,9690,198,2683", hooks: string.Join(',', Enumerable.Range(0, 4).SelectMany(l => (string[])[$"blocks.{l}.hook_resid_pre", $"blocks.{l}.attn.hook_z", $"blocks.{l}.attn.hook_pattern"])));
        File.Move(folder.File("run.safetensors"), folder.File("clean.safetensors"));
        var plain = Logits("1,4093,198,2683");
        Assert.NotEqual(clean, plain);
        var before = folder.Write("before.json", """[{"kind":"patch","site":"resid_pre","layers":0,"positions":[1],"values":"clean.safetensors#blocks.0.hook_resid_pre"}]""");
        Assert.Equal(clean, Logits("1,4093,198,2683", before));
        var own = folder.Write("own.json", """
            [{"kind":"patch","site":"z","layers":"0:4","heads":[0,8],"values":"clean.safetensors#blocks.{layer}.attn.hook_z"},
             {"kind":"freeze","layers":"0:4","values":"clean.safetensors#blocks.{layer}.attn.hook_pattern"},
             {"kind":"mask_head","heads":[]}]
            """);
        Assert.Equal(clean, Logits("1,9690,198,2683", own));
        Assert.NotEqual(plain, Logits("1,4093,198,2683", own));
        var beyond = folder.Write("beyond.json", """[{"kind":"patch","site":"resid_pre","layers":0,"values":"clean.safetensors#blocks.0.hook_resid_pre"}]""");
        Axis.Run("logits", "--ids", "1,9690", "--intervene", beyond, "--out", folder.File("run.safetensors")).AssertBadInput("beyond.json: interventions[0].positions: position 3 is none of the prompt's, which has 2 tokens");
    }

    [Fact]
    public void The_mean_over_the_tokens_is_what_masked_heads_take()
    {
        using var folder = new TemporaryFolder();
        string[] common = ["logits", "--ids", "1,9690,198,2683", "--logits", "last", "--hooks", "blocks.3.attn.hook_z"];
        float[] Values(string file, string name)
        {
            using var open = SafetensorsFile.Open(folder.File(file));
            Assert.True(open.TryGet(name, out var tensor), name);
            return tensor.ToFloats();
        }

        Assert.Equal(0, Axis.Run([.. common, "--out", folder.File("rows.safetensors")]).ExitCode);
        Assert.Equal(0, Axis.Run([.. common, "--mean", "--out", folder.File("mean.safetensors")]).ExitCode);
        var (rows, mean) = (Values("rows.safetensors", "blocks.3.attn.hook_z"), Values("mean.safetensors", "blocks.3.attn.hook_z"));
        Assert.Equal(576, mean.Length);
        for (var i = 0; i < mean.Length; i++) Assert.Equal(Enumerable.Range(0, 4).Average(t => (double)rows[t * 576 + i]), mean[i], 1e-6);
        var mask = folder.Write("mask.json", """[{"kind":"mask_head","heads":[[3,8]],"mean":"mean.safetensors#blocks.{layer}.attn.hook_z"}]""");
        var masked = Axis.Run([.. common, "--intervene", mask, "--out", folder.File("masked.safetensors")]);
        Assert.True(masked.ExitCode == 0, masked.Error);
        var seen = Values("masked.safetensors", "blocks.3.attn.hook_z");
        for (var t = 0; t < 4; t++) Assert.Equal(mean[^64..], seen[(t * 576 + 512)..((t + 1) * 576)]);
        Axis.Run(["logits", "--ids", "1", "--mean", "--hooks", "blocks.0.attn.hook_pattern", "--out", folder.File("l.safetensors")]).AssertBadInput("--mean", "no mean");
        Axis.Run(["logits", "--ids", "1", "--mean", "--out", folder.File("l.safetensors")]).AssertBadInput("--mean", "--hooks");
    }

    [Fact]
    public void What_leaves_the_range_of_numbers_is_not_written()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("v.safetensors"), [("huge", [576], Enumerable.Repeat(3e38f, 576).ToArray())]);
        var add = folder.Write("add.json", """[{"kind":"add","vector":"v.safetensors#huge","layers":3,"coefficient":10}]""");
        var run = Axis.Run("logits", "--ids", "1,9690", "--intervene", add, "--out", folder.File("l.safetensors"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("a logit is not a finite number. The interventions are too strong", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("l.safetensors")));
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
