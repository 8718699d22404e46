using System.Globalization;

namespace AxisDemo.Web.Components.Chat;

/// <summary>What differs between the settings of two turns, in words for the chart's mark.</summary>
public static class SettingsChange
{
    /// <summary>"temperature 0.7 → 1.0, B: Capped → Standard"; null where nothing differs that a line between the turns would hide.</summary>
    public static string? Words(ChatSettings before, ChatSettings now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        if (!now.DiffersFrom(before)) return null;
        var words = new List<string>();
        foreach (var column in Enum.GetValues<Column>())
            if (before[column] != now[column]) words.Add($"{column}: {Variant(before[column])} → {Variant(now[column])}");
        Add("temperature", before.Temperature, now.Temperature);
        Add("repetition penalty", before.RepetitionPenalty, now.RepetitionPenalty);
        Add("answers to each message", before.Repeats, now.Repeats);
        if (before.History != now.History) words.Add($"history: {History(before.History)} → {History(now.History)}");
        if (before.SystemPrompt != now.SystemPrompt) words.Add(now.SystemPrompt.Length == 0 ? "no system prompt" : before.SystemPrompt.Length == 0 ? "a system prompt" : "another system prompt");
        return words.Count > 0 ? string.Join(", ", words) : "other settings";

        void Add(string name, double from, double to)
        {
            if (from != to) words.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {from:0.##} → {to:0.##}"));
        }
    }

    private static string History(HistorySource source) => source switch { HistorySource.FromA => "A's for both", HistorySource.FromB => "B's for both", _ => "each its own" };

    private static string Variant(ColumnVariant variant) => variant.Kind switch
    {
        VariantKind.Capped => variant.Name + (variant.Percentile is { } p ? FormattableString.Invariant($" p{p:0.#}") : "") + (variant.Band is { } band ? $" blocks {band}" : ""),
        VariantKind.Steered => FormattableString.Invariant($"{variant.Name} {variant.Strength:+0.##;−0.##;0} towards {variant.Toward.Replace('_', ' ')}"),
        _ => variant.Name + (variant.Model is { } model ? $" {model}" : ""),
    };
}
