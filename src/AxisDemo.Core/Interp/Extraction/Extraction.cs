using System.Diagnostics;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;

namespace AxisDemo.Interp;

/// <summary>How far an extraction is.</summary>
/// <param name="Done">Rollouts finished, those of earlier runs included.</param>
/// <param name="Total">Rollouts of this shard.</param>
/// <param name="Tokens">Tokens generated in this run.</param>
/// <param name="Elapsed">Time of this run.</param>
/// <param name="Left">Time left at this run's pace; null before the first rollout.</param>
public sealed record ExtractionProgress(int Done, int Total, long Tokens, TimeSpan Elapsed, TimeSpan? Left);

/// <summary>
/// Makes the rollouts of a plan, many at a time, and appends each to the shard when it is finished. May be stopped at any moment and
/// started again: what is in the file is not made twice, and a rollout does not depend on when or beside which others it is made.
/// </summary>
public sealed class Extraction
{
    private readonly IGenerator generator;
    private readonly IPromptEncoder encoder;
    private readonly PromptSet prompts;
    private readonly HttpJudge? judge;

    /// <summary>An extraction of these prompts with this model.</summary>
    /// <param name="generator">The model.</param>
    /// <param name="encoder">Its way to write prompts.</param>
    /// <param name="prompts">Roles and questions.</param>
    /// <param name="plan">What to make; its judge is "none", "pmi" or a URL.</param>
    /// <param name="http">How a judge behind a URL is reached.</param>
    /// <exception cref="InputException">The plan asks for more prompts or questions than there are, or its judge is none.</exception>
    public Extraction(IGenerator generator, IPromptEncoder encoder, PromptSet prompts, ExtractionPlan plan, HttpClient? http = null)
    {
        (this.generator, this.encoder, this.prompts, Plan) = (generator, encoder, prompts, plan);
        var few = prompts.Roles.FirstOrDefault(r => r.Prompts.Count < plan.Prompts);
        if (few is not null) throw new InputException("prompt set", few.Role, $"it has {few.Prompts.Count} prompts; {plan.Prompts} are asked for.", "Give a smaller --prompts.");
        var needed = Math.Max(plan.Prompts, plan.DefaultPrompts) * plan.QuestionsPerPrompt;
        if (prompts.Questions.Count < needed)
            throw new InputException("prompt set", "questions", $"there are {prompts.Questions.Count}; {needed} are needed.", "Give a smaller --prompts or --questions-per-prompt.");
        SamplingRanges.Check(new Sampling { Temperature = plan.Temperature, TopP = plan.TopP });
        if (plan.Judge is "none" or "pmi") return;
        if (!Uri.TryCreate(plan.Judge, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new InputException("request", "judge", $"'{plan.Judge}' is no judge.", "Give none, pmi or the http(s) URL of one.");
        judge = new HttpJudge(url, http ?? new HttpClient { Timeout = TimeSpan.FromMinutes(2) });
        Plan = plan with { Judge = HttpJudge.NameOf(url) };
    }

    /// <summary>What is made, as shards store it: of a judge's URL the scheme, host and path.</summary>
    public ExtractionPlan Plan { get; }

    /// <summary>
    /// A plan for a model and prompts. Prompts and questions beyond those there are are refused by the extraction.
    /// <paramref name="name"/> is what the model is called in prompts and provenance, where its file's own name is no good one.
    /// </summary>
    public static ExtractionPlan CreatePlan(
        IGenerator generator, IPromptEncoder encoder, PromptSet prompts, int promptsPerRole, int questionsPerPrompt, int defaultSamples, int maxTokens, Sampling sampling, string judge, string? name = null) => new()
    {
        ModelSha256 = generator.Model.Sha256,
        ModelName = name ?? generator.Model.Name,
        Architecture = generator.Model.Architecture,
        Layers = generator.Model.Layers,
        Width = generator.Model.Width,
        Rendering = encoder.Rendering,
        PromptSetHash = prompts.Hash,
        Roles = [.. prompts.Roles.Select(r => r.Role)],
        Prompts = promptsPerRole,
        QuestionsPerPrompt = questionsPerPrompt,
        DefaultSamples = defaultSamples,
        DefaultPrompts = Math.Min(promptsPerRole, prompts.Default.Prompts.Count),
        MaxTokens = maxTokens,
        Temperature = sampling.Temperature,
        TopP = sampling.TopP,
        Seed = sampling.Seed,
        Judge = judge,
    };

    /// <summary>Makes what is missing of a shard.</summary>
    /// <param name="folder">Where the shard file lies or will lie.</param>
    /// <param name="shard">This shard's number, from 0.</param>
    /// <param name="shards">How many there are; rollout i belongs to shard i modulo this.</param>
    /// <param name="parallel">Rollouts in the engine at the same time.</param>
    /// <param name="progress">Told after every rollout.</param>
    /// <param name="cancellation">Stops; finished rollouts stay.</param>
    /// <exception cref="InputException">The file belongs to another run.</exception>
    /// <exception cref="GenerationFailedException">The engine failed.</exception>
    public async Task RunAsync(string folder, int shard, int shards, int parallel, IProgress<ExtractionProgress>? progress, CancellationToken cancellation)
    {
        using var file = RolloutShard.Append(folder, Plan, shard, shards);
        var made = file.Keys.ToHashSet();
        var mine = Plan.Rollouts().Where(k => k.Index % shards == shard).ToList();
        var missing = mine.Where(k => !made.Contains(k)).ToList();
        var clock = Stopwatch.StartNew();
        var done = 0;
        long tokens = 0;
        var gate = new Lock();
        void Report() => progress?.Report(new ExtractionProgress(
            mine.Count - missing.Count + done, mine.Count, tokens, clock.Elapsed, done == 0 ? null : clock.Elapsed * ((double)(missing.Count - done) / done)));

        Report();
        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (key, stop) =>
        {
            var rollout = await MakeAsync(key, stop).ConfigureAwait(false);
            lock (gate)
            {
                file.Add(rollout);
                done++;
                tokens += rollout.Tokens.Length;
                Report();
            }
        }).ConfigureAwait(false);
    }

    private async Task<Rollout> MakeAsync(RolloutKey key, CancellationToken cancellation)
    {
        var role = prompts.Find(key.Role)!;
        var judged = Plan.Judge != "none" && key.Role != PromptSet.DefaultRole;
        var system = role.Prompts[key.Prompt].Replace("{model_name}", Plan.ModelName, StringComparison.Ordinal);
        var question = prompts.Questions[key.Question];
        var answer = await Answer.RunAsync(
            generator,
            new GenerationRequest
            {
                Prompt = encoder.Encode(system, question),
                MaxTokens = Plan.MaxTokens,
                Sampling = new Sampling { Temperature = Plan.Temperature, TopP = Plan.TopP, Seed = Plan.SeedOf(key) },
                Captures = [Capture.AnswerMean(Plan.Layers)],
                LogProbs = judged && judge is null,
            },
            cancellation).ConfigureAwait(false);
        var score = float.NaN;
        if (judged && answer.Tokens.Length > 0)
            score = judge is not null
                ? await judge.ScoreAsync(role, system, question, answer.Text, cancellation).ConfigureAwait(false)
                : (float)(answer.LogProb - await Answer.ScoreAsync(generator, encoder.Encode("", question), answer.Tokens, [], cancellation).ConfigureAwait(false));
        // An answer that ended at once has no activation: it is kept so that it is not tried again, and counts nowhere.
        return new Rollout(
            key, answer.Tokens, answer.Text, answer.End.AnswerMean?.AllValues() ?? new float[Plan.Layers * Plan.Width], answer.End.AnswerMean?.MeanNorms ?? new float[Plan.Layers], score);
    }
}
