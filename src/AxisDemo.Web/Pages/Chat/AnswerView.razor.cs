using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using Microsoft.AspNetCore.Components;

namespace AxisDemo.Web.Pages;

/// <summary>One answer. It is drawn again only when it has changed.</summary>
public sealed partial class AnswerView
{
    private IReadOnlyList<DocumentBlock> blocks = [];
    private string open = "";
    private float? mean;
    private Answer? drawn;
    private int version;
    private (bool, bool) buttons;
    private bool changed = true;

    /// <summary>The answer.</summary>
    [Parameter, EditorRequired] public Answer Answer { get; set; } = null!;

    /// <summary>Where its mean is.</summary>
    [Parameter, EditorRequired] public Trajectory Trajectory { get; set; } = null!;

    /// <summary>Whether it belongs to the last turn: only that can be answered again.</summary>
    [Parameter] public bool Last { get; set; }

    /// <summary>Whether something is being answered.</summary>
    [Parameter] public bool Running { get; set; }

    /// <summary>Asks for the column's answer once more.</summary>
    [Parameter] public EventCallback<Column> OnRegenerate { get; set; }

    /// <summary>Lets a cut answer go on.</summary>
    [Parameter] public EventCallback<Column> OnContinue { get; set; }

    private string Class => Answer.Column.Class();

    private bool Busy => Running || Answer.Phase != AnswerPhase.Over;

    private Task AgainAsync() => Busy ? Task.CompletedTask : OnRegenerate.InvokeAsync(Answer.Column);

    private Task ContinueAsync() => Running || !Answer.CanContinue ? Task.CompletedTask : OnContinue.InvokeAsync(Answer.Column);

    private string? Note => Answer.Phase switch
    {
        AnswerPhase.Queued when Answer.Ahead > 0 => $"{Answer.Ahead} before you",
        AnswerPhase.Reading when Answer.PromptRead is > 0 and < 1 => $"reading, {Answer.PromptRead:P0}",
        AnswerPhase.Queued or AnswerPhase.Reading => "reading",
        _ => null,
    };

    private string? Ending => Answer.Reason switch
    {
        // A text that is read to its end was not cut off here.
        FinishReason.Length when Answer.Given is null => "Cut off at the length that is set.",
        FinishReason.Context => "The model's context is full: it cannot read more of this conversation. Undo a turn, or clear it and start again.",
        FinishReason.Cancelled => "Stopped.",
        FinishReason.Length or FinishReason.Stop or null => null,
    };

    /// <inheritdoc/>
    protected override bool ShouldRender() => changed;

    /// <inheritdoc/>
    protected override void OnParametersSet() => Read();

    private void Read()
    {
        lock (Answer.Gate)
        {
            changed = Answer.Version != version || !ReferenceEquals(Answer, drawn) || buttons != (Last, Running);
            if (!changed) return;
            (drawn, version, buttons) = (Answer, Answer.Version, (Last, Running));
            blocks = [.. Answer.Blocks];
            open = Answer.Open;
            mean = Trajectory.Mean(Answer.Turn, Answer.Column, Reading.Read, Answer.Sample);
        }
    }
}
