using System.Threading.Channels;
using AxisDemo.Model.Hooks;
using AxisDemo.Tokenizers;

namespace AxisDemo.Serving;

/// <summary>A request in the engine: the channel its events leave by, and, once it has begun, its sequences and its answer.</summary>
internal sealed class RunningRequest(GenerationRequest request, CancellationToken cancellation)
{
    // Never more than the request's tokens and a few: bounded by its MaxTokens, so the engine never waits for a slow reader.
    private readonly Channel<GenerationEvent> events = Channel.CreateUnbounded<GenerationEvent>(new() { SingleReader = true });
    private volatile bool abandoned;

    public GenerationRequest Request { get; } = request;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether nobody wants its answer any more.</summary>
    public bool IsCancelled => abandoned || Cancellation.IsCancellationRequested;

    public ChannelReader<GenerationEvent> Events => events.Reader;

    public int ReservedPages { get; init; }

    /// <summary>Bytes that its captures take at most.</summary>
    public long CaptureBytes { get; init; }

    /// <summary>Bytes of the residual stream that it keeps.</summary>
    public long StreamBytes { get; init; }

    /// <summary>Place in the queue last reported.</summary>
    public int Ahead { get; set; } = -1;

    public SequenceTokens Tokens { get; private set; } = null!;

    public Sequence Main { get; private set; } = null!;

    public Sequence? Reader { get; private set; }

    public AnswerSoFar Answer { get; private set; } = null!;

    /// <summary>Captures under way, those of the request and then, if it is kept, the one of the stream.</summary>
    public IReadOnlyList<CaptureRun> Captures { get; private set; } = [];

    public PromptProjection[]? PromptProjections { get; private set; }

    public int ReusedTokens { get; private set; }

    /// <summary>Tokens computed when progress was last reported.</summary>
    public int LastPrefillReport { get; set; }

    /// <summary>Whether a token's event waits for the token's own row.</summary>
    public bool Observes { get; } = request.Watch.Count > 0 || request.Read || request.Captures.Any(c => c.Span.Positions is null) || request.Interventions.Any(i => i.Kind == InterventionKind.Cap);

    /// <summary>Tokens known from the start: the prompt, and the answer's given beginning.</summary>
    public int Given { get; } = request.Prompt.Count + request.Beginning.Count;

    /// <summary>Tokens of the answer at most.</summary>
    public int Limit => Request.Forced?.Count ?? Request.MaxTokens;

    /// <summary>Whether what is given is computed: each row gives the answer's next token from here on.</summary>
    public bool InAnswer => Main.Computed >= Given;

    /// <summary>Where the step's choices for it begin.</summary>
    public int FirstChoice { get; set; }

    /// <summary>Whether it ended by a fault: nothing of it is kept.</summary>
    public bool Failed { get; private set; }

    /// <summary>It has its sequences, and what they need not compute.</summary>
    public void Begin(SequenceTokens tokens, Sequence main, Sequence? reader, AnswerSoFar answer, IReadOnlyList<CaptureRun> captures)
    {
        (Tokens, Main, Reader, Answer, Captures) = (tokens, main, reader, answer, captures);
        (ReusedTokens, LastPrefillReport) = (main.Computed, main.Computed);
        if (!Request.WatchPrompt) return;
        var n = Request.Prompt.Count;
        PromptProjections = [.. Request.Watch.Select(w => new PromptProjection(w.Axis, w.Layer, new float[n], new float[n], new bool[n]))];
    }

    /// <summary>The answer's next token: known to the sequences already, if it was given ahead.</summary>
    public void Add(int id, bool control)
    {
        Answer.Ids.Add(id);
        if (Tokens.Count < Request.Prompt.Count + Answer.Count) Append(id, control);
    }

    /// <summary>Gives the sequences the next tokens of a given answer, so that one step computes their rows together.</summary>
    /// <param name="most">Most tokens to give.</param>
    /// <param name="context">The model's context: no position beyond it is needed.</param>
    /// <param name="isControl">Whether a token is a control token.</param>
    public void LookAhead(int most, int context, Func<int, bool> isControl)
    {
        // The last token's own row is wanted only where it is observed.
        var known = Request.Forced!.Count - (Observes ? 0 : 1);
        for (var next = Tokens.Count - Request.Prompt.Count; next < known && most > 0 && Tokens.Count < context; next++, most--)
            Append(Request.Forced[next], isControl(Request.Forced[next]));
    }

    public void Send(GenerationEvent e) => events.Writer.TryWrite(e);

    public void Fail(string error)
    {
        Failed = true;
        Send(new FailedEvent(error));
        events.Writer.TryComplete();
    }

    /// <summary>Nobody listens any more; from any thread.</summary>
    public void Abandon() => abandoned = true;

    /// <summary>Its owner no longer wants it.</summary>
    public void Cancel()
    {
        if (Answer is not null) Finish(FinishReason.Cancelled, null, null);
        else
        {
            Send(new FinishedEvent(FinishReason.Cancelled, 0, 0));
            events.Writer.TryComplete();
        }
    }

    public void Finish(FinishReason reason, string? rest, int? stopId)
    {
        Send(Answer.End(reason, rest, stopId) with { Captured = [.. Captures.Take(Request.Captures.Count).Select(c => c.Result()).OfType<Captured>()] });
        events.Writer.TryComplete();
    }

    private void Append(int id, bool control)
    {
        Tokens.Add(id, AnswerMarks(control));
        Main.Grow();
        Reader?.Grow();
    }

    /// <summary>What a token of the answer is.</summary>
    public static TokenMarks AnswerMarks(bool control) => control ? TokenMarks.Generated | TokenMarks.Special : TokenMarks.Generated;
}
