using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using AxisDemo.Kernels;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>
/// One step of the engine: plan, forward, and for every request that reached its newest token: report the token whose row was just
/// computed, take the next. Tokens are chosen by the engine, where the logits are. Its buffers are reused; only events are allocated.
/// </summary>
internal sealed class StepRunner(LoadedModel model, KvPool pool, IKvStore store, EngineOptions options)
{
    private const int PrefillEventTokens = 64;
    private readonly StepRows rows = new();
    private readonly HookPlan hooks = new();
    // Some models pad their head beyond the tokenizer's ids: those logits are nobody's.
    private readonly int vocabulary = model.Tokenizer.VocabularySize;
    private readonly List<int> logitRows = [];
    private readonly List<TokenChoice> choices = [];
    private Pending[] pending = new Pending[16];
    private Rows[] plan = new Rows[16];
    private double rowsPerMillisecond = 1;

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

        entry.Send(new StartedEvent(tokens.Count, entry.ReusedTokens));
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

        var decodeRows = 0;
        for (var i = 0; i < running.Count; i++)
        {
            pending[i] = new Pending(running[i].Main.Pending, running[i].Reader?.Pending ?? 0);
            if (pending[i].Decoding) decodeRows += pending[i].Main + pending[i].Reader;
        }

        var budget = decodeRows > 0 ? Math.Clamp(decodeRows + (int)(rowsPerMillisecond * options.StepMilliseconds), 16, options.MaxRows) : options.MaxRows;
        Scheduler.Plan(pending.AsSpan(0, running.Count), budget, plan);
        rows.Clear();
        hooks.Clear();
        logitRows.Clear();
        choices.Clear();
        for (var i = 0; i < running.Count; i++) AddRows(running[i], plan[i]);

        var start = Stopwatch.GetTimestamp();
        model.Transformer.Forward(rows, store, hooks, CollectionsMarshal.AsSpan(logitRows), vocabulary, CollectionsMarshal.AsSpan(choices));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (rows.Count > decodeRows + 8) rowsPerMillisecond += 0.3 * (rows.Count / (seconds * 1000) - rowsPerMillisecond);

