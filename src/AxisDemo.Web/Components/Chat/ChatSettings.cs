using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>Which answers a column remembers.</summary>
public enum HistorySource
{
    /// <summary>Each column its own.</summary>
    Own,
    /// <summary>Both remember what A said.</summary>
    FromA,
    /// <summary>Both remember what B said.</summary>
    FromB,
}

/// <summary>What a visitor can set. A change acts from the next answer on; every turn keeps the settings it was answered with.</summary>
public sealed record ChatSettings
{
    /// <summary>Answers of a column to one message when they are repeated.</summary>
    public const int ManyRepeats = 4;

    /// <summary>What column A runs.</summary>
    public ColumnVariant A { get; init; } = ColumnVariant.Plain;

    /// <summary>What column B runs.</summary>
    public ColumnVariant B { get; init; } = ColumnVariant.Capped;

    /// <summary>Sampling temperature; 0 is greedy.</summary>
    public double Temperature { get; init; } = 0.7;

    /// <summary>Longest answer, tokens.</summary>
    public int MaxTokens { get; init; } = 96;

    /// <summary>Luck: each turn derives its own seed from it (<see cref="AxisDemo.Serving.ConversationSeed"/>), the same for both columns.</summary>
    public ulong Seed { get; init; } = 3;

    /// <summary>Divides the logits of tokens that are in the answer already; 1 = off.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Answers of each column to one message: 1, or <see cref="ManyRepeats"/> with as many seeds.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Which answers the columns go on from.</summary>
    public HistorySource History { get; init; }

    /// <summary>Sent before the conversation; empty: whatever the model's template does without one.</summary>
    public string SystemPrompt { get; init; } = "";

    /// <summary>What a column runs.</summary>
    public ColumnVariant this[Column column] => column == Column.A ? A : B;

    /// <summary>The same with another variant in a column.</summary>
    public ChatSettings With(Column column, ColumnVariant variant) => column == Column.A ? this with { A = variant } : this with { B = variant };

    /// <summary>The system prompt of a column.</summary>
    public string SystemPromptOf(Column column) => this[column].SystemPrompt ?? SystemPrompt;

    /// <summary>The column whose answers a column remembers.</summary>
    public Column Remembers(Column column) => History switch { HistorySource.FromA => Column.A, HistorySource.FromB => Column.B, _ => column };

    /// <summary>The same with every number in its range: what a browser sends is not trusted.</summary>
    public ChatSettings Within(LimitOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return this with
        {
            A = (A ?? ColumnVariant.Plain).Within(limits.MessageCharacters),
            B = (B ?? ColumnVariant.Capped).Within(limits.MessageCharacters),
            MaxTokens = Math.Clamp(MaxTokens, 1, limits.MaxTokens),
            Temperature = double.IsFinite(Temperature) ? Math.Clamp(Temperature, 0, 2) : new ChatSettings().Temperature,
            RepetitionPenalty = double.IsFinite(RepetitionPenalty) ? Math.Clamp(RepetitionPenalty, 1, 2) : 1,
            Repeats = Repeats > 1 ? ManyRepeats : 1,
            History = Enum.IsDefined(History) ? History : HistorySource.Own,
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
