using System.Globalization;
using AxisDemo.Model.Loading;

namespace AxisDemo.Tests.Model;

/// <summary>
/// Rotary scaling in a GGUF file means what it means to llama.cpp (llama-model.cpp, load_hparams): the type is "linear" where none is
/// stated, the older key counts where the newer is missing, 0 is no factor, and "none" leaves a factor without effect.
/// </summary>
public sealed class GgufRopeTests
{
    private const string Type = "llama.rope.scaling.type", Factor = "llama.rope.scaling.factor", Older = "llama.rope.scale_linear";
    private static readonly float[] s_none = EditedModel.Of("smollm").Logits();
    private static readonly float[] s_linear = EditedModel.Of("smollm").Set(Type, "linear").Set(Factor, 4f).Logits();

    [Fact]
    public void Each_spelling_of_linear_scaling_gives_the_same_logits()
    {
        Assert.NotEqual(s_none, s_linear);
        Assert.Equal(s_linear, EditedModel.Of("smollm").Set(Factor, 4f).Logits());
        Assert.Equal(s_linear, EditedModel.Of("smollm").Set(Older, 4f).Logits());
        Assert.Equal(s_linear, EditedModel.Of("smollm").Set(Type, "linear").Set(Older, 4f).Logits());
        Assert.Equal(s_linear, EditedModel.Of("smollm").Set(Older, 2f).Set(Factor, 4f).Logits());
    }

    [Fact]
    public void A_factor_that_is_off_or_0_scales_nothing()
    {
        Assert.Equal(s_none, EditedModel.Of("smollm").Set(Type, "none").Set(Factor, 4f).Logits());
        Assert.Equal(s_none, EditedModel.Of("smollm").Set(Type, "none").Set(Older, 4f).Logits());
        Assert.Equal(s_none, EditedModel.Of("smollm").Set(Factor, 0f).Set(Older, 4f).Logits());
        Assert.Equal(s_none, EditedModel.Of("smollm").Set(Type, "linear").Logits());
    }

    // The folder's way is held by transformers' golden logits, so that the file's is too.
    [Fact]
    public void Gemma_3s_blocks_with_a_window_have_the_base_that_is_stated()
    {
        using var folder = FolderModel.Copy("gemma3", "config.hub.json").Set("rope_local_base_freq", "2000.0");
        using var wanted = ModelSource.Open(folder.Path);
        var stated = EditedModel.Of("gemma3").Set("gemma3.rope.freq_base_swa", 2000f).Open().Config;
        Assert.Equal(wanted.Config.Blocks.Select(b => b.Rope.Inverse), stated.Blocks.Select(b => b.Rope.Inverse));
        Assert.NotEqual(stated.Blocks[0].Rope.Inverse, EditedModel.Of("gemma3").Open().Config.Blocks[0].Rope.Inverse);
        // Gemma 2's are scaled as the others are.
        var both = EditedModel.Of("gemma2").Set("gemma2.rope.freq_base_swa", 2000f).Set("gemma2.rope.scaling.factor", 2f).Open().Config.Blocks;
        Assert.Equal((0.5f, 0.5f), (both[0].Rope.Inverse[0], both[1].Rope.Inverse[0]));
        Assert.NotEqual(both[0].Rope.Inverse[1], both[1].Rope.Inverse[1]);
    }

    [Theory]
    [InlineData("yarn")]
    [InlineData("longrope")]
    [InlineData("dynamic")]
    [InlineData("Linear")]
    [InlineData("")]
    public void Another_scaling_is_refused_by_name(string type) => Assert.Equal(Type, EditedModel.Of("smollm").Set(Type, type).Set(Factor, 4f).Refused());

    [Theory]
    [InlineData("llama.rope.scaling.attn_factor", "1.5")]
    [InlineData("llama.rope.scaling.attn_factor", "NaN")]
    [InlineData(Factor, "-4")]
    [InlineData(Factor, "NaN")]
    [InlineData(Factor, "1e-45")]
    [InlineData(Older, "-1")]
    [InlineData("llama.rope.freq_base", "0")]
    [InlineData("llama.rope.freq_base", "1e-45")]
    [InlineData("llama.rope.freq_base", "-10000")]
    [InlineData("llama.rope.freq_base", "Infinity")]
    public void A_number_that_gives_no_rotation_is_refused_by_name(string key, string value) =>
        Assert.Equal(key, EditedModel.Of("smollm").Set(key, float.Parse(value, CultureInfo.InvariantCulture)).Refused());
}