        var chosen = 0;
        for (var i = 0; i < running.Count; i++) Advance(running[i], plan[i], ref chosen);
        return new StepTime(decodeRows, seconds);
    }

    private void AddRows(RunningRequest entry, Rows count)
    {
        AddSegment(entry, entry.Main, count.Main);
        if (entry.Reader is { } reader) AddSegment(entry, reader, count.Reader);
        if (count.Main < entry.Main.Pending || !NeedsLogits(entry)) return;
        var (request, sampling) = (entry.Request, entry.Request.Sampling);
        choices.Add(new TokenChoice
        {
            Row = logitRows.Count,
            PlainRow = entry.Reader is null ? -1 : logitRows.Count + 1,
            Forced = request.Forced?[entry.Answer.Count] ?? -1,
            Temperature = sampling.Temperature,
            TopP = sampling.TopP,
            TopK = sampling.TopK,
            RepetitionPenalty = sampling.RepetitionPenalty,
            Seed = sampling.Seed,
            Index = entry.Answer.Count,
            Answer = entry.Answer,
            LogProbs = request.LogProbs,
        });
        logitRows.Add(entry.Main.Row + count.Main - 1);
        if (entry.Reader is { } second) logitRows.Add(second.Row + count.Reader - 1);
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

    private static bool NeedsLogits(RunningRequest entry) =>
        entry.Answer.Count < entry.Limit && (entry.Request.Forced is null || entry.Request.LogProbs || entry.Request.Read);

    private void Advance(RunningRequest entry, Rows count, ref int chosen)
    {
        var complete = count.Main == entry.Main.Pending;
        if (entry.PromptProjections is not null && entry.Main.Computed < entry.Request.Prompt.Count) KeepPrompt(entry, count.Main);
        entry.Main.Computed += count.Main;
        if (entry.Reader is { } reader) reader.Computed += count.Reader;
        if (!complete)
        {
            ReportPrefill(entry);
            return;
        }

        if (entry.Answer.Count == 0 && entry.PromptProjections is { } projections) entry.Send(new PromptEvent(projections));
        ChosenToken? choice = NeedsLogits(entry) ? model.Transformer.Chosen[chosen++] : null;

        // The token's text is complete only now: at the very end half a character is given as what it is.
        var ended = EndsHere(entry);
        if (entry.Held is { } held)
        {
            if (entry.Sums is not null) AddRow(entry);
            if (ended is not null) held = held with { Text = held.Text + entry.Rest() };
            entry.Send(Observed(entry, held));
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
        return entry.Main.Known >= model.Info.Context ? "context" : null;
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

    // One row was observed: unit u of a sequence lies at its base + u.
    private TokenEvent Observed(RunningRequest entry, TokenEvent token)
    {
        var results = model.Transformer.Ops.Results[entry.Main.Results..];
        var watches = entry.Request.Watch;
        var projections = watches.Count == 0 ? [] : new TokenProjection[watches.Count];
        for (var w = 0; w < projections.Length; w++)
        {
            var watch = watches[w];
            var slots = entry.Main.Hooks.Watches[w];
            projections[w] = new TokenProjection(watch.Axis, watch.Layer, results[slots.Pre] - watch.Offset, results[slots.Post] - watch.Offset, Touched(entry.Main, watch.Layer, results, 1, 0));
            if (entry.Reader is { } reader)
                projections[w] = projections[w] with { Read = model.Transformer.Ops.Results[reader.Results + reader.Hooks.Watches[w].Post] - watch.Offset };
        }

        return token with { Projections = projections, LiftedLayers = entry.Main.Hooks.Caps.Count == 0 ? null : Lifted(entry.Main, results) };
    }

    private static bool Touched(Sequence sequence, int layer, ReadOnlySpan<float> results, int observed, int row)
    {
        foreach (var cap in sequence.Hooks.Caps)
            if (cap.Layer == layer && results[cap.Unit * observed + row] != 0) return true;
        return false;
    }

    private static int Lifted(Sequence sequence, ReadOnlySpan<float> results)
    {
        var layers = 0;
        foreach (var cap in sequence.Hooks.Caps)
            if (results[cap.Unit] != 0) layers++;
        return layers;
    }

    private void AddRow(RunningRequest entry)
    {
        entry.SummedRows++;
        var row = model.Transformer.Ops.Results.Slice(entry.Main.Results + entry.Main.Hooks.RowsFrom, entry.Sums!.Length);
        for (var i = 0; i < row.Length; i++) entry.Sums[i] += row[i];
        var width = entry.Main.Hooks.Width;
        for (var l = 0; l < entry.NormSums!.Length; l++) entry.NormSums[l] += TensorPrimitives.Norm(row.Slice(l * width, width));
    }

    private void KeepPrompt(RunningRequest entry, int count)
    {
        var results = model.Transformer.Ops.Results[entry.Main.Results..];
        for (var w = 0; w < entry.PromptProjections!.Length; w++)
        {
            var (watch, slots, kept) = (entry.Request.Watch[w], entry.Main.Hooks.Watches[w], entry.PromptProjections[w]);
            for (var i = 0; i < count; i++)
            {
                var position = entry.Main.Computed + i;
                kept.Pre[position] = results[slots.Pre * count + i] - watch.Offset;
                kept.Post[position] = results[slots.Post * count + i] - watch.Offset;
                kept.Touched[position] = Touched(entry.Main, watch.Layer, results, count, i);
            }
        }
    }

    private static void ReportPrefill(RunningRequest entry)
    {
        if (entry.Main.Computed - entry.LastPrefillReport < PrefillEventTokens) return;
        entry.LastPrefillReport = entry.Main.Computed;
        entry.Send(new PrefillEvent(entry.Main.Computed - entry.ReusedTokens, entry.Request.Prompt.Count - entry.ReusedTokens));
    }
}
