using AxisDemo.Serving;
using AxisDemo.Tokenizers;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>How far an answer is.</summary>
public enum AnswerPhase
{
    /// <summary>Others are before it.</summary>
    Queued,
    /// <summary>The prompt is being read.</summary>
    Reading,
    /// <summary>Tokens arrive.</summary>
    Writing,
    /// <summary>Complete, stopped or failed.</summary>
    Over,
}

/// <summary>What wrote and measured an answer elsewhere.</summary>
/// <param name="Model">The model; null where nobody knows.</param>
/// <param name="Axis">The axis; null where there was none.</param>
public sealed record AnswerOrigin(FiledModel? Model, FiledAxis? Axis);

/// <summary>One answer of a column in a turn. Written by the request's task, drawn by pages: each access takes the lock.</summary>
/// <param name="turn">Turn, from 0.</param>
/// <param name="column">Column.</param>
/// <param name="sample">Sample, from 0.</param>
/// <param name="settings">What it is asked for with.</param>
/// <param name="model">The model's <see cref="AxisDemo.Web.Hosting.ReadyModel.Id"/>.</param>
/// <param name="tint">How its tokens are tinted; null without an axis.</param>
/// <param name="given">A replay: the tokens of a text that is given, which the model only reads; null: it writes its own.</param>
/// <param name="continuations">How often an answer that comes back from a file was continued.</param>
public sealed class Answer(int turn, Column column, int sample, ChatSettings settings, string model, TokenTint? tint, IReadOnlyList<int>? given = null, int continuations = 0)
{
    private readonly AnswerDocument document = new();
    private readonly List<int> ids = [];

    /// <summary>Guards this answer.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Turn, from 0.</summary>
    public int Turn { get; } = turn;

    /// <summary>Column.</summary>
    public Column Column { get; } = column;

    /// <summary>Sample, from 0; the first is the one shown and continued from.</summary>
    public int Sample { get; } = sample;

    /// <summary>What it was asked for with.</summary>
    public ChatSettings Settings { get; } = settings;

    /// <summary>The model that wrote it, by its id: token ids mean something to it alone.</summary>
    public string Model { get; } = model;

