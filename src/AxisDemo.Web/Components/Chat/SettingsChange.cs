using System.Globalization;

namespace AxisDemo.Web.Components.Chat;

/// <summary>What differs between the settings of two turns, in words for the chart's mark.</summary>
public static class SettingsChange
{
    /// <summary>
    /// The same between two turns, by what their shown answers were made with: a column that was asked again may have its own settings.
    /// What changed in one column only is said of that column.
    /// </summary>
    public static string? Words(ChatTurn before, ChatTurn now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        // Each column's line joins answers of that column: the other's variant is nothing to it.
        var (a, b) = (Of(Column.A), Of(Column.B));
        if (a.Differs || b.Differs)
        {
            List<string> words = [.. Variants(before.SettingsOf(Column.A), now.SettingsOf(Column.A), Column.A), .. Variants(before.SettingsOf(Column.B), now.SettingsOf(Column.B), Column.B)];
            words.AddRange(a.Words.Where(b.Words.Contains));
            words.AddRange(a.Words.Except(b.Words).Select(w => $"A: {w}"));
            words.AddRange(b.Words.Except(a.Words).Select(w => $"B: {w}"));
            return words.Count > 0 ? string.Join(", ", words) : "other settings";
        }

        return null;

        (bool Differs, List<string> Words) Of(Column column)
        {
            var (from, to) = (before.SettingsOf(column), now.SettingsOf(column));
            var other = column == Column.A ? Column.B : Column.A;
            return (to.With(other, from[other]).DiffersFrom(from), Common(from, to));
        }
    }

    /// <summary>"temperature 0.7 → 1.0, B: Capped → Standard"; null where nothing differs that a line between the turns would hide.</summary>
    public static string? Words(ChatSettings before, ChatSettings now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        if (!now.DiffersFrom(before)) return null;
        List<string> words = [.. Enum.GetValues<Column>().SelectMany(column => Variants(before, now, column)), .. Common(before, now)];
        return words.Count > 0 ? string.Join(", ", words) : "other settings";
    }

    private static IEnumerable<string> Variants(ChatSettings before, ChatSettings now, Column column)
    {
        var (from, to) = (Variant(before[column]), Variant(now[column]));
        if (from != to) return [$"{column}: {from} → {to}"];
        // Two prompts have no names that would tell them apart.
        return before[column].SystemPrompt == now[column].SystemPrompt ? [] : [$"{column}: another system prompt of its own"];
    }

    private static List<string> Common(ChatSettings before, ChatSettings now)
    {
        var words = new List<string>();
        Add("temperature", before.Temperature, now.Temperature);
        Add("repetition penalty", before.RepetitionPenalty, now.RepetitionPenalty);
        Add("answers to each message", before.Repeats, now.Repeats);
        if (before.History != now.History) words.Add($"history: {History(before.History)} → {History(now.History)}");
        if (before.SystemPrompt != now.SystemPrompt) words.Add(now.SystemPrompt.Length == 0 ? "no system prompt" : before.SystemPrompt.Length == 0 ? "a system prompt" : "another system prompt");
        return words;

        void Add(string name, double from, double to)
        {
            if (from != to) words.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {from:0.##} → {to:0.##}"));
        }
    }

    private static string History(HistorySource source) => source switch { HistorySource.FromA => "A's for both", HistorySource.FromB => "B's for both", _ => "each its own" };

    // A plain column with its own prompt is named by it.
    private static string Variant(ColumnVariant variant) => Doing(variant) + (variant.Intervenes && variant.SystemPrompt is not null ? " with its own system prompt" : "");

    private static string Doing(ColumnVariant variant) => variant.Kind switch
    {
        VariantKind.Capped => variant.Name + (variant.Percentile is { } p ? FormattableString.Invariant($" p{p:0.#}") : "") + (variant.Band is { } band ? $" blocks {band}" : ""),
        VariantKind.Steered when variant.Toward == ColumnVariant.TowardRandom => FormattableString.Invariant($"{variant.Name} {variant.Strength:+0.##;−0.##;0} along direction {variant.ControlSeed}"),
        VariantKind.Steered => FormattableString.Invariant($"{variant.Name} {variant.Strength:+0.##;−0.##;0} towards {variant.Toward.Replace('_', ' ')}"),
        _ => variant.Name + (variant.Model is { } model ? $" {model}" : ""),
    };
}
