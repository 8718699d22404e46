using System.Diagnostics;
using System.Runtime.InteropServices;
using AxisDemo.Kernels;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>
/// One step of the engine: plan, forward, and for every row of an answer: report the token whose row it is, take the next. That is one
/// row where the answer is written; of an answer that is given, the rows of many tokens. Tokens are chosen by the engine, where the
/// logits are. Its buffers are reused; only events are allocated.
/// </summary>
internal sealed partial class StepRunner(LoadedModel model, KvPool pool, IKvStore store, EngineOptions options)
{
    private const int PrefillEventTokens = 64;
    // Tokens of given answers that a step may take, of all requests together: enough for the matrix products to use each weight many
    // times, few enough for their logits (with a reader twice as many rows) to stay small. The step's time is a limit too.
    private const int AheadTokens = 64;
    // Shorter pieces do not pay: sequences of one row each share what a longer one has for itself.
    private const int LeastAhead = 8;
    private readonly StepRows rows = new();
    private readonly HookPlan hooks = new();
    // Some models pad their head beyond the tokenizer's ids: those logits are nobody's.
    private readonly int vocabulary = model.Tokenizer.VocabularySize;
    private readonly List<int> logitRows = [];
    private readonly List<TokenChoice> choices = [];
    private Pending[] pending = new Pending[16];
    private Rows[] plan = new Rows[16];
    private double rowsPerMillisecond = 1;
    private int ahead;

    /// <summary>Requests that ended in the last step.</summary>
    public HashSet<RunningRequest> Finished { get; } = [];

    /// <summary>Sets a request up: its sequences, what is reused of earlier turns.</summary>
    public void Begin(RunningRequest entry)
    {
        var request = entry.Request;
        var (layers, width) = (model.Info.Layers, model.Info.Width);
        var tokens = new List<int>(request.Prompt);
        var special = new List<bool>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++) special.Add(request.PromptSpecial?[i] ?? model.Tokenizer.IsControl(tokens[i]));
        var vectors = model.Transformer.Vectors;
        entry.Tokens = tokens;
        entry.SpecialFlags = special;
        entry.Main = new Sequence(string.Concat(request.Interventions.Select(i => i.Key + "|")),
            new SequenceHooks(layers, width, vectors, request.Interventions, request.Watch, request.CaptureResponseMean, tokens.Count - 1), tokens, special);
        if (request.Read)
            entry.Reader = new Sequence("", new SequenceHooks(layers, width, vectors, [], request.Watch, false, tokens.Count - 1), tokens, special);
        if (request.CaptureResponseMean) (entry.Sums, entry.NormSums) = (new double[layers * width], new double[layers]);
        if (request.WatchPrompt)
        {
            var n = tokens.Count;
            entry.PromptProjections = [.. request.Watch.Select(w => new PromptProjection(w.Axis, w.Layer, new float[n], new float[n], new bool[n]))];
        }
        else
        {
            // The prompt's last token is always computed: its logits choose the first answer token.
            entry.Main.Computed = pool.Reuse(entry.Main.CacheKey, entry.Main.Flagged[..^1], entry.Main.Pages);
            if (entry.Reader is { } reader) reader.Computed = pool.Reuse("", reader.Flagged[..^1], reader.Pages);
            entry.ReusedTokens = entry.Main.Computed;
        }

