using System.Diagnostics;
using AxisDemo.Compute;
using AxisDemo.Model;

namespace AxisDemo.Serving;

/// <summary>
/// One step of the engine: plan, forward, and for every row of an answer: report the token whose row it is, take the next. That is one
/// row where the answer is written; of an answer that is given, the rows of many tokens. Tokens are chosen by the engine, where the
/// logits are. Only events are allocated.
/// </summary>
internal sealed class StepRunner(LoadedModel model, KvPool pool, IKvStore store, EngineOptions options)
{
    private const int PrefillEventTokens = 64;
    private readonly StepPlanner planner = new(options);
    private readonly StepBatch batch = new(model, pool, store);
    private readonly ITensorOps ops = model.Transformer.Ops;

    /// <summary>Requests that ended in the last step.</summary>
    public HashSet<RunningRequest> Finished { get; } = [];

    /// <summary>Computes one step over all requests.</summary>
    public StepTime Step(List<RunningRequest> running)
    {
        var plan = planner.Plan(running);
        batch.Fill(running, plan);
        var start = Stopwatch.GetTimestamp();
        var rows = batch.Compute();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        planner.Took(rows, seconds);
        for (var i = 0; i < running.Count; i++) Advance(running[i], plan[i]);
        return new StepTime(planner.AnswerRows, seconds);
    }

    private void Advance(RunningRequest entry, Rows count)
    {
        var (inAnswer, first, from) = (entry.InAnswer, StepBatch.FirstRow(entry, count), entry.Main.Computed);
        var reported = StepBatch.Observed(entry, entry.Main) ? count.Main : 0;
        if (entry.PromptProjections is not null && !inAnswer && !StepReadings.KeepPrompt(entry, ops, count.Main))
        {
            Fail(entry, "a projection of the prompt");
            return;
        }

        // What is given is seen as it is computed; a token of the answer when it is reported.
        if (!inAnswer && !StepReadings.Capture(entry, ops, batch.Hooks, from, count.Main, reported, 0, count.Main))
        {
            Fail(entry, "a captured row of the prompt");
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
        for (var row = first; row < count.Main && !Finished.Contains(entry); row++) AdvanceRow(entry, row, from, count.Main, entry.FirstChoice + row - first);
    }

    // Reports the token whose own row this is, and takes the one that follows.
    private void AdvanceRow(RunningRequest entry, int row, int from, int count, int choiceIndex)
    {
        var answer = entry.Answer;
        ChosenToken? choice = StepBatch.NeedsLogits(entry, answer.Count) ? model.Transformer.Chosen[choiceIndex] : null;
        if (choice is { Id: < 0 })
        {
            Fail(entry, "a logit");
            return;
        }

        if (choice is not null) FoundSound(entry, count - 1 - row);

        // The token's text is complete only now: at the very end half a character is given as what it is.
        var ended = EndsHere(entry);
        if (answer.Held is { } held)
        {
            if (ended is not null) held = held with { Text = held.Text + answer.Rest() };
            held = StepReadings.Of(entry, held, ops, row, count, out var finite);
            if (!finite || !StepReadings.Capture(entry, ops, batch.Hooks, from, count, count, row, row + 1))
            {
                Fail(entry, "a projection or a block's output");
                return;
            }

            entry.Send(held);
            answer.Held = null;
        }

        if (ended is { } reason)
        {
            // Nothing is left where a token was held; a given beginning may end within a character.
            entry.Finish(reason, answer.Rest(), null);
            Finished.Add(entry);
            return;
        }

        Take(entry, choice ?? new ChosenToken(entry.Request.Forced![answer.Count], 0, 0, 0, 0));
    }

    private FinishReason? EndsHere(RunningRequest entry)
    {
        if (entry.Answer.Count >= entry.Limit) return FinishReason.Length;
        return entry.Request.Prompt.Count + entry.Answer.Count >= model.Info.Context ? FinishReason.Context : null;
    }

    private void Take(RunningRequest entry, in ChosenToken choice)
    {
        var (request, answer, id) = (entry.Request, entry.Answer, choice.Id);
        answer.Sampled();
        if (request.Forced is null && request.StopAtEndOfTurn && model.Tokenizer.EndOfTurn.Contains(id))
        {
            entry.Finish(FinishReason.Stop, answer.Rest(), id);
            Finished.Add(entry);
            return;
        }

        var token = Event(entry, choice);
        entry.Add(id, model.Tokenizer.IsControl(id));
        if (planner.Ahead > 1 && request.Forced is not null && entry.Main.Pending == 1) entry.LookAhead(planner.Ahead - 1, model.Info.Context, model.Tokenizer.IsControl);
        if (entry.Observes)
        {
            answer.Held = token;
            return;
        }

        // Nobody waits for the token's own row: it leaves at once, and the last one is never computed.
        var ended = EndsHere(entry);
        if (ended is not null) token = token with { Text = token.Text + answer.Rest() };
        entry.Send(token);
        if (ended is not { } reason) return;
        entry.Finish(reason, null, null);
        Finished.Add(entry);
    }

    // What is known of a token when it is chosen.
    private TokenEvent Event(RunningRequest entry, in ChosenToken choice)
    {
        var token = new TokenEvent(entry.Answer.Count, choice.Id, entry.Answer.Text(model.Tokenizer.Bytes(choice.Id)), []);
        if (entry.Request.LogProbs) token = token with { LogProb = choice.LogProb };
        if (entry.Reader is null) return token;
        return token with
        {
            Kl = choice.Kl,
            PlainChoiceId = choice.PlainId,
            PlainChoice = model.Tokenizer.Decode([choice.PlainId]),
            ReadLogProb = entry.Request.LogProbs ? choice.PlainLogProb : null,
        };
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
        entry.Fail(RangeFault.Says(what, entry.Request.Interventions.Count > 0));
        Finished.Add(entry);
    }

    private static void ReportPrefill(RunningRequest entry)
    {
        if (entry.Main.Computed - entry.LastPrefillReport < PrefillEventTokens) return;
        entry.LastPrefillReport = entry.Main.Computed;
        entry.Send(new PrefillEvent(entry.Main.Computed - entry.ReusedTokens, entry.Given - entry.ReusedTokens));
    }
}
