namespace AxisDemo.Tests.Model;

/// <summary>What a GGUF file states of its architecture is applied, or refused by name, or told of by name.</summary>
public sealed class GgufKeysTests
{
    [Theory]
    [InlineData("llama.expert_count", 8u)]
    [InlineData("llama.attention.causal", false)]
    [InlineData("llama.attention.value_length", 16u)]
    [InlineData("llama.attention.key_length_swa", 64u)]
    [InlineData("llama.rope.dimension_count_swa", 16u)]
    [InlineData("llama.attention.head_count", new[] { 3, 3, 3, 1 })]
    [InlineData("llama.attention.head_count_kv", new[] { 1, 1, 3, 1 })]
    [InlineData("llama.feed_forward_length", new[] { 112, 112, 112, 56 })]
    [InlineData("llama.feed_forward_length", new int[0])]
    [InlineData("llama.attention.head_count", "3")]
    public void What_would_change_the_computation_is_refused_by_name(string key, object value) => Assert.Equal(key, EditedModel.Of("smollm").Set(key, value).Refused());

    [Fact]
    public void A_list_with_one_number_for_every_block_is_that_number()
    {
        var edited = EditedModel.Of("smollm").Set("llama.attention.head_count", new[] { 3, 3, 3, 3 }).Set("llama.attention.head_count_kv", new[] { 1, 1, 1, 1 }).Set("llama.feed_forward_length", new[] { 112, 112, 112, 112 });
        Assert.Equal(EditedModel.Of("smollm").Logits(), edited.Logits());
    }

    [Theory]
    [InlineData(2u, new[] { 8, 0, 8, 0 })]
    [InlineData(1u, new[] { 0, 0, 0, 0 })]
    [InlineData(0u, new[] { 8, 8, 8, 8 })]
    [InlineData(new[] { true, true, false, false }, new[] { 8, 8, 0, 0 })]
    public void Which_blocks_have_the_window_can_be_stated(object pattern, int[] windows)
    {
        var (config, warnings) = EditedModel.Of("gemma2").Set("gemma2.attention.sliding_window_pattern", pattern).Open();
        Assert.Equal(windows, config.Blocks.Select(b => b.Window));
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_pattern_that_does_not_fit_is_refused_by_name() =>
        Assert.Equal("gemma2.attention.sliding_window_pattern", EditedModel.Of("gemma2").Set("gemma2.attention.sliding_window_pattern", new[] { true }).Refused());

    // As llama.cpp has it: without a window the blocks are all alike, rotation included.
    [Fact]
    public void Gemma_3_without_a_window_has_one_kind_of_block()
    {
        var blocks = EditedModel.Of("gemma3").Remove("gemma3.attention.sliding_window").Open().Config.Blocks;
        Assert.Single(blocks.Distinct());
        Assert.Equal(EditedModel.Of("gemma3").Open().Config.Blocks[5].Rope.Inverse, blocks[0].Rope.Inverse);
    }

    [Theory]
    [InlineData("llama.logit_scale", 0.25f)]
    [InlineData("llama.residual_scale", 0.22f)]
    [InlineData("llama.embedding_scale", 12f)]
    [InlineData("llama.attention.scale", 0.0078125f)]
    [InlineData("llama.attention.clamp_kqv", 8f)]
    [InlineData("llama.attention.max_alibi_bias", 8f)]
    [InlineData("llama.attention.layer_norm_epsilon", 1e-5f)]
    [InlineData("llama.use_parallel_residual", true)]
    [InlineData("llama.pooling_type", 3u)]
    [InlineData("llama.rope.dimension_sections", new[] { 16, 24, 24, 0 })]
    [InlineData("llama.rope.scaling.yarn_log_multiplier", 0.1f)]
    [InlineData("llama.final_logit_softcapping", 30f)]
    [InlineData("llama.attn_logit_softcapping", 50f)]
    [InlineData("llama.something.new", "x")]
    public void A_key_that_is_not_known_is_told_of_by_name(string key, object value) =>
        Assert.Contains($"model.gguf: {key}: not known here, and not applied", Assert.Single(EditedModel.Of("smollm").Set(key, value).Open().Warnings), StringComparison.Ordinal);

    [Fact]
    public void A_window_that_no_block_of_the_family_has_is_told_of() =>
        Assert.Contains("qwen2.attention.sliding_window", Assert.Single(EditedModel.Of("qwen2").Set("qwen2.attention.sliding_window", 64u).Open().Warnings), StringComparison.Ordinal);

    [Fact]
    public void A_thousand_unknown_keys_are_one_short_warning()
    {
        var edited = EditedModel.Of("smollm");
        for (var k = 0; k < 1000; k++) edited.Set($"llama.{new string('x', 500)}{k}", 7u);
        var warning = Assert.Single(edited.Open().Warnings);
        Assert.Contains("and 995 more: not known here", warning, StringComparison.Ordinal);
        Assert.InRange(warning.Length, 1, 1000);
    }

    // What converters write for published models of these families, and files that hold pictures' parts too.
    [Theory]
    [InlineData("llama3", "llama.rope.scaling.original_context_length=8192", "llama.expert_count=0", "llama.rope.scaling.finetuned=true", "general.sampling.temp=0.6", "llama.tensor_data_layout=Meta AI original pth", "quantize.imatrix.entries_count=224")]
    [InlineData("smollm", "llama.attention.sliding_window=4096", "llama.rope.scaling.type=none")]
    [InlineData("qwen2", "qwen2.rope.dimension_count=16", "qwen2.attention.causal=true", "general.sampling.top_k=20")]
    [InlineData("qwen3", "qwen3.rope.scaling.attn_factor=1.0", "qwen3.vocab_size=300")]
    [InlineData("gemma2", "gemma2.rope.freq_base=10000.0", "gemma2.rope.scaling.type=none")]
    [InlineData("gemma3", "gemma3.vision.block_count=27", "gemma3.mm.tokens_per_image=256", "gemma3.attention.sliding_window_pattern=6", "gemma3.rope.freq_base_swa=10000.0")]
    public void Published_files_give_no_warnings(string family, params string[] keys)
    {
        Assert.Empty(EditedModel.Of(family).Open().Warnings);
        var edited = keys.Aggregate(EditedModel.Of(family), (edit, pair) => edit.Set(pair[..pair.IndexOf('=')], Value(pair[(pair.IndexOf('=') + 1)..])));
        Assert.Empty(edited.Open().Warnings);
        _ = edited.Logits();
    }

    [Fact]
    public void The_embedded_model_gives_no_warnings()
    {
        using var source = AxisDemo.Model.Loading.ModelSource.Open(Repository.Model);
        Assert.Empty(source.Warnings);
    }

    private static object Value(string text) => text switch
    {
        "true" => true,
        _ when uint.TryParse(text, out var whole) => whole,
        _ when float.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var real) => real,
        _ => text,
    };
}
