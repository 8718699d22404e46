using System.Text.Json.Serialization;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>
/// A conversation as a file: the texts, and everything needed to run it again or to draw it without a model. One JSON object. Its columns
/// go by their letters, <c>a</c> to <c>d</c>, wherever something is said of a column.
/// </summary>
public sealed record ConversationFile
{
    /// <summary>What <see cref="Format"/> holds.</summary>
    public const string FormatName = "axisdemo.conversation";

    /// <summary>The newest <see cref="Version"/> that this program reads.</summary>
    public const int CurrentVersion = 2;

    /// <summary>Always <c>axisdemo.conversation</c>.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>Of the format. 1: every turn has the columns <c>a</c> and <c>b</c>, which programs of before there were others read too. 2: each turn has any one to four.</summary>
    public int Version { get; init; } = 1;

    /// <summary>When it was written, UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Column A as it was at the last turn; null where the conversation has none of that letter.</summary>
    public FiledColumn? A { get; init; }

    /// <summary>Column B.</summary>
    public FiledColumn? B { get; init; }

    /// <summary>Column C.</summary>
    public FiledColumn? C { get; init; }

    /// <summary>Column D.</summary>
    public FiledColumn? D { get; init; }

    /// <summary>A column.</summary>
    public FiledColumn? this[Column column] => column switch { Column.A => A, Column.B => B, Column.C => C, Column.D => D };

    /// <summary>The turns, oldest first.</summary>
    public required IReadOnlyList<FiledTurn> Turns { get; init; }
}

/// <summary>What a column ran on.</summary>
public sealed record FiledColumn
{
    /// <summary>The model; null in a file that no model of this program wrote.</summary>
    public FiledModel? Model { get; init; }

    /// <summary>The axis; null where there was none.</summary>
    public FiledAxis? Axis { get; init; }

    /// <summary>What else its source says of it, for people: a published transcript's steering.</summary>
    public string? Note { get; init; }
}

/// <summary>Identifies a model.</summary>
/// <param name="Name">As people know it.</param>
/// <param name="Sha256">Of its weights, hexadecimal.</param>
/// <param name="Architecture">Its family.</param>
/// <param name="Quantization">The type of most of its weights.</param>
/// <param name="Engine">What ran it: results are bit-equal only on one engine and kernel path.</param>
public sealed record FiledModel(string Name, string Sha256 = "", string Architecture = "", string Quantization = "", string Engine = "");

/// <summary>Identifies an axis.</summary>
/// <param name="Name">As the file calls itself.</param>
/// <param name="Sha256">Of the axis file, hexadecimal; empty when it was not known.</param>
/// <param name="DisplayLayer">The block whose projections are shown.</param>
/// <param name="Offset">What was subtracted from projections.</param>
public sealed record FiledAxis(string Name, string Sha256 = "", int DisplayLayer = 0, float Offset = 0);

/// <summary>A turn.</summary>
public sealed record FiledTurn
{
    /// <summary>The visitor's message.</summary>
    public required string User { get; init; }

    /// <summary>What it was sent with; null in an imported transcript.</summary>
    public FiledSettings? Settings { get; init; }

    /// <summary>Column A's answers: one a sample; empty where it gave none, null where the turn had no such column.</summary>
    public IReadOnlyList<FiledAnswer>? A { get; init; }

    /// <summary>Column B's.</summary>
    public IReadOnlyList<FiledAnswer>? B { get; init; }

    /// <summary>Column C's.</summary>
    public IReadOnlyList<FiledAnswer>? C { get; init; }

    /// <summary>Column D's.</summary>
    public IReadOnlyList<FiledAnswer>? D { get; init; }

    /// <summary>A column's; null where the turn had no such column.</summary>
    public IReadOnlyList<FiledAnswer>? this[Column column] => column switch { Column.A => A, Column.B => B, Column.C => C, Column.D => D };

    internal IEnumerable<Column> Columns => Charts.Columns.All.Where(column => this[column] is not null);

    internal IEnumerable<FiledAnswer> Answers => Columns.SelectMany(column => this[column]!);
}

/// <summary>The settings of a turn.</summary>
public sealed record FiledSettings
{
    /// <summary>Sampling temperature; 0: greedy.</summary>
    public double Temperature { get; init; }

    /// <summary>Longest answer, tokens.</summary>
    public int MaxTokens { get; init; }

    /// <summary>The visitor's seed, a number or the same in quotes; the seed of each answer stands with it.</summary>
    [JsonConverter(typeof(SeedConverter))]
    public ulong Seed { get; init; }

