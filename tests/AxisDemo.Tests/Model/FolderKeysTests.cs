using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Loading;

namespace AxisDemo.Tests.Model;

/// <summary>What a folder's configuration states is applied, or refused by name, or told of by name.</summary>
public sealed class FolderKeysTests
{
    [Theory]
    [InlineData("llama3", "rope_scaling/rope_type", "-", "rope_scaling.rope_type")]
    [InlineData("smollm", "rope_scaling", """{"factor": 4.0}""", "rope_scaling.rope_type")]
    [InlineData("smollm", "rope_scaling", """{"type": "dynamic", "factor": 4.0}""", "rope_scaling.type")]
    [InlineData("smollm", "rope_scaling", """{"type": "yarn", "factor": 4.0}""", "rope_scaling.type")]
    [InlineData("smollm", "rope_scaling", """{"type": "mrope", "mrope_section": [4, 6, 6]}""", "rope_scaling.type")]
    [InlineData("smollm", "rope_scaling", """{"rope_type": "longrope", "type": "linear", "factor": 4.0}""", "rope_scaling.rope_type")]
    [InlineData("smollm", "rope_scaling", """{"rope_type": "linear"}""", "rope_scaling.factor")]
    [InlineData("smollm", "rope_scaling", """{"rope_type": "linear", "factor": 1e-45}""", "rope_scaling.factor")]
    [InlineData("smollm", "rope_parameters", """{"factor": 4.0}""", "rope_parameters.rope_type")]
    [InlineData("smollm", "rope_parameters", """{"rope_theta": 10000.0}""", "rope_theta")]
    [InlineData("llama3", "rope_parameters", """{"rope_type": "default"}""", "rope_scaling")]
    [InlineData("gemma3", "rope_parameters", """{"full_attention": {"factor": 8.0}}""", "rope_scaling")]
    [InlineData("gemma2", "rope_parameters", """{"full_attention": {"factor": 8.0}}""", "rope_parameters.full_attention.rope_type")]
    [InlineData("gemma2", "rope_parameters", """{"full_attention": {}, "sliding_attention": {"partial_rotary_factor": 0.5}}""", "rope_parameters.sliding_attention.partial_rotary_factor")]
    [InlineData("smollm", "rope_theta", "[10000.0, 100000.0, 10000.0, 100000.0]", "rope_theta")]
    [InlineData("smollm", "rope_theta", "1e-45", "rope_theta")]
    [InlineData("gemma3", "rope_local_base_freq", "-1", "rope_local_base_freq")]
    [InlineData("smollm", "layer_types", """["full_attention", "sliding_attention", "full_attention", "sliding_attention"]""", "layer_types")]
    [InlineData("smollm", "attention_bias", "true", "attention_bias")]
    [InlineData("smollm", "rms_norm_eps", "0", "rms_norm_eps")]
    [InlineData("smollm", "rms_norm_eps", "2", "rms_norm_eps")]
    [InlineData("gemma2", "attn_logit_softcapping", "1e-40", "attn_logit_softcapping")]
    [InlineData("gemma2", "final_logit_softcapping", "3e38", "final_logit_softcapping")]
    public void What_would_change_the_computation_is_refused_by_name(string family, string key, string value, string named)
    {
        using var folder = FolderModel.Copy(family, "config.hub.json").Set(key, value);
        Assert.Equal(named, Assert.Throws<InputException>(() => ModelSource.Open(folder.Path)).Field);
    }

    // transformers reads both names of the type, the newer one first.
    [Theory]
    [InlineData("""{"type": "linear", "factor": 4.0}""")]
    [InlineData("""{"rope_type": "linear", "factor": 4.0}""")]
    [InlineData("""{"rope_type": "linear", "type": "linear", "factor": 4.0}""")]
    public void The_folders_linear_scaling_is_the_files(string scaling)
    {
        using var folder = FolderModel.Copy("smollm", "config.hub.json").Set("rope_scaling", scaling);
        using var source = ModelSource.Open(folder.Path);
        Assert.Equal(EditedModel.Of("smollm").Set("llama.rope.scaling.factor", 4f).Open().Config.Blocks[0].Rope.Inverse, source.Config.Blocks[0].Rope.Inverse);
        Assert.Empty(source.Warnings);
    }

