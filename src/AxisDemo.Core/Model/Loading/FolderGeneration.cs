namespace AxisDemo.Model.Loading;

/// <summary>
/// A folder's <c>generation_config.json</c>. It names the ids that end an answer. How tokens are to be sampled is a proposal that a user
/// of this program makes anew; what it forbids or forces is not applied, and told of.
/// </summary>
internal static class FolderGeneration
{
    private const string Name = "generation_config.json";

    // Marks of who wrote the file, and what is returned beside the text.
    private static readonly HashSet<string> s_irrelevant =
    [
        FolderSource.EndKey, "bos_token_id", "pad_token_id", "decoder_start_token_id", "_from_model_config", "transformers_version", "use_cache", "cache_implementation", "return_dict_in_generate", "renormalize_logits", .. Proposals,
    ];

    /// <summary>How to sample, and how long: everybody sets that here.</summary>
    public static IReadOnlyList<string> Proposals => ["do_sample", "temperature", "top_p", "top_k", "repetition_penalty", "max_length", "max_new_tokens", "max_time"];

    /// <summary>Reads it; null where there is none.</summary>
    public static ConfigJson? Open(string folder) => Path.Combine(folder, Name) is var file && File.Exists(file) ? ConfigJson.Open(file) : null;

    /// <summary>The keys that say something and that are not applied.</summary>
    public static IEnumerable<string> Unread(ConfigJson generation) => generation.Unread(s_irrelevant);
}
