using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>What a visitor can set. A change acts from the next answer on; every turn keeps the settings it was answered with.</summary>
public sealed record ChatSettings
{
    /// <summary>Answers of a column to one message when they are repeated.</summary>
    public const int ManyRepeats = 4;

    /// <summary>The columns and what each runs; at least one.</summary>
    public ByColumn<ColumnVariant> Columns { get; init; } = new([(Column.A, ColumnVariant.Plain), (Column.B, ColumnVariant.Capped)]);

    /// <summary>Sampling temperature; 0 is greedy.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Longest answer, tokens.</summary>
    public int MaxTokens { get; init; } = 96;

    /// <summary>Luck: each turn derives its own seed from it (<see cref="AxisDemo.Serving.ConversationSeed"/>), the same for all columns.</summary>
    public ulong Seed { get; init; } = 3;

    /// <summary>Divides the logits of tokens that are in the answer already; 1 = off.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Answers of each column to one message: 1, or <see cref="ManyRepeats"/> with as many seeds.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>The column whose answers all columns remember; null: each its own.</summary>
    public Column? History { get; init; }

    /// <summary>Sent before the conversation; empty: whatever the model's template does without one.</summary>
    public string SystemPrompt { get; init; } = "";

    /// <summary>What a column runs.</summary>
    public ColumnVariant this[Column column] => Columns[column];

    /// <summary>Whether there is room for one more column.</summary>
    public bool MayAdd => Columns.Count < Charts.Columns.All.Count;

    /// <summary>The same with another variant in a column.</summary>
    public ChatSettings With(Column column, ColumnVariant variant) => this with { Columns = Columns.With(column, variant) };

    /// <summary>
    /// The same with one more column, if there is room: the first letter that is free, running what columns of that letter do. A
    /// random push takes the size of the first push that is there, since it is its control.
    /// </summary>
    public ChatSettings WithAnother(out Column added)
    {
        added = Charts.Columns.All.FirstOrDefault(column => !Columns.Has(column));
        if (!MayAdd) return this;
        var variant = ColumnVariant.Of(added);
        var pushed = Columns.Values.FirstOrDefault(v => v.Kind == VariantKind.Steered && v.Toward != ColumnVariant.TowardRandom);
        return With(added, variant.Toward == ColumnVariant.TowardRandom && pushed is not null ? variant with { Strength = pushed.Strength } : variant);
    }

    /// <summary>The same without a column; the last one stays.</summary>
    public ChatSettings Without(Column column) => Columns.Count < 2 ? this : this with { Columns = Columns.Without(column), History = History == column ? null : History };

    /// <summary>The system prompt of a column.</summary>
    public string SystemPromptOf(Column column) => this[column].SystemPrompt ?? SystemPrompt;

    /// <summary>The column whose answers a column remembers.</summary>
    public Column Remembers(Column column) => History ?? column;

    /// <summary>The same with every number in its range: what a browser sends is not trusted.</summary>
    public ChatSettings Within(LimitOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return this with
        {
            Columns = (Columns is { Count: > 0 } given ? given : new ChatSettings().Columns).Map((column, variant) => (variant ?? ColumnVariant.Of(column)).Within(limits.MessageCharacters)),
            MaxTokens = Math.Clamp(MaxTokens, 1, limits.MaxTokens),
            Temperature = double.IsFinite(Temperature) ? Math.Clamp(Temperature, 0, 2) : new ChatSettings().Temperature,
            RepetitionPenalty = double.IsFinite(RepetitionPenalty) ? Math.Clamp(RepetitionPenalty, 1, 2) : 1,
            Repeats = Repeats > 1 ? ManyRepeats : 1,
            History = History is { } remembered && Columns?.Has(remembered) == true ? History : null,
            SystemPrompt = SystemPrompt ?? "",
        };
    }

    /// <summary>Whether a line between two turns would join answers that were made in different ways. The seed is no such way.</summary>
    public bool DiffersFrom(ChatSettings other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { Seed = other.Seed, MaxTokens = other.MaxTokens } != other;
    }

    /// <summary>The number of a sample's seed: samples take the numbers after the first's.</summary>
    public static ulong SampleSeed(ulong seed, int sample) => unchecked(seed + (ulong)sample);
}
