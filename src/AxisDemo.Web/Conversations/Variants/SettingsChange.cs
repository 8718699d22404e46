using System.Globalization;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>What differs between the settings of two turns, in words for the chart's mark.</summary>
public static class SettingsChange
{
    /// <summary>
    /// The same between two turns, by what their shown answers were made with: a column that was asked again may have its own settings.
    /// What changed in some columns only is said of those.
    /// </summary>
    public static string? Words(ChatTurn before, ChatTurn now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        // Each column's line joins answers of that column: the others' variants are nothing to it.
        var both = before.Columns.Keys.Where(now.Columns.Has).Select(column => (Column: column, From: before.SettingsOf(column), To: now.SettingsOf(column))).ToList();
        var others = Others(before.Columns.Keys, now.Columns.Keys, column => now.SettingsOf(column)[column]);
        if (others.Count == 0 && !both.Exists(c => (c.To with { Columns = c.From.Columns.With(c.Column, c.To[c.Column]) }).DiffersFrom(c.From))) return null;
        var words = both.Select(c => (c.Column, Words: Common(c.From, c.To))).ToList();
        return Joined(
        [
            .. others,
            .. both.SelectMany(c => Variants(c.From, c.To, c.Column)),
            // What holds for all columns first.
            .. words.SelectMany(c => c.Words).Distinct().Select(word => (Word: word, Of: words.Where(c => c.Words.Contains(word)).Select(c => c.Column).ToList()))
                .OrderBy(w => w.Of.Count < words.Count).Select(w => w.Of.Count == words.Count ? w.Word : $"{string.Join(", ", w.Of)}: {w.Word}"),
        ]);
    }

    /// <summary>"temperature 0.7 → 1.0, B: Capped → Standard"; null where nothing differs that a line between the turns would hide.</summary>
    public static string? Words(ChatSettings before, ChatSettings now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        if (!now.DiffersFrom(before)) return null;
        return Joined([.. Others(before.Columns.Keys, now.Columns.Keys, column => now[column]), .. before.Columns.Keys.Where(now.Columns.Has).SelectMany(column => Variants(before, now, column)), .. Common(before, now)]);
    }

    private static string Joined(IReadOnlyList<string> words) => words.Count > 0 ? string.Join(", ", words) : "other settings";

    // Columns that came and went.
    private static List<string> Others(IEnumerable<Column> before, IEnumerable<Column> now, Func<Column, ColumnVariant> of) =>
        [.. now.Except(before).Select(column => $"{column}: new, {Variant(of(column))}"), .. before.Except(now).Select(column => $"{column}: removed")];

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
        if (before.History != now.History) words.Add($"history: {History(before)} → {History(now)}");
        if (before.SystemPrompt != now.SystemPrompt) words.Add(now.SystemPrompt.Length == 0 ? "no system prompt" : before.SystemPrompt.Length == 0 ? "a system prompt" : "another system prompt");
        return words;

        void Add(string name, double from, double to)
        {
            if (from != to) words.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {from:0.##} → {to:0.##}"));
        }
    }

    private static string History(ChatSettings settings) => settings.History is { } column ? $"{column}'s for {VariantWords.Together(settings.Columns.Count)}" : "each its own";

    // A plain column with its own prompt is named by it.
    private static string Variant(ColumnVariant variant) => Doing(variant) + (variant.Intervenes && variant.SystemPrompt is not null ? " with its own system prompt" : "");

    private static string Doing(ColumnVariant variant) => variant.Kind switch
    {
        VariantKind.Capped => variant.Name + (variant.Percentile is { } p ? FormattableString.Invariant($" p{p:0.#}") : "") + (variant.Band is { } band ? $" blocks {band}" : ""),
        VariantKind.Steered when variant.Toward == ColumnVariant.TowardRandom => FormattableString.Invariant($"{variant.Name} {variant.Strength:+0.##;−0.##;0} along direction {variant.ControlSeed}"),
        VariantKind.Steered => FormattableString.Invariant($"{variant.Name} {variant.Strength:+0.##;−0.##;0} towards {variant.Toward.Replace('_', ' ')}"),
        VariantKind.Plain => variant.Name + (variant.Model is { } model ? $" {model}" : ""),
    };
}
