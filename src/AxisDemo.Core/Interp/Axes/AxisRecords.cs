using System.Text.Json.Serialization;

namespace AxisDemo.Interp;

/// <summary>A role that an axis is labelled with: where it lies at the display layer.</summary>
/// <param name="Role">Its name; "default" is the model as itself.</param>
/// <param name="Projection">Projection of its mean answer at the display layer, offset subtracted.</param>
public sealed record ReferenceRole(string Role, float Projection);

/// <summary>A setting of the cap that was measured, and what it did; or one that was published, of which only the setting is known.</summary>
public sealed record CalibrationRow
{
    /// <summary>A setting that was published: nothing was measured here.</summary>
    public static CalibrationRow Published(int from, int to, double percentile) =>
        new() { From = from, To = to, Percentile = percentile, RoleExpression = 0, Change = 0, Price = 0, Lifted = 0, Answers = 0 };

    /// <summary>Whether it was measured; else all but the band and the percentile mean nothing.</summary>
    [JsonIgnore]
    public bool Measured => Answers > 0;

    /// <summary>First block of the band.</summary>
    public required int From { get; init; }

    /// <summary>First block after it.</summary>
    public required int To { get; init; }

    /// <summary>The floor, as a percentile of all rollouts' mean projections: higher caps harder.</summary>
    public required double Percentile { get; init; }

    /// <summary>Role expression under the cap: mean over answer tokens of log p(token | role prompt) - log p(token | no role prompt), scored by the plain model; nats per token.</summary>
    public required double RoleExpression { get; init; }

    /// <summary>Change against the plain model: -0.6 = 60 % of the role expression is gone.</summary>
    public required double Change { get; init; }

    /// <summary>How many nats per token the plain model's own ordinary answers become less likely under the cap.</summary>
    public required double Price { get; init; }

    /// <summary>Share of (token, layer) pairs of the capped answers at which the cap lifted.</summary>
    public required double Lifted { get; init; }

    /// <summary>Answers scored for the role expression; 0: nothing was measured.</summary>
    public required int Answers { get; init; }
}

/// <summary>What calibration found.</summary>
/// <param name="PlainRoleExpression">Role expression without a cap, nats per token.</param>
/// <param name="PlainLogProb">Mean log p of the ordinary answers without a cap, nats per token.</param>
/// <param name="Roles">The roles that were asked.</param>
/// <param name="Questions">How many questions each role answered.</param>
/// <param name="MaxTokens">Longest answer.</param>
/// <param name="Seed">Seed.</param>
/// <param name="Rows">One per setting.</param>
public sealed record CalibrationTable(
    double PlainRoleExpression, double PlainLogProb, IReadOnlyList<string> Roles, int Questions, int MaxTokens, [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] ulong Seed, IReadOnlyList<CalibrationRow> Rows);

/// <summary>What is known of an axis's quality, per layer.</summary>
/// <param name="Layer">Block.</param>
/// <param name="CosinePc1">|cos| of the axis with the first principal component of the role vectors.</param>
/// <param name="Pc1Share">Share of the variance on that component.</param>
/// <param name="Components70">Components for 70 % of the variance.</param>
/// <param name="Components90">Components for 90 %.</param>
/// <param name="SplitRollouts">Cosine of the axes of odd and even rollouts (every question in both).</param>
/// <param name="SplitQuestions">Cosine of the axes of odd and even rounds (no question in both).</param>
/// <param name="Auc">Default above roles on questions the axis has not seen, the question's mean removed.</param>
/// <param name="AucRaw">The same without removing it.</param>
/// <param name="RelativeNorm">|axis| / mean token norm.</param>
public sealed record LayerReport(
    int Layer, double CosinePc1, double Pc1Share, int Components70, int Components90, double SplitRollouts, double SplitQuestions, double Auc, double AucRaw, double RelativeNorm);

/// <summary>Where an axis comes from. Empty texts and zero counts stand for what is not known (an imported axis).</summary>
public sealed record AxisProvenance
{
    /// <summary>What it is called: "SmolLM2 135M Instruct, Assistant Axis".</summary>
    public string Name { get; init; } = "axis";

    /// <summary>sha256 of the model; empty when not known.</summary>
    public string ModelSha256 { get; init; } = "";

    /// <summary>The model's name.</summary>
    public string ModelName { get; init; } = "";

    /// <summary>Its architecture.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>How prompts were rendered.</summary>
    public string Rendering { get; init; } = "";

    /// <summary>The hook point of the activations.</summary>
    public string HookPoint { get; init; } = "hook_resid_post";

    /// <summary>The layer to show.</summary>
    public required int DisplayLayer { get; init; }

    /// <summary>Which end is positive: always "assistant"; stored, so that readers of the file need not guess.</summary>
    public string PointsTo { get; init; } = "assistant";

    /// <summary>Which end was positive in the file that the axis was imported from: "role" = it was negated. Empty when not imported.</summary>
    public string SourcePointsTo { get; init; } = "";

    /// <summary>Hash of the prompt set.</summary>
    public string PromptSetHash { get; init; } = "";

    /// <summary>Sampling, in words: "T 0.7, top-p 0.9, 56 tokens".</summary>
    public string Sampling { get; init; } = "";

    /// <summary>Seed of the extraction.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public ulong Seed { get; init; }

    /// <summary>Number of roles.</summary>
    public int Roles { get; init; }

    /// <summary>Rollouts of roles that went into it.</summary>
    public int RoleRollouts { get; init; }

    /// <summary>Rollouts of the default.</summary>
    public int DefaultRollouts { get; init; }

    /// <summary>What scored the rollouts: "none", "pmi".</summary>
    public string Judge { get; init; } = "none";

    /// <summary>The file that an imported axis was taken from, with its sha256; else empty.</summary>
    public string ImportedFrom { get; init; } = "";

    /// <summary>The capping configuration that its floors were taken from, with its sha256; else empty.</summary>
    public string FloorsFrom { get; init; } = "";
}