    /// <summary>Whether this model wrote it; an answer out of a file knows its model by its hash.</summary>
    public bool IsBy(ReadyModel loaded)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        return Model.Length > 0 ? Model == loaded.Id : Origin?.Model?.Sha256 is { Length: > 0 } sha && sha == loaded.Generator.Model.Sha256;
    }

    /// <summary>A replay: the tokens of the text that is given; null: the model writes its own.</summary>
    public IReadOnlyList<int>? Given { get; } = given;

    /// <summary>What its column ran.</summary>
    public ColumnVariant Variant => Settings[Column];

    /// <summary>How often it was continued after it had been cut off.</summary>
    public int Continuations { get; private set; } = continuations;

    /// <summary>The seed that a file says its last request had; null where this program asked for it.</summary>
    public ulong? KeptSeed { get; set; }

    /// <summary>Where it comes from, when a file brought it and its numbers are not this host's model's and axis'; else null.</summary>
    public AnswerOrigin? Origin { get; init; }

    /// <summary>Counts changes: a component that has drawn this version has nothing to draw.</summary>
    public int Version { get; private set; }

    /// <summary>How far it is.</summary>
    public AnswerPhase Phase { get; private set; } = AnswerPhase.Queued;

    /// <summary>Requests before it, while queued.</summary>
    public int Ahead { get; private set; }

    /// <summary>Part of the prompt that has been read, 0..1.</summary>
    public double PromptRead { get; private set; }

    /// <summary>Why it ended; null while it runs or when it failed.</summary>
    public FinishReason? Reason { get; private set; }

    /// <summary>What went wrong and what to do; null if nothing did.</summary>
    public string? Error { get; private set; }

    /// <summary>Rate of generation.</summary>
    public double TokensPerSecond { get; private set; }

    /// <summary>Sum of KL(capped || plain) over the tokens, nats, and how many tokens had one.</summary>
    public (double Sum, int Count) Kl { get; private set; }

    /// <summary>Tokens that a cap lifted somewhere.</summary>
    public int Lifted { get; private set; }

    /// <summary>Whether it was cut off and can go on.</summary>
    public bool CanContinue => Phase == AnswerPhase.Over && Reason is FinishReason.Length or FinishReason.Cancelled && ids.Count > 0 && Given is null;

    /// <summary>Ids of the tokens, in order.</summary>
    public IReadOnlyList<int> Ids => ids;

    /// <summary>The text so far.</summary>
    public string Text => document.Text;

    /// <summary>Finished blocks.</summary>
    public IReadOnlyList<DocumentBlock> Blocks => document.Blocks;

    /// <summary>The open block's markup.</summary>
    public string Open => document.Open;

    /// <summary>Takes an event of its request; returns the token's place on the chart where it has one.</summary>
    public TokenPoint? Take(GenerationEvent happened)
    {
        lock (Gate)
        {
            Version++;
            switch (happened)
            {
                case QueuedEvent queued:
                    Ahead = queued.Ahead;
                    return null;
                case StartedEvent:
                    Phase = AnswerPhase.Reading;
                    return null;
                case PrefillEvent prefill:
                    PromptRead = prefill.Total > 0 ? (double)prefill.Done / prefill.Total : 1;
                    return null;
                case TokenEvent token:
                    return Append(token);
                case FinishedEvent finished:
                    if (finished.Text is { Length: > 0 } rest) document.Append(rest, "");
                    TokensPerSecond = finished.TokensPerSecond;
                    Finish(finished.Reason, null);
                    return null;
                case FailedEvent failed:
                    Finish(null, failed.Error);
                    return null;
                default:
                    return null;
            }
        }
    }

    /// <summary>
    /// It goes on from its own tokens, where it was cut off. An answer that ended within a character lets go of what stands for its half.
    /// </summary>
    /// <param name="tokenizer">Its model's.</param>
    /// <param name="ending">The last token's text from here on, where that is another; else null.</param>
    /// <returns>Whether it can go on.</returns>
    public bool Reopen(ITokenizer tokenizer, out string? ending)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ending = null;
        lock (Gate)
        {
            if (!CanContinue) return false;
            Version++;
            // Before answers went on with their own luck a file said the seed of the last continuation.
            if (Continuations > 0) KeptSeed = null;
            Continuations++;
            (Phase, Reason, Ahead, PromptRead) = (AnswerPhase.Queued, null, 0, 0);
            var (stream, whole, last) = (new Utf8Stream(), 0, "");
            foreach (var id in ids) whole += (last = stream.Push(tokenizer.Bytes(id))).Length;
            if (stream.Flush() is { Length: > 0 } half && document.Text.Length == whole + half.Length && document.Text.EndsWith(half, StringComparison.Ordinal)) ending = last;
            document.Reopen(ending is null ? int.MaxValue : whole);
            return true;
        }
    }

    /// <summary>The token at which the columns part; null while they do not.</summary>
    public int? PartsAt { get; private set; }

    /// <summary>Marks the token at which the columns part; null takes the mark away.</summary>
    public void MarkParting(int? token)
    {
        lock (Gate)
        {
            PartsAt = token;
            document.Mark(token);
            Version++;
        }
    }

    /// <summary>The request ended without an event of its own.</summary>
    public void End(FinishReason? reason, string? error)
    {
        lock (Gate)
        {
            if (Phase == AnswerPhase.Over) return;
            Version++;
            Finish(reason, error);
        }
    }

    private TokenPoint? Append(TokenEvent token)
    {
        Phase = AnswerPhase.Writing;
        ids.Add(token.Id);
        if (token.Kl is { } kl) Kl = (Kl.Sum + kl, Kl.Count + 1);
        if (token.LiftedLayers > 0) Lifted++;
        var shown = token.Projections.Count > 0 ? token.Projections[0] : null;
        var read = shown is null ? 0 : shown.Read ?? shown.Pre;
        document.Append(token.Text, shown is null || tint is null ? "" : tint.Value.Class(read));
        return shown is null ? null : new TokenPoint(
            Turn, Column, Sample, token.Index, token.Id, token.Text, shown.Pre, shown.Post, read, shown.Touched, token.LiftedLayers ?? 0, token.Kl, token.PlainChoice)
        {
            More = token.Projections.Count < 2 ? [] : [.. token.Projections.Skip(1).Select(p => new AxisPoint(p.Axis, p.Pre, p.Post, p.Read ?? p.Pre))],
        };
    }

    private void Finish(FinishReason? reason, string? error)
    {
        Phase = AnswerPhase.Over;
        Reason = reason;
        Error = error;
        document.Complete();
    }
}
