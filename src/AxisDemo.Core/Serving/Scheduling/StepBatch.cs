using System.Runtime.InteropServices;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>
/// The rows of one step over all requests, what is wanted of them, and the choices to be made. Where a request's results lie is noted on
/// its sequences. Its buffers are reused.
/// </summary>
internal sealed class StepBatch(LoadedModel model, KvPool pool, IKvStore store)
{
    private readonly StepRows rows = new();
    private readonly HookPlan hooks = new();
    private readonly List<int> logitRows = [];
    private readonly List<TokenChoice> choices = [];
    private readonly List<(int Block, int Index)> late = [];
    // Some models pad their head beyond the tokenizer's ids: those logits are nobody's.
    private readonly int vocabulary = model.Tokenizer.VocabularySize;

    public HookPlan Hooks => hooks;

    /// <summary>Lays out a step.</summary>
    public void Fill(List<RunningRequest> running, ReadOnlySpan<Rows> plan)
    {
        rows.Clear();
        hooks.Clear();
        logitRows.Clear();
        choices.Clear();
        late.Clear();
        for (var i = 0; i < running.Count; i++)
        {
            var block = EntryBlock(running[i].Main);
            if (block > 0) late.Add((block, i));
            AddSegments(running[i], plan[i], block > 0);
        }

        // Rows that enter later stand behind the others, those of the earliest block first.
        late.Sort();
        foreach (var (_, i) in late) AddSegment(running[i], running[i].Main, plan[i].Main);
        for (var i = 0; i < running.Count; i++) AddChoices(running[i], plan[i]);
    }

    /// <summary>Computes it. The number of rows.</summary>
    public int Compute()
    {
        model.Transformer.Forward(rows, store, hooks, CollectionsMarshal.AsSpan(logitRows), vocabulary, CollectionsMarshal.AsSpan(choices));
        return rows.Count;
    }

    /// <summary>The first row that gives a token: of what is given the last one does, once it is reached; of the answer every one.</summary>
    public static int FirstRow(RunningRequest entry, Rows count)
    {
        if (entry.InAnswer) return 0;
        return count.Main == entry.Main.Pending ? count.Main - 1 : count.Main;
    }

    /// <summary>Whether the answer's token of this index is chosen, or measured, by logits.</summary>
    public static bool NeedsLogits(RunningRequest entry, int index) =>
        index < entry.Limit && (entry.Request.Forced is null || entry.Request.LogProbs || entry.Request.Read);

    /// <summary>Whether a sequence's next rows are reported, and so observed.</summary>
    public static bool Observed(RunningRequest entry, Sequence sequence) =>
        sequence.Computed >= entry.Given || (entry.Request.WatchPrompt && sequence == entry.Main);

    // Rows of the answer are new: nothing is known of them.
    private static int EntryBlock(Sequence sequence) => sequence.Computed <= sequence.Hooks.LastFrom ? sequence.EntryBlock : 0;

    private void AddSegments(RunningRequest entry, Rows count, bool mainLater)
    {
        if (!mainLater) AddSegment(entry, entry.Main, count.Main);
        if (entry.Reader is { } reader) AddSegment(entry, reader, count.Reader);
    }

    private void AddSegment(RunningRequest entry, Sequence sequence, int count)
    {
        if (count == 0) return;
        pool.Cover(sequence.Pages, sequence.Computed + count);
        var block = EntryBlock(sequence);
        sequence.Row = rows.Add(sequence.Next(count), sequence.Computed, sequence.Pages, block, block > 0 ? sequence.Stream!.Before(block, sequence.Computed, count) : default);
        sequence.Results = hooks.Add(sequence.Hooks, sequence.Row, count, sequence.Computed, Observed(entry, sequence) ? count : 0, sequence.Marks);
    }

    private void AddChoices(RunningRequest entry, Rows count)
    {
        entry.FirstChoice = choices.Count;
        var index = entry.Answer.Count;
        for (var row = FirstRow(entry, count); row < count.Main && NeedsLogits(entry, index); row++, index++) AddChoice(entry, row, index);
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
            Answer = entry.Answer.Ids,
            LogProbs = request.LogProbs,
        });
        logitRows.Add(entry.Main.Row + row);
        // The reader's segment may be shorter or longer in the prompt; its last row is the same position.
        if (entry.Reader is { } reader) logitRows.Add(reader.Row + (entry.InAnswer ? row : reader.Pending - 1));
    }
}
