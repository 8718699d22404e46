using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>The two columns.</summary>
public enum Variant
{
    /// <summary>The model as it was trained.</summary>
    Standard,
    /// <summary>The same model, kept near the Assistant.</summary>
    Capped,
}

/// <summary>What a visitor can set. A change acts from the next message on.</summary>
public sealed record ChatSettings
{
    /// <summary>Whether the capped column answers.</summary>
    public bool Capping { get; init; } = true;

    /// <summary>Strength of the cap: the percentile of calibration projections that is its floor; null: what the axis file recommends.</summary>
    public double? Percentile { get; init; }

    /// <summary>Sampling temperature; 0 is greedy.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Longest answer, tokens.</summary>
    public int MaxTokens { get; init; } = 96;

    /// <summary>Luck: each turn derives its own seed from it, the same for both columns.</summary>
    public int Seed { get; init; } = 3;

    /// <summary>Sent before the conversation; empty: whatever the model's template does without one.</summary>
    public string SystemPrompt { get; init; } = "";

    /// <summary>The percentile that is used with an axis.</summary>
    public double PercentileFor(ChatAxis? axis) => Percentile ?? axis?.Percentile ?? 75;

    /// <summary>The same with every number in its range: what a browser sends is not trusted.</summary>
    public ChatSettings Within(LimitOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return this with
        {
            MaxTokens = Math.Clamp(MaxTokens, 1, limits.MaxTokens),
            Percentile = Percentile is { } p && double.IsFinite(p) ? Math.Clamp(p, 0, 100) : null,
            Temperature = double.IsFinite(Temperature) ? Math.Clamp(Temperature, 0, 2) : new ChatSettings().Temperature,
        };
    }

    /// <summary>The strength in a word.</summary>
    public static string Strength(double percentile) => percentile switch
    {
        <= 40 => "gentle",
        <= 65 => "mild",
        <= 82 => "published",
        <= 93 => "firm",
        _ => "strict",
    };

    /// <summary>The seed of a turn's request: a mix of both numbers, so that neighbouring turns and seeds have unrelated luck.</summary>
    public static ulong TurnSeed(int seed, int turn)
    {
        // The finaliser of SplitMix64 over the pair.
        var x = ((ulong)(uint)seed << 32 | (uint)turn) + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
