using AxisDemo.Model.Hooks;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>What a column does to the model.</summary>
public enum VariantKind
{
    /// <summary>Nothing: the model as it was trained.</summary>
    Plain,
    /// <summary>A floor on the projection, in a band of blocks.</summary>
    Capped,
    /// <summary>A vector is added at the block that is shown.</summary>
    Steered,
}

/// <summary>The words of kinds in files.</summary>
public static class VariantKinds
{
    /// <summary>All words.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<VariantKind>().Select(Word)];

    /// <summary>A kind's word.</summary>
    public static string Word(this VariantKind kind) => kind switch { VariantKind.Plain => "plain", VariantKind.Capped => "capped", VariantKind.Steered => "steered" };

    /// <summary>The kind that a word stands for; null for another word.</summary>
    public static VariantKind? Parse(string? word)
    {
        foreach (var kind in Enum.GetValues<VariantKind>())
            if (kind.Word() == word) return kind;
        return null;
    }
}

/// <summary>What a column runs. Immutable; everything that a repetition needs is in it.</summary>
public sealed record ColumnVariant
{
    /// <summary>Towards the model's own assistant: the axis itself.</summary>
    public const string TowardAssistant = "assistant";

    /// <summary>The control: a random direction, of the same size as a step along the axis.</summary>
    public const string TowardRandom = "random";

    /// <summary>The model as it was trained.</summary>
    public static ColumnVariant Plain { get; } = new();

    /// <summary>The recommended cap.</summary>
    public static ColumnVariant Capped { get; } = new() { Kind = VariantKind.Capped };

    /// <summary>What a column of this letter runs where nobody has said: two differ by the cap, the third is pushed, and the fourth is that push's control.</summary>
    public static ColumnVariant Of(Column column) => column switch
    {
        Column.A => Plain,
        Column.B => Capped,
        Column.C => new() { Kind = VariantKind.Steered },
        Column.D => new() { Kind = VariantKind.Steered, Toward = TowardRandom },
    };

    /// <summary>What it does.</summary>
    public VariantKind Kind { get; init; }

    /// <summary>Capped: the percentile of the calibration's projections that is the floor; null: what the axis file recommends.</summary>
    public double? Percentile { get; init; }

    /// <summary>Capped: the blocks; null: what the axis file recommends.</summary>
    public LayerRange? Band { get; init; }

    /// <summary>Steered: <see cref="TowardAssistant"/>, <see cref="TowardRandom"/>, or the name of a role of the axis file.</summary>
    public string Toward { get; init; } = TowardAssistant;

    /// <summary>Steered towards <see cref="TowardRandom"/>: which random direction.</summary>
    public int ControlSeed { get; init; }

    /// <summary>Steered: k in -2..2; k times the mean token norm at the block is added along the direction.</summary>
    public double Strength { get; init; } = 0.1;

    /// <summary>The column's own system prompt; null: the one of all.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>The column's own model, by name; null: the current one.</summary>
    public string? Model { get; init; }

    /// <summary>Whether it changes the model's inside, so that the plain model reads along.</summary>
    public bool Intervenes => Kind != VariantKind.Plain;

    /// <summary>What the column is called.</summary>
    public string Name => Kind switch
    {
        VariantKind.Capped => "Capped",
        VariantKind.Steered => Toward == TowardRandom ? "Random" : "Steered",
        VariantKind.Plain => SystemPrompt is not null ? "Prompted" : Model is not null ? "Plain" : "Standard",
    };

    /// <summary>The same with every number in its range: what a browser or a file sends is not trusted.</summary>
    public ColumnVariant Within(int characters) => this with
    {
        Percentile = Percentile is { } p && double.IsFinite(p) ? Math.Clamp(p, 0, 100) : null,
        Band = Band is { From: >= 0, To: <= 1024 } b && b.From < b.To ? b : null,
        Strength = double.IsFinite(Strength) ? Math.Clamp(Strength, -2, 2) : 0,
        Toward = Toward is { Length: > 0 and <= 100 } ? Toward : TowardAssistant,
        SystemPrompt = SystemPrompt is { } s ? s[..Math.Min(s.Length, characters)] : null,
        Model = Model is { Length: > 0 and <= 200 } ? Model : null,
    };
}
