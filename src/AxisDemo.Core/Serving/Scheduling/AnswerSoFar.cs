using System.Diagnostics;
using AxisDemo.Tokenizers;

namespace AxisDemo.Serving;

/// <summary>An answer as far as it has come: its tokens, the text that is complete with them, the newest token's event, and its times.</summary>
internal sealed class AnswerSoFar
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Utf8Stream text = new();
    private readonly int beginning;

    /// <param name="beginning">The first tokens, where they are known already: their text was reported before.</param>
    /// <param name="tokenizer">Gives their bytes.</param>
    public AnswerSoFar(IReadOnlyList<int> beginning, ITokenizer tokenizer)
    {
        this.beginning = beginning.Count;
        foreach (var id in beginning)
        {
            Ids.Add(id);
            text.Push(tokenizer.Bytes(id));
        }
    }

    /// <summary>The tokens, a given beginning included.</summary>
    public List<int> Ids { get; } = [];

    public int Count => Ids.Count;

    /// <summary>The newest token, not reported yet because its own row is still to come.</summary>
    public TokenEvent? Held { get; set; }

    public double FirstTokenMilliseconds { get; private set; }

    /// <summary>The text that a token completes.</summary>
    public string Text(ReadOnlySpan<byte> bytes) => text.Push(bytes);

    /// <summary>What is left of an incomplete character.</summary>
    public string Rest() => text.Flush();

    /// <summary>A token was chosen: the first one's time is kept.</summary>
    public void Sampled()
    {
        if (Count == beginning) FirstTokenMilliseconds = clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>The event of its end. A token whose own row was never computed was never reported, and does not count.</summary>
    public FinishedEvent End(FinishReason reason, string? rest, int? stopId)
    {
        var tokens = Count - (Held is null ? 0 : 1);
        var (made, seconds) = (tokens - beginning, (clock.Elapsed.TotalMilliseconds - FirstTokenMilliseconds) / 1000);
        return new FinishedEvent(reason, tokens, made > 1 && seconds > 0 ? (made - 1) / seconds : 0)
        {
            FirstTokenMilliseconds = FirstTokenMilliseconds,
            Text = string.IsNullOrEmpty(rest) ? null : rest,
            StopId = stopId,
        };
    }
}
