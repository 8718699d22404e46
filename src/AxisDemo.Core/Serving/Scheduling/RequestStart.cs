using AxisDemo.Model.Hooks;
using AxisDemo.Model;

namespace AxisDemo.Serving;

/// <summary>Sets a request up: its sequences, and what they take from earlier runs instead of computing it.</summary>
internal sealed class RequestStart(LoadedModel model, KvPool pool)
{
    private readonly InterventionSets sets = new();

    public void Begin(RunningRequest entry)
    {
        var request = entry.Request;
        var (prompt, shape, vectors) = (request.Prompt.Count, model.Info.Shape, model.Transformer.Vectors);
        var keys = Math.Min(model.Info.Context, prompt + request.AnswerTokens);
        Capture[] captures = [.. request.Captures, .. request.KeepStream ? [Stream(shape, prompt)] : Array.Empty<Capture>()];
        var tokens = Tokens(request);
        var main = new Sequence(new SequenceHooks(shape, vectors, request.Interventions, request.Watch, captures, prompt, keys), tokens, sets);
        var reader = request.Read ? new Sequence(new SequenceHooks(shape, vectors, [], request.Watch, [], prompt, keys), tokens, sets) : null;
        if (!request.WatchPrompt) Reuse(request, main, reader);
        foreach (var sequence in (ReadOnlySpan<Sequence?>)[main, reader])
            if (sequence is not null) sequence.Sound = sequence.Computed;
        entry.Begin(tokens, main, reader, new AnswerSoFar(request.Beginning, model.Tokenizer), [.. captures.Select(c => new CaptureRun(c, shape, keys, request.AnswerTokens))]);
        entry.Send(new StartedEvent(prompt, Math.Min(prompt, entry.ReusedTokens)) { Seed = request.Sampling.Seed });
    }

    /// <summary>A request is over: what it computed is kept for those that come after it.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="positions">Positions to keep.</param>
    public void Keep(RunningRequest entry, Sequence sequence, int positions)
    {
        // A run that began at a later block has no rows below it to be gone on from, and there may be thousands of such runs.
        if (sequence.EntryBlock > 0) positions = 0;
        var stream = sequence == entry.Main && entry.Request.KeepStream && positions >= entry.Request.Prompt.Count ? entry.Captures[^1].Result() : null;
        pool.Keep(sequence.Keyed, positions, sequence.Sound, sequence.Pages,
            stream is null ? null : new ResidualStream(stream.Width, [.. Enumerable.Range(0, model.Info.Layers).Select(l => stream.Values(l).ToArray())]));
    }

    private SequenceTokens Tokens(GenerationRequest request)
    {
        var tokens = new SequenceTokens();
        for (var i = 0; i < request.Prompt.Count; i++)
        {
            var mark = request.PromptSpecial?[i] ?? model.Tokenizer.IsControl(request.Prompt[i]) ? TokenMarks.Special : TokenMarks.None;
            if (request.PromptGenerated?[i] == true) mark |= TokenMarks.Generated;
            tokens.Add(request.Prompt[i], mark);
        }

        foreach (var id in request.Beginning) tokens.Add(id, RunningRequest.AnswerMarks(model.Tokenizer.IsControl(id)));
        return tokens;
    }

    // The last token that is given is always computed: its logits choose the next one. So is what captures want to see.
    private void Reuse(GenerationRequest request, Sequence main, Sequence? reader)
    {
        if (reader is not null) reader.Computed = pool.Reuse(reader.Keyed[..^1], reader.Pages);
        var most = main.Known - 1;
        foreach (var capture in main.Hooks.Captures) most = Math.Min(most, capture.First);
        if (request.Interventions.Count > 0 && request.Beginning.Count == 0 && main.Hooks.FirstBlock() is > 0 and < int.MaxValue and var block)
        {
            var plain = new long[main.Known];
            for (var i = 0; i < plain.Length; i++) plain[i] = (uint)main.Keyed[i];
            main.Computed = pool.ReuseBelow(plain, main.Keyed, most, main.Pages, out var stream);
            (main.Stream, main.EntryBlock) = (stream, stream is null ? 0 : block);
            if (stream is not null) return;
        }

        main.Computed = pool.Reuse(main.Keyed[..most], main.Pages);
    }

    private static Capture Stream(ModelShape shape, int prompt) => new("stream", Site.ResidPre, [.. Enumerable.Range(0, shape.Layers)], CaptureSpan.Between(0, prompt));
}
