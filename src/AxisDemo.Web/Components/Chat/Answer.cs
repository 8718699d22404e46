using AxisDemo.Serving;
using AxisDemo.Web.Keeping;

namespace AxisDemo.Web.Components.Chat;

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
/// <param name="model">The model's <see cref="AxisDemo.Web.Serving.ReadyModel.Id"/>.</param>
/// <param name="tint">How its tokens are tinted; null without an axis.</param>
/// <param name="given">A replay: the tokens of a text that is given, which the model only reads; null: it writes its own.</param>
/// <param name="continuations">How often an answer that comes back from a file was continued.</param>
public sealed class Answer(int turn, Column column, int sample, ChatSettings settings, string model, TokenTint? tint, IReadOnlyList<int>? given = null, int continuations = 0)
{
    private readonly AnswerDocument document = new();
    private readonly List<int> ids = [];
    // Tokens that were there when the request that runs began.
    private int begun;

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

    /// <summary>A replay: the tokens of the text that is given; null: the model writes its own.</summary>
    public IReadOnlyList<int>? Given { get; } = given;

    /// <summary>What its column ran.</summary>
    public ColumnVariant Variant => Settings[Column];

    /// <summary>How often it was continued after it had been cut off.</summary>
    public int Continuations { get; private set; } = continuations;

    /// <summary>The seed that a file says its last request had; null where this program asked for it, or it has been continued since.</summary>
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

    /// <summary>Why it ended: "stop", "length", "context", "cancelled"; null while it runs or when it failed.</summary>
    public string? Reason { get; private set; }

    /// <summary>What went wrong and what to do; null if nothing did.</summary>
    public string? Error { get; private set; }

    /// <summary>Rate of generation.</summary>
    public double TokensPerSecond { get; private set; }

    /// <summary>Sum of KL(capped || plain) over the tokens, nats, and how many tokens had one.</summary>
    public (double Sum, int Count) Kl { get; private set; }

    /// <summary>Tokens that a cap lifted somewhere.</summary>
    public int Lifted { get; private set; }

    /// <summary>Whether it was cut off and can go on.</summary>
    public bool CanContinue => Phase == AnswerPhase.Over && Reason is "length" or "cancelled" && ids.Count > 0 && Given is null;

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

    /// <summary>A cut answer goes on: its next events add to it. False where it is not over, failed, or ended by itself.</summary>
    public bool Reopen()
    {
        lock (Gate)
        {
            if (!CanContinue) return false;
            Version++;
            Continuations++;
            KeptSeed = null;
            (Phase, Reason, Ahead, PromptRead) = (AnswerPhase.Queued, null, 0, 0);
            begun = ids.Count;
            document.Reopen();
            return true;
        }
    }

    /// <summary>Marks the token at which the columns part; null takes the mark away.</summary>
    public void MarkParting(int? token)
    {
        lock (Gate)
        {
            document.Mark(token);
            Version++;
        }
    }

    /// <summary>The request ended without an event of its own.</summary>
    public void End(string? reason, string? error)
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
            Turn, Column, Sample, begun + token.Index, token.Id, token.Text, shown.Pre, shown.Post, read, shown.Touched, token.LiftedLayers ?? 0, token.Kl, token.PlainChoice)
        {
            More = token.Projections.Count < 2 ? [] : [.. token.Projections.Skip(1).Select(p => new AxisPoint(p.Axis, p.Pre, p.Post, p.Read ?? p.Pre))],
        };
    }

    private void Finish(string? reason, string? error)
    {
        Phase = AnswerPhase.Over;
        Reason = reason;
        Error = error;
        document.Complete();
    }
}