        foreach (var sequence in (ReadOnlySpan<Sequence?>)[entry.Main, entry.Reader])
            if (sequence is not null) sequence.Sound = sequence.Computed;
        entry.Send(new StartedEvent(tokens.Count, entry.ReusedTokens) { Seed = request.Sampling.Seed });
        entry.LastPrefillReport = entry.Main.Computed;
    }

    /// <summary>Computes one step over all requests.</summary>
    public StepTime Step(List<RunningRequest> running)
    {
        if (pending.Length < running.Count)
        {
            Array.Resize(ref pending, running.Count * 2);
            Array.Resize(ref plan, running.Count * 2);
        }

        ahead = AheadOf(running);
        var (decodeRows, answering) = (0, false);
        for (var i = 0; i < running.Count; i++)
        {
            pending[i] = new Pending(running[i].Main.Pending, running[i].Reader?.Pending ?? 0, running[i].InAnswer);
            answering |= pending[i].InAnswer;
            if (pending[i].Decoding) decodeRows += pending[i].Main + pending[i].Reader;
        }

        var budget = answering || decodeRows > 0 ? Math.Clamp(decodeRows + (int)(rowsPerMillisecond * options.StepMilliseconds), 16, options.MaxRows) : options.MaxRows;
        Scheduler.Plan(pending.AsSpan(0, running.Count), budget, plan);
        rows.Clear();
        hooks.Clear();
        logitRows.Clear();
        choices.Clear();
        var answerRows = 0;
        for (var i = 0; i < running.Count; i++)
        {
            if (pending[i].InAnswer) answerRows += plan[i].Main + plan[i].Reader;
            AddRows(running[i], plan[i]);
        }

        var start = Stopwatch.GetTimestamp();
        model.Transformer.Forward(rows, store, hooks, CollectionsMarshal.AsSpan(logitRows), vocabulary, CollectionsMarshal.AsSpan(choices));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (rows.Count > decodeRows + 8 && seconds > 0) rowsPerMillisecond += 0.3 * (rows.Count / (seconds * 1000) - rowsPerMillisecond);

        for (var i = 0; i < running.Count; i++) Advance(running[i], plan[i]);
        return new StepTime(answerRows, seconds);
    }

    // Where somebody's answer is written, or is about to be, given ones advance token by token too: nobody waits for another's reading.
    private static int AheadOf(List<RunningRequest> running)
    {
        var each = AheadTokens / running.Count;
        return each >= LeastAhead && running.TrueForAll(static r => r.Request.Forced is not null) ? each : 1;
    }

    private void AddRows(RunningRequest entry, Rows count)
    {
        AddSegment(entry, entry.Main, count.Main);
        if (entry.Reader is { } reader) AddSegment(entry, reader, count.Reader);
        entry.FirstChoice = choices.Count;
        var index = entry.Answer.Count;
        for (var row = FirstRow(entry, count); row < count.Main && NeedsLogits(entry, index); row++, index++) AddChoice(entry, row, index);
    }

    // Every row of the answer tells the next token; of the prompt the last one does, once it is reached.
    private static int FirstRow(RunningRequest entry, Rows count)
    {
        if (entry.InAnswer) return 0;
        return count.Main == entry.Main.Pending ? count.Main - 1 : count.Main;
    }

    // The row's choice is the answer's token of this index.
    private void AddChoice(RunningRequest entry, int row, int index)
    {
        var (request, sampling) = (entry.Request, entry.Request.Sampling);
        choices.Add(new TokenChoice
        {
            Row = logitRows.Count,
            PlainRow = entry.Reader is null ? -1 : logitRows.Count + 1,
            Forced = request.Forced?[index] ?? -1,
            Temperature = sampling.Temperature,
            TopP = sampling.TopP,
            TopK = sampling.TopK,
            RepetitionPenalty = sampling.RepetitionPenalty,
            Seed = sampling.Seed,
            Index = index,
            Answer = entry.Answer,
            LogProbs = request.LogProbs,
        });
        logitRows.Add(entry.Main.Row + row);
        // The reader's segment may be shorter or longer in the prompt; its last row is the same position.
        if (entry.Reader is { } reader) logitRows.Add(reader.Row + (entry.InAnswer ? row : reader.Pending - 1));
    }

    private void AddSegment(RunningRequest entry, Sequence sequence, int count)
    {
        if (count == 0) return;
        pool.Cover(sequence.Pages, sequence.Computed + count);
        sequence.Row = rows.Add(sequence.Next(count), sequence.Computed, sequence.Pages);
        var generated = sequence.Computed >= entry.Request.Prompt.Count;
        var observed = generated || (entry.Request.WatchPrompt && sequence == entry.Main) ? count : 0;
        sequence.Results = hooks.Add(sequence.Hooks, sequence.Row, count, sequence.Computed, observed, sequence.Special);
    }

    // index: of the token in the answer.
    private static bool NeedsLogits(RunningRequest entry, int index) =>
        index < entry.Limit && (entry.Request.Forced is null || entry.Request.LogProbs || entry.Request.Read);

    private void Advance(RunningRequest entry, Rows count)
    {
        var (inAnswer, first) = (entry.InAnswer, FirstRow(entry, count));
        if (entry.PromptProjections is not null && !inAnswer && !KeepPrompt(entry, count.Main))
        {
            Fail(entry, "a projection of the prompt");
            return;
        }

        entry.Main.Computed += count.Main;
        if (entry.Reader is { } reader) reader.Computed += count.Reader;
        if (!inAnswer && first == count.Main)
        {
            ReportPrefill(entry);
            return;
        }

        if (!inAnswer && entry.PromptProjections is { } projections) entry.Send(new PromptEvent(projections));
        for (var row = first; row < count.Main && !Finished.Contains(entry); row++) AdvanceRow(entry, row, count.Main, entry.FirstChoice + row - first);
    }

    // Reports the token whose own row this is, and takes the one that follows.
    private void AdvanceRow(RunningRequest entry, int row, int observed, int choiceIndex)
    {
        ChosenToken? choice = NeedsLogits(entry, entry.Answer.Count) ? model.Transformer.Chosen[choiceIndex] : null;
        if (choice is { Id: < 0 })
        {
            Fail(entry, "a logit");
            return;
        }

        if (choice is not null) FoundSound(entry, observed - 1 - row);

        // The token's text is complete only now: at the very end half a character is given as what it is.
        var ended = EndsHere(entry);
        if (entry.Held is { } held)
        {
            if (ended is not null) held = held with { Text = held.Text + entry.Rest() };
            held = Observed(entry, held, row, observed, out var finite);
            if (!finite || (entry.Sums is not null && !AddRow(entry, row, observed)))
            {
                Fail(entry, "a projection or a block's output");
                return;
            }

            entry.Send(held);
            entry.Held = null;
        }

        if (ended is not null)
        {
            entry.Finish(ended, null, null);
            Finished.Add(entry);
            return;
        }

        Take(entry, choice ?? new ChosenToken(entry.Request.Forced![entry.Answer.Count], 0, 0, 0, 0));
    }

    private string? EndsHere(RunningRequest entry)
    {
        if (entry.Answer.Count >= entry.Limit) return "length";
        return entry.Request.Prompt.Count + entry.Answer.Count >= model.Info.Context ? "context" : null;
    }

    private void Take(RunningRequest entry, in ChosenToken choice)
    {
        var request = entry.Request;
        var (index, id) = (entry.Answer.Count, choice.Id);
        entry.Sampled();
        if (request.Forced is null && request.StopAtEndOfTurn && model.Tokenizer.EndOfTurn.Contains(id))
        {
            entry.Finish("stop", entry.Rest(), id);
            Finished.Add(entry);
            return;
        }

        var token = new TokenEvent(index, id, entry.Text(model.Tokenizer.Bytes(id)), []);
        if (request.LogProbs) token = token with { LogProb = choice.LogProb };
        if (entry.Reader is not null)
            token = token with
            {
                Kl = choice.Kl,
                PlainChoiceId = choice.PlainId,
                PlainChoice = model.Tokenizer.Decode([choice.PlainId]),
                ReadLogProb = request.LogProbs ? choice.PlainLogProb : null,
            };

        entry.Add(id, model.Tokenizer.IsControl(id));
        if (ahead > 1 && request.Forced is not null && entry.Main.Pending == 1) entry.LookAhead(ahead - 1, model.Info.Context, model.Tokenizer.IsControl);
        if (entry.Observes)
        {
            entry.Held = token;
            return;
        }

        // Nobody waits for the token's own row: it leaves at once, and the last one is never computed.
        var ended = EndsHere(entry);
        if (ended is not null) token = token with { Text = token.Text + entry.Rest() };
        entry.Send(token);
        if (ended is null) return;
        entry.Finish(ended, null, null);
        Finished.Add(entry);
    }

    // Rows that come after this one in the step are not known yet. Finite logits have seen every position up to theirs.
    private static void FoundSound(RunningRequest entry, int after)
    {
        entry.Main.Sound = entry.Main.Computed - after;
        if (entry.Reader is { } reader) reader.Sound = reader.Computed - after;
    }

    // What is no number decides nothing and is not reported: the request ends, and the others do not notice.
    private void Fail(RunningRequest entry, string what)
    {
        entry.Fail($"The computation left the range of float32: {what} is not a finite number. " + (entry.Request.Interventions.Count > 0
            ? "The interventions are too strong: use a smaller coefficient or threshold."
            : "The model's file is damaged, or this engine's precision is too low for it: download the model again, or try another engine (Engine:Kernels=scalar, axis: --kernels scalar)."));
        Finished.Add(entry);
    }

    private static void ReportPrefill(RunningRequest entry)
    {
        if (entry.Main.Computed - entry.LastPrefillReport < PrefillEventTokens) return;
        entry.LastPrefillReport = entry.Main.Computed;
        entry.Send(new PrefillEvent(entry.Main.Computed - entry.ReusedTokens, entry.Request.Prompt.Count - entry.ReusedTokens));
    }
}