    /// <summary>1: off.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Answers a column gave.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>Of all columns, unless one has its own.</summary>
    public string SystemPrompt { get; init; } = "";

    /// <summary>Which history the columns answered: own, or that of one of them: fromA to fromD.</summary>
    public string History { get; init; } = "own";

    /// <summary>What column A ran.</summary>
    public FiledVariant? A { get; init; }

    /// <summary>What column B ran.</summary>
    public FiledVariant? B { get; init; }

    /// <summary>What column C ran.</summary>
    public FiledVariant? C { get; init; }

    /// <summary>What column D ran.</summary>
    public FiledVariant? D { get; init; }

    /// <summary>What a column ran.</summary>
    public FiledVariant? this[Column column] => column switch { Column.A => A, Column.B => B, Column.C => C, Column.D => D };
}

/// <summary>What a column ran; fields that its kind does not use are null.</summary>
public sealed record FiledVariant
{
    /// <summary>plain, capped or steered.</summary>
    public required string Kind { get; init; }

    /// <summary>Cap: the percentile that is its floor.</summary>
    public double? Percentile { get; init; }

    /// <summary>Cap: the blocks, a:b, half open.</summary>
    public string? Band { get; init; }

    /// <summary>Steering: toward what: assistant, the name of a role, random.</summary>
    public string? Toward { get; init; }

    /// <summary>Steering toward random: which random direction.</summary>
    public int? ControlSeed { get; init; }

    /// <summary>Steering: strength in units of the mean norm of a token.</summary>
    public double? Strength { get; init; }

    /// <summary>A system prompt of its own.</summary>
    public string? SystemPrompt { get; init; }

    /// <summary>A model of its own.</summary>
    public string? Model { get; init; }
}

/// <summary>Projections on one more axis, one a token.</summary>
/// <param name="Axis">Its key: role:NAME, axis:FILE or random.</param>
/// <param name="Pre">Before the block's own intervention.</param>
/// <param name="Post">After it.</param>
/// <param name="Read">Of the plain model reading the text.</param>
public sealed record FiledReadings(string Axis, IReadOnlyList<float?> Pre, IReadOnlyList<float?> Post, IReadOnlyList<float?> Read);

/// <summary>An answer. All lists of numbers are one a token; null where nothing was measured.</summary>
public sealed record FiledAnswer
{
    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ended: stop, length, context, cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>What went wrong, if something did.</summary>
    public string? Error { get; init; }

    /// <summary>What it was asked for with, where that is not what its turn was.</summary>
    public FiledSettings? Settings { get; init; }

    /// <summary>What wrote it, where that is not the column's model.</summary>
    public FiledModel? Model { get; init; }

    /// <summary>What its numbers were measured on, where that is not the column's axis.</summary>
    public FiledAxis? Axis { get; init; }

    /// <summary>Projections on the other axes that were watched.</summary>
    public IReadOnlyList<FiledReadings>? More { get; init; }

    /// <summary>How often it was cut off and continued.</summary>
    public int Continuations { get; init; }

    /// <summary>Whether its text was given and only read: a replay.</summary>
    public bool Replayed { get; init; }

    /// <summary>Seed of its last request, a number or the same in quotes.</summary>
    [JsonConverter(typeof(SeedConverter))]
    public ulong? Seed { get; init; }

    /// <summary>Token ids.</summary>
    public IReadOnlyList<int>? Ids { get; init; }

    /// <summary>Token texts.</summary>
    public IReadOnlyList<string>? Tokens { get; init; }

    /// <summary>Projections before the displayed block's own intervention.</summary>
    public IReadOnlyList<float?>? Pre { get; init; }

    /// <summary>After it.</summary>
    public IReadOnlyList<float?>? Post { get; init; }

    /// <summary>Of the plain model reading the text.</summary>
    public IReadOnlyList<float?>? Read { get; init; }

    /// <summary>Whether the displayed block's cap lifted the token.</summary>
    public IReadOnlyList<bool>? Touched { get; init; }

    /// <summary>At how many blocks a cap lifted it.</summary>
    public IReadOnlyList<int>? LiftedLayers { get; init; }

    /// <summary>KL(this column || plain), nats.</summary>
    public IReadOnlyList<float?>? Kl { get; init; }

    /// <summary>What the plain model would have said.</summary>
    public IReadOnlyList<string?>? PlainChoice { get; init; }
}
