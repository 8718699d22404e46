using AxisDemo.Compute;
using AxisDemo.Formats;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Model;

/// <summary>Whatever number a model's files state: it is refused by its name, or the logits are numbers.</summary>
public sealed class ExtremeNumbersTests
{
    private static readonly float[] s_reals =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -float.MaxValue, 3e38f, 1e30f, 1e10f, 2, 1, 0.5f, 1e-5f, 1e-10f, 1e-30f, 1.17549435e-38f, 1e-40f, float.Epsilon, -float.Epsilon, 0, -0f, -1];

    private static readonly object[] s_wholes =
        [0u, 1u, 2u, 3u, 7u, 64u, 1u << 24, (1u << 24) + 1, (uint)int.MaxValue, 1u << 31, uint.MaxValue, -1, int.MinValue, long.MaxValue, long.MinValue, (ulong)1 << 63, ulong.MaxValue, (long)uint.MaxValue + 1];

    private static readonly string[] s_json =
        ["1e999", "-1e999", "1e300", "3.4028235e38", "-3.4028235e38", "1e30", "1e10", "2", "1", "0.5", "1e-5", "1e-10", "1e-30", "1.17549435e-38", "1e-40", "1e-45", "-1e-45", "1e-999", "0", "-0.0", "-1", "7", "64",
         "16777216", "16777217", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "\"1\"", "[1]", "true"];

    private static readonly string[] s_realKeys =
        ["attention.layer_norm_rms_epsilon", "rope.freq_base", "rope.freq_base_swa", "rope.scaling.factor", "rope.scale_linear", "rope.scaling.attn_factor", "attn_logit_softcapping", "final_logit_softcapping"];

    private static readonly string[] s_wholeKeys =
        ["context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count", "attention.head_count_kv", "attention.key_length", "attention.value_length", "attention.key_length_swa",
         "attention.sliding_window", "attention.sliding_window_pattern", "rope.dimension_count", "rope.dimension_count_swa", "expert_count"];

    private static readonly string[] s_jsonKeys =
        ["rms_norm_eps", "rope_theta", "rope_local_base_freq", "rope_scaling/factor", "query_pre_attn_scalar", "attn_logit_softcapping", "final_logit_softcapping", "max_position_embeddings", "hidden_size", "num_hidden_layers", "intermediate_size",
         "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size", "sliding_window", "sliding_window_pattern"];

    private static readonly string[] s_scalingKeys = ["rope_theta", "rope_scaling/factor", "rope_scaling/low_freq_factor", "rope_scaling/high_freq_factor", "rope_scaling/original_max_position_embeddings", "max_position_embeddings"];

    [Theory]
    [InlineData("smollm")]
    [InlineData("gemma2")]
    [InlineData("gemma3")]
    public void Every_key_of_a_file_alone(string family)
    {
        using var folder = new TemporaryFolder();
        foreach (var key in s_realKeys)
            foreach (var value in s_reals)
            {
                RefusedOrRight(EditedModel.Of(family).Set(Full(family, key), value).Save(folder.File("model.gguf")), $"{key} = {value}", key);
                RefusedOrRight(EditedModel.Of(family).Set(Full(family, key), (double)value).Save(folder.File("model.gguf")), $"{key} = {value} (f64)", key, KernelPath.Vector);
            }

        foreach (var key in s_wholeKeys)
            foreach (var value in s_wholes)
                RefusedOrRight(EditedModel.Of(family).Set(Full(family, key), value).Save(folder.File("model.gguf")), $"{key} = {value}", null);
    }

    [Theory]
    [InlineData("smollm")]
    [InlineData("gemma2")]
    [InlineData("gemma3")]
    public void Several_keys_of_a_file_together(string family)
    {
        using var folder = new TemporaryFolder();
        for (var seed = 0; seed < Mutations.Cases; seed++)
        {
            var random = new Random(seed);
            var edit = EditedModel.Of(family);
            for (var n = random.Next(2, 5); n > 0; n--)
            {
                if (random.Next(3) > 0) edit.Set(Full(family, Pick(random, s_realKeys)), Pick(random, s_reals));
                else edit.Set(Full(family, Pick(random, s_wholeKeys)), Pick(random, s_wholes));
            }

            RefusedOrRight(edit.Save(folder.File("model.gguf")), $"{family}, seed {seed}", null, seed % 2 == 0 ? KernelPath.Vector : KernelPath.Scalar);
        }
    }

    [Theory]
    [InlineData("gemma3")]
    [InlineData("llama3")]
    public void Every_key_of_a_configuration_alone(string family)
    {
        foreach (var key in Keys(family))
            foreach (var value in s_json)
            {
                using var folder = FolderModel.Copy(family, "config.hub.json").Set(key, value);
                RefusedOrRight(folder.Path, $"{key} = {value}", null);
            }
    }

    [Theory]
    [InlineData("gemma3")]
    [InlineData("llama3")]
    public void Several_keys_of_a_configuration_together(string family)
    {
        for (var seed = 0; seed < Mutations.Cases; seed++)
        {
            var random = new Random(seed);
            using var folder = FolderModel.Copy(family, "config.hub.json");
            for (var n = random.Next(2, 5); n > 0; n--) folder.Set(Pick(random, Keys(family)), Pick(random, s_json));
            RefusedOrRight(folder.Path, $"{family}, seed {seed}", null, seed % 2 == 0 ? KernelPath.Vector : KernelPath.Scalar);
        }
    }

    private static string[] Keys(string family) => family == "llama3" ? s_scalingKeys : s_jsonKeys;

    private static string Full(string family, string key) => $"{(family == "smollm" ? "llama" : family)}.{key}";

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    // A size that does not fit is told by the tensor it does not fit; every other number by its own name.
    private static void RefusedOrRight(string path, string what, string? key, KernelPath kernels = KernelPath.Scalar)
    {
        float[] logits = [];
        var error = Record.Exception(() => logits = EditedModel.Logits(path, kernels));
        if (error is null)
        {
            var wrong = Array.FindIndex(logits, l => !float.IsFinite(l));
            Assert.True(wrong < 0, $"{what}: logit {wrong} is {(wrong < 0 ? 0 : logits[wrong])}");
            return;
        }

        Assert.True(error is InputException && !error.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {error}");
        if (key is not null) Assert.EndsWith(key, ((InputException)error).Field, StringComparison.Ordinal);
    }
}
