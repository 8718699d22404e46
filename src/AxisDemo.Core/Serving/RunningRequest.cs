using System.Diagnostics;
using System.Threading.Channels;
using AxisDemo.Model.Hooks;
using AxisDemo.Tokenizers;

namespace AxisDemo.Serving;

/// <summary>A request in the engine: its sequences, what it has generated, and the channel its events leave by.</summary>
internal sealed class RunningRequest(GenerationRequest request, CancellationToken cancellation)
{
    // Never more than the request's tokens and a few: bounded by its MaxTokens, so the engine never waits for a slow reader.
    private readonly Channel<GenerationEvent> events = Channel.CreateUnbounded<GenerationEvent>(new() { SingleReader = true });
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Utf8Stream text = new();
    private volatile bool abandoned;

    public GenerationRequest Request { get; } = request;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether nobody wants its answer any more.</summary>
    public bool IsCancelled => abandoned || Cancellation.IsCancellationRequested;

    public ChannelReader<GenerationEvent> Events => events.Reader;

    public Sequence Main { get; set; } = null!;

    public Sequence? Reader { get; set; }

    /// <summary>Prompt and answer, shared by the sequences.</summary>
    public List<int> Tokens { get; set; } = null!;

    /// <summary>For each token whether it is the template's own.</summary>
    public List<bool> SpecialFlags { get; set; } = null!;

    /// <summary>Prompt tokens computed when progress was last reported.</summary>
    public int LastPrefillReport { get; set; }

    public int ReservedPages { get; set; }

    public int ReusedTokens { get; set; }

    /// <summary>Place in the queue last reported.</summary>
    public int Ahead { get; set; } = -1;

    public List<int> Answer { get; } = [];

    /// <summary>The newest token, not reported yet because its own row is still to come.</summary>
    public TokenEvent? Held { get; set; }

    public double[]? Sums { get; set; }

    public int SummedRows { get; set; }

    /// <summary>Sums over the answer's tokens of each block's |resid_post|.</summary>
    public double[]? NormSums { get; set; }

    public PromptProjection[]? PromptProjections { get; set; }

    public double FirstTokenMilliseconds { get; private set; }

    /// <summary>Whether a token's event waits for the token's own row.</summary>
    public bool Observes { get; } = request.Watch.Count > 0 || request.Read || request.CaptureResponseMean || request.Interventions.Any(i => i.Kind == InterventionKind.Cap);

    public int Limit => Request.Forced?.Count ?? Request.MaxTokens;

    /// <summary>Whether the prompt is computed: rows are the answer's from here on.</summary>
    public bool InAnswer => Main.Computed >= Request.Prompt.Count;

    /// <summary>Where the step's choices for it begin.</summary>
    public int FirstChoice { get; set; }

    public string Text(ReadOnlySpan<byte> bytes) => text.Push(bytes);

    public string Rest() => text.Flush();

    /// <summary>The answer's next token: known to the sequences already, if it was given ahead.</summary>
    public void Add(int id, bool special)
    {
        Answer.Add(id);
        if (Tokens.Count < Request.Prompt.Count + Answer.Count) Append(id, special);
    }

    /// <summary>Gives the sequences the next tokens of a given answer, so that one step computes their rows together.</summary>
    /// <param name="most">Most tokens to give.</param>
    /// <param name="context">The model's context: no position beyond it is needed.</param>
    /// <param name="isControl">Whether a token is the template's own.</param>
    public void LookAhead(int most, int context, Func<int, bool> isControl)
    {
        // The last token's own row is wanted only where it is observed.
        var known = Request.Forced!.Count - (Observes ? 0 : 1);
        for (var next = Tokens.Count - Request.Prompt.Count; next < known && most > 0 && Tokens.Count < context; next++, most--)
            Append(Request.Forced[next], isControl(Request.Forced[next]));
    }

    private void Append(int id, bool special)
    {
        Tokens.Add(id);
        SpecialFlags.Add(special);
        Main.Grow();
        Reader?.Grow();
    }

    public void Sampled()
    {
        if (Answer.Count == 0) FirstTokenMilliseconds = clock.Elapsed.TotalMilliseconds;
    }

    public void Send(GenerationEvent e) => events.Writer.TryWrite(e);

    /// <summary>Whether it ended by a fault: nothing of it is kept.</summary>
    public bool Failed { get; private set; }

    public void Fail(string error)
    {
        Failed = true;
        Send(new FailedEvent(error));
        events.Writer.TryComplete();
    }

    /// <summary>Nobody listens any more; from any thread.</summary>
    public void Abandon() => abandoned = true;

    /// <summary>Its owner no longer wants it. A token whose own row was never computed was never reported, and does not count.</summary>
    public void Cancel() => Finish("cancelled", null, null);

    public void Finish(string reason, string? rest, int? stopId)
    {
        var tokens = Answer.Count - (Held is null ? 0 : 1);
        var seconds = (clock.Elapsed.TotalMilliseconds - FirstTokenMilliseconds) / 1000;
        float[]? mean = null, norms = null;
        if (Sums is not null && SummedRows > 0) mean = Array.ConvertAll(Sums, s => (float)(s / SummedRows));
        if (NormSums is not null && SummedRows > 0) norms = Array.ConvertAll(NormSums, s => (float)(s / SummedRows));
        Send(new FinishedEvent(reason, tokens, tokens > 1 && seconds > 0 ? (tokens - 1) / seconds : 0)
        {
            FirstTokenMilliseconds = FirstTokenMilliseconds,
            Text = string.IsNullOrEmpty(rest) ? null : rest,
            StopId = stopId,
            ResponseMean = mean,
            ResponseMeanNorm = norms,
        });
        events.Writer.TryComplete();
    }
}
