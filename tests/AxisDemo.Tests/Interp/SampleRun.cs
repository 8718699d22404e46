using AxisDemo.Interp;

namespace AxisDemo.Tests.Interp;

/// <summary>A small made-up run: three layers of width four, roles that differ along a known direction.</summary>
internal static class SampleRun
{
    public static ExtractionPlan Plan { get; } = new()
    {
        ModelSha256 = new string('a', 64),
        ModelName = "Sample 1M",
        Architecture = "llama",
        Layers = 3,
        Width = 4,
        Rendering = "sha256 1234",
        PromptSetHash = new string('b', 64),
        Roles = ["bard", "clerk", "ghost"],
        Prompts = 2,
        QuestionsPerPrompt = 2,
        DefaultSamples = 2,
        DefaultPrompts = 2,
        MaxTokens = 8,
        Temperature = 0.7f,
        TopP = 0.9f,
        Seed = 5,
    };

    public static Rollout Make(RolloutKey key, float score = float.NaN)
    {
        var random = new Random(key.Index + 100);
        var pull = key.Role switch { "default" => 3f, "clerk" => 1f, "bard" => -2f, _ => -4f };
        var mean = new float[Plan.Layers * Plan.Width];
        for (var i = 0; i < mean.Length; i++) mean[i] = random.NextSingle() + (i % Plan.Width == 1 ? pull : 0);
        var tokens = Enumerable.Range(0, 1 + key.Index % 5).ToArray();
        return new Rollout(key, tokens, $"answer {key.Index}: café", mean, [1 + key.Index, 2, 3], score);
    }

    /// <summary>Writes the run in so many shards.</summary>
    public static void Write(string folder, int shards, ExtractionPlan? plan = null, Func<RolloutKey, bool>? only = null)
    {
        plan ??= Plan;
        for (var s = 0; s < shards; s++)
        {
            using var shard = RolloutShard.Append(folder, plan, s, shards);
            foreach (var key in plan.Rollouts().Where(k => k.Index % shards == s && (only is null || only(k)))) shard.Add(Make(key));
        }
    }
}
