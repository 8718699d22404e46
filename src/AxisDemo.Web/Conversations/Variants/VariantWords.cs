using System.Globalization;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>What variants and settings are called on the page: words first, numbers beside them.</summary>
public static class VariantWords
{
    /// <summary>What a column does, beside its name.</summary>
    public static string Describe(ColumnVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        var doing = variant.Kind switch
        {
            VariantKind.Capped => "kept near the Assistant",
            VariantKind.Steered when variant.Strength == 0 => "a push of size zero",
            VariantKind.Steered when variant.Toward == ColumnVariant.TowardRandom => "pushed in a random direction, the control",
            VariantKind.Steered => $"pushed {(variant.Strength < 0 ? "away from" : "towards")} the {Role(variant.Toward)}",
            VariantKind.Plain => "as trained",
        };
        return doing + (variant.SystemPrompt is null ? "" : ", own system prompt") + (variant.Model is null ? "" : $", {variant.Model}");
    }

    /// <summary>A cap's strength in a word; one says that it is what the axis recommends.</summary>
    public static string Cap(double percentile, ChatAxis? axis) => percentile switch
    {
        _ when percentile == VariantPlan.PercentileOf(ColumnVariant.Capped, axis) => "recommended",
        <= 40 => "gentle",
        <= 65 => "mild",
        <= 82 => "medium",
        <= 93 => "firm",
        _ => "strict",
    };

    /// <summary>A percentile as the page writes it: "p75".</summary>
    public static string Level(double percentile) => string.Create(CultureInfo.InvariantCulture, $"p{percentile:0.#}");

    /// <summary>Where an axis has floors, one sentence; empty where it has all, and where it has none.</summary>
    public static string Floors(ChatAxis axis)
    {
        ArgumentNullException.ThrowIfNull(axis);
        if (axis.HasEveryFloor || axis.FloorBands is not { Count: > 0 } bands) return "";
        const int Most = 4;
        return $"This axis has floors in {string.Join("; in ", bands.Take(Most).Select(b => $"{BlockWords.Of([.. Enumerable.Range(b.Band.From, b.Band.To - b.Band.From)])} at {Levels(b.Levels)}"))}{(bands.Count > Most ? "; and elsewhere" : "")}.";
    }

    // A complete row would fill the page.
    private static string Levels(IReadOnlyList<int> levels) => levels.Count > 12 ? $"{levels.Count} percentiles from p{levels[0]} to p{levels[^1]}" : string.Join(", ", levels.Select(p => $"p{p}"));

    /// <summary>A push's size in a word.</summary>
    public static string Push(double strength) => Math.Abs(strength) switch
    {
        0 => "none",
        <= 0.05 => "gentle",
        <= 0.1 => "mild",
        <= 0.2 => "firm",
        <= 0.4 => "strict",
        _ => "breaking",
    };

    /// <summary>A push's size as a number, with its sign.</summary>
    public static string Signed(double strength) => strength.ToString("+0.00;−0.00;0", CultureInfo.InvariantCulture);

    /// <summary>A direction as it is read: file names write roles with underlines.</summary>
    public static string Role(string toward) => toward switch
    {
        ColumnVariant.TowardAssistant => "Assistant",
        ColumnVariant.TowardRandom => "random direction",
        _ => (toward ?? "").Replace('_', ' '),
    };

    /// <summary>A history in words, where there are so many columns.</summary>
    public static string History(Column? history, int columns) => history is { } column ? $"{column}'s answers for {Together(columns)}" : "each its own";

    /// <summary>So many columns together: "both", "all".</summary>
    public static string Together(int columns) => columns == 2 ? "both" : "all";

    /// <summary>The same with their noun: "both columns", and "this column" of one.</summary>
    public static string TheColumns(int columns) => columns == 1 ? "this column" : $"{Together(columns)} columns";
}