    // Exports made for old and new versions of transformers.
    [Fact]
    public void Both_spellings_of_one_scaling_are_one()
    {
        using var folder = FolderModel.Copy("llama3", "config.hub.json");
        using var source = ModelSource.Open(folder.Path);
        using var both = FolderModel.Copy("llama3", "config.hub.json");
        both.Set("rope_parameters", System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(both.File("config.json")))!["rope_scaling"]!.ToJsonString());
        using var twice = ModelSource.Open(both.Path);
        Assert.Equal(source.Config.Blocks[0].Rope.Inverse, twice.Config.Blocks[0].Rope.Inverse);
    }

    // transformers 5: what a kind of block does not say is Gemma 3's default, or stands in the older keys.
    [Theory]
    [InlineData("""{"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0}}""")]
    [InlineData("""{"full_attention": {"rope_type": "linear", "factor": 8.0}, "sliding_attention": {}}""")]
    [InlineData("""{"full_attention": {"rope_type": "linear", "factor": 8.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000}}""")]
    public void Gemma_3s_kinds_of_blocks_may_leave_out_their_bases(string parameters)
    {
        using var folder = FolderModel.Copy("gemma3").Set("rope_parameters", parameters);
        using var source = ModelSource.Open(folder.Path);
        using var wanted = ModelSource.Open(Repository.Fixture("tiny-models", "gemma3"));
        Assert.Equal(wanted.Config.Blocks.Select(b => b.Rope.Inverse), source.Config.Blocks.Select(b => b.Rope.Inverse));
    }

    [Theory]
    [InlineData("smollm", "attention_multiplier", "0.0078125")]
    [InlineData("smollm", "residual_multiplier", "0.22")]
    [InlineData("smollm", "embedding_multiplier", "12.0")]
    [InlineData("smollm", "logits_scaling", "8.0")]
    [InlineData("smollm", "sliding_window", "64")]
    [InlineData("smollm", "no_rope_layers", "[1, 1, 1, 0]")]
    [InlineData("smollm", "rope_interleaved", "true")]
    [InlineData("smollm", "use_qk_norm", "true")]
    [InlineData("smollm", "query_pre_attn_scalar", "8")]
    [InlineData("smollm", "num_local_experts", "8")]
    [InlineData("smollm", "final_logit_softcapping", "30.0")]
    [InlineData("smollm", "attn_logit_softcapping", "50.0")]
    [InlineData("smollm", "rotary_pct", "0.5")]
    [InlineData("smollm", "auto_map", """{"AutoModelForCausalLM": "modeling_own.OwnForCausalLM"}""")]
    [InlineData("smollm", "forced_bos_token_id", "0")]
    [InlineData("qwen2", "rope_scaling", """{"rope_type": "default", "mrope_section": [2, 3, 3]}""", "rope_scaling.mrope_section")]
    [InlineData("llama3", "rope_scaling/attention_factor", "1.2", "rope_scaling.attention_factor")]
    public void A_key_that_is_not_known_is_told_of_by_name(string family, string key, string value, string? named = null)
    {
        using var folder = FolderModel.Copy(family, "config.hub.json").Set(key, value);
        using var source = ModelSource.Open(folder.Path);
        Assert.Equal($"{folder.File("config.json")}: {named ?? key}: not known here, and not applied: answers may differ from what the model's makers had in mind.", Assert.Single(source.Warnings));
    }

    // generation_config.json: how to sample is everybody's own choice here; what is forbidden or forced is not applied.
    [Theory]
    [InlineData("suppress_tokens", "[5, 6]")]
    [InlineData("begin_suppress_tokens", "[5]")]
    [InlineData("bad_words_ids", "[[5]]")]
    [InlineData("forced_bos_token_id", "0")]
    [InlineData("forced_eos_token_id", "1")]
    [InlineData("stop_strings", """["END"]""")]
    [InlineData("sequence_bias", "[[[5], -10.0]]")]
    [InlineData("no_repeat_ngram_size", "3")]
    [InlineData("min_new_tokens", "10")]
    [InlineData("num_beams", "4")]
    [InlineData("guidance_scale", "1.5")]
    public void What_generation_forbids_or_forces_is_told_of(string key, string value)
    {
        using var folder = FolderModel.Copy("smollm").Set(key, value, "generation_config.json");
        using var source = ModelSource.Open(folder.Path);
        Assert.StartsWith($"{folder.File("generation_config.json")}: {key}: not known here, and not applied", Assert.Single(source.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Thousands_of_unknown_keys_are_one_short_warning()
    {
        using var folder = FolderModel.Copy("smollm");
        var keys = string.Concat(Enumerable.Range(0, 5000).Select(k => $"\"k{k}{new string('x', 300)}\": 7, "));
        var text = File.ReadAllText(folder.File("config.json"));
        File.SetAttributes(folder.File("config.json"), FileAttributes.Normal);
        folder.Write("config.json", "{" + keys + "\"\\ud800\": 7, " + text[(text.IndexOf('{') + 1)..]);
        using var source = ModelSource.Open(folder.Path);
        var warning = Assert.Single(source.Warnings);
        Assert.Contains("and 4995 more: not known here", warning, StringComparison.Ordinal);
        Assert.InRange(warning.Length, 1, 1000);
    }

    // The keys of published configurations that the tiny ones lack, with the values they have there.
    [Theory]
    [InlineData("smollm", """{"is_llama_config": true, "rope_interleaved": false, "transformers.js_config": {"kv_cache_dtype": {"fp16": "float16"}}, "_name_or_path": "x", "unsloth_fixed": true}""", """{"do_sample": true, "max_new_tokens": 40}""")]
    [InlineData("llama3", """{"head_dim": 32, "pretraining_tp": 1, "max_sequence_length": 2048, "eos_token_id": [128001, 128008]}""", """{"do_sample": true, "temperature": 0.6, "top_p": 0.9, "max_length": 4096}""")]
    [InlineData("qwen2", """{"use_mrope": false, "max_window_layers": 21, "sliding_window": 131072, "use_sliding_window": false}""", """{"do_sample": true, "repetition_penalty": 1.05, "temperature": 0.7, "top_p": 0.8, "top_k": 20}""")]
    [InlineData("qwen3", """{"max_window_layers": 36, "sliding_window": null, "use_sliding_window": false}""", """{"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95}""")]
    [InlineData("gemma2", """{"hidden_act": "gelu_pytorch_tanh", "cache_implementation": "hybrid"}""", """{"cache_implementation": "hybrid"}""")]
    [InlineData("gemma3", """{"sliding_window_pattern": 6, "_attn_implementation_autoset": true}""", """{"cache_implementation": "hybrid", "do_sample": true, "top_k": 64, "top_p": 0.95}""")]
    public void Published_folders_give_no_warnings(string family, string config, string generation)
    {
        foreach (var spelling in (string[])["config.json", "config.hub.json"])
        {
            using var folder = FolderModel.Copy(family, spelling);
            Quiet(folder);
            foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse(config)!.AsObject()) folder.Set(key, value?.ToJsonString() ?? "null");
            foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse(generation)!.AsObject()) folder.Set(key, value!.ToJsonString(), "generation_config.json");
            Quiet(folder);
        }

        static void Quiet(FolderModel folder)
        {
            using var model = LoadedModel.Load(folder.Path, new CpuOps(new CpuOptions { Threads = 1 }));
            Assert.Empty(model.Info.Warnings);
        }
    }

    // Llama's class has no use for biases unless it is told to; whoever stores them means them.
    [Theory]
    [InlineData("false", 1)]
    [InlineData("true", 0)]
    public void Biases_that_are_stored_are_applied_and_said_where_they_are_not_stated(string stated, int warnings)
    {
        using var folder = FolderModel.Copy("qwen2").Set("model_type", "\"llama\"").Set("attention_bias", stated);
        using var model = LoadedModel.Load(folder.Path, new CpuOps(new CpuOptions { Threads = 1, Kernels = KernelPath.Scalar }));
        Assert.Equal(warnings, model.Info.Warnings.Count(w => w.Contains("attention_bias: not true", StringComparison.Ordinal)));
        using var qwen = TestModel.Open(Repository.Fixture("tiny-models", "qwen2"), threads: 1);
        Assert.Equal(Inspector.Run(qwen.Transformer, [1, 50, 60]).Logits, Inspector.Run(model.Transformer, [1, 50, 60]).Logits);
    }
}
