using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Interp;

/// <summary>A cap to measure: blocks from..to-1, floor at a percentile.</summary>
/// <param name="From">First block.</param>
/// <param name="To">First block after the band.</param>
/// <param name="Percentile">Of all rollouts' mean projections; higher caps harder.</param>
public readonly record struct CapSetting(int From, int To, double Percentile);

/// <summary>What a calibration asks.</summary>
public sealed record CalibrationOptions
{
    /// <summary>Caps to measure.</summary>
    public required IReadOnlyList<CapSetting> Settings { get; init; }

    /// <summary>Roles whose expression is measured: name and system prompt.</summary>
    public required IReadOnlyList<(string Role, string Prompt)> Roles { get; init; }

    /// <summary>Questions asked of every role.</summary>
    public required IReadOnlyList<string> Questions { get; init; }

    /// <summary>Ordinary requests: the price is measured on the plain model's answers to them.</summary>
    public required IReadOnlyList<string> Ordinary { get; init; }

    /// <summary>Longest answer.</summary>
    public int MaxTokens { get; init; } = 56;

    /// <summary>Seed of all answers: the same luck under every setting.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Requests in the engine at the same time.</summary>
    public int Parallel { get; init; } = 24;
}

/// <summary>
/// What caps do and what they cost. Role expression (pmi): the answers a capped model gives under a role's prompt, scored by the plain
/// model: mean over tokens of log p(token | role prompt) - log p(token | no role prompt). Price: how much less likely the plain model's own
/// answers to ordinary requests become under the cap, nats per token.
/// </summary>
public sealed class Calibration(IGenerator generator, IPromptEncoder encoder, AxisFile axis, CalibrationOptions options)
{
    private readonly List<(IReadOnlyList<int> WithRole, IReadOnlyList<int> Without, ulong Seed)> cases =
    [
        .. options.Roles.SelectMany((role, r) => options.Questions.Select((question, q) => (
            encoder.Encode(role.Prompt, question), encoder.Encode("", question), options.Seed * 1_000_003 + (ulong)(r * options.Questions.Count + q)))),
    ];

    /// <summary>Measures all settings, the plain model first.</summary>
    /// <param name="progress">Told each row when it is measured.</param>
    /// <param name="cancellation">Stops; nothing is kept.</param>
    /// <exception cref="InputException">A setting is not possible with this axis or model.</exception>
    /// <exception cref="GenerationFailedException">The engine failed.</exception>
    public async Task<CalibrationTable> RunAsync(IProgress<CalibrationRow>? progress, CancellationToken cancellation)
    {
        axis.EnsureMatches(generator.Model.Name, generator.Model.Sha256, generator.Model.Layers, generator.Model.Width);
        var caps = options.Settings.Select(s => axis.Cap(s.From, s.To, s.Percentile)).ToList(); // all are checked before the work begins
        var ordinary = await ForEach(options.Ordinary, async (question, i) =>
        {
            var prompt = encoder.Encode("", question);
            return (prompt, await Generate(prompt, options.Seed * 1_000_003 + (ulong)i, [], logProbs: true, cancellation).ConfigureAwait(false));
        }, cancellation).ConfigureAwait(false);
        var spoken = ordinary.Where(o => o.Item2.Tokens.Length > 0).ToList();
        var plainLogProb = Weighted(spoken.Select(o => (o.Item2.LogProb, o.Item2.Tokens.Length)));
        var plain = await Expression([], cancellation).ConfigureAwait(false);

        var rows = new List<CalibrationRow>();
        for (var i = 0; i < caps.Count; i++)
        {
            var setting = options.Settings[i];
            var capped = await Expression([caps[i]], cancellation).ConfigureAwait(false);
            var scores = await ForEach(spoken, async (o, _) =>
                (await Answer.ScoreAsync(generator, o.prompt, o.Item2.Tokens, [caps[i]], cancellation).ConfigureAwait(false), o.Item2.Tokens.Length), cancellation).ConfigureAwait(false);
            rows.Add(new CalibrationRow
            {
                From = setting.From,
                To = setting.To,
                Percentile = setting.Percentile,
                RoleExpression = capped.Mean,
                Change = capped.Mean / plain.Mean - 1,
                Price = plainLogProb - Weighted(scores),
                Lifted = (double)capped.Lifted / (capped.Tokens * (setting.To - setting.From)),
                Answers = capped.Answers,
            });
            progress?.Report(rows[^1]);
        }

        return new CalibrationTable(plain.Mean, plainLogProb, [.. options.Roles.Select(r => r.Role)], options.Questions.Count, options.MaxTokens, options.Seed, rows);
    }

    /// <summary>
    /// The cheapest setting that takes away at least this share of the role expression, for at most this price; where none takes away so
    /// much, the one that takes away most for the price. Null when none is cheap enough.
    /// </summary>
    /// <param name="table">What was measured.</param>
    /// <param name="target">Share to take away, 0..1.</param>
    /// <param name="mostPrice">Nats per token.</param>
    public static CalibrationRow? Choose(CalibrationTable table, double target, double mostPrice)
    {
        var affordable = table.Rows.Where(r => r.Price <= mostPrice).ToList();
        return affordable.Where(r => -r.Change >= target).MinBy(r => r.Price) ?? affordable.MinBy(r => r.Change);
    }

    private async Task<(double Mean, long Lifted, long Tokens, int Answers)> Expression(IReadOnlyList<Intervention> interventions, CancellationToken cancellation)
    {
        var answers = await ForEach(cases, async (c, _) =>
        {
            var answer = await Generate(c.WithRole, c.Seed, interventions, logProbs: interventions.Count == 0, cancellation).ConfigureAwait(false);
            if (answer.Tokens.Length == 0) return (Score: double.NaN, answer.Tokens.Length, answer.Lifted);
            var with = interventions.Count == 0 ? answer.LogProb
                : await Answer.ScoreAsync(generator, c.WithRole, answer.Tokens, [], cancellation).ConfigureAwait(false);
            var without = await Answer.ScoreAsync(generator, c.Without, answer.Tokens, [], cancellation).ConfigureAwait(false);
            return (Score: with - without, answer.Tokens.Length, answer.Lifted);
        }, cancellation).ConfigureAwait(false);
        var spoken = answers.Where(a => a.Length > 0).ToList();
        if (spoken.Count == 0) throw new GenerationFailedException("every answer ended at once; there is nothing to score.");
        return (Weighted(spoken.Select(a => (a.Score, a.Length))), spoken.Sum(a => a.Lifted), spoken.Sum(a => (long)a.Length), spoken.Count);
    }

    private Task<Answer> Generate(IReadOnlyList<int> prompt, ulong seed, IReadOnlyList<Intervention> interventions, bool logProbs, CancellationToken cancellation) =>
        Answer.RunAsync(
            generator,
            new GenerationRequest { Prompt = prompt, MaxTokens = options.MaxTokens, Sampling = new Sampling { Seed = seed }, Interventions = interventions, LogProbs = logProbs },
            cancellation);

    private static double Weighted(IEnumerable<(double Value, int Tokens)> values)
    {
        double sum = 0;
        long tokens = 0;
        foreach (var (value, count) in values)
        {
            sum += value * count;
            tokens += count;
        }

        return sum / tokens;
    }

    // In order, so that sums over the results do not depend on timing.
    private async Task<TOut[]> ForEach<TIn, TOut>(IReadOnlyList<TIn> items, Func<TIn, int, Task<TOut>> work, CancellationToken cancellation)
    {
        var results = new TOut[items.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, items.Count), new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellation },
            async (i, _) => results[i] = await work(items[i], i).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }
}
