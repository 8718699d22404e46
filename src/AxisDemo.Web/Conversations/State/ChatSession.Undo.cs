using AxisDemo.Web.Charts;

namespace AxisDemo.Web.Conversations;

// Taking turns away, one by one or all at once, and the way back.
public sealed partial class ChatSession
{
    // The preset that set the system prompt, and the visitor's own prompt, which comes back when the preset goes.
    private (Preset Preset, string OwnPrompt)? borrowed;
    private PastConversation? past;

    /// <summary>Whether <see cref="Undo"/> has something to do.</summary>
    public bool CanUndo => !Running && (turns.Count > 0 || past is not null);

    /// <summary>
    /// Takes the last turn away and returns its message, for the box. Where there is none, brings back the conversation that was
    /// taken away as a whole last: cleared, or replaced by a preset or a file.
    /// </summary>
    public string? Undo()
    {
        string? text = null;
        lock (gate)
        {
            if (Running) return null;
            if (turns.Count > 0)
            {
                text = turns[^1].User;
                RemoveFrom(turns.Count - 1);
            }
            else if (past is not null)
            {
                BringBack(past);
            }
            else
            {
                return null;
            }

            Problem = null;
        }

        Changed?.Invoke();
        return text;
    }

    /// <summary>Takes the conversation away; settings stay, but for a preset's system prompt.</summary>
    public void Clear()
    {
        lock (gate)
        {
            if (Running) return;
            TakeAway();
            Problem = null;
        }

        Changed?.Invoke();
    }

    private void TakeAway()
    {
        var preset = ReturnPrompt();
        // No conversation does not take the place of one that can still be brought back.
        if (turns.Count > 0) past = new PastConversation(turns, Trajectory.Since(default), preset, null, null);
        RemoveFrom(0);
    }

    private void BringBack(PastConversation back)
    {
        past = null;
        ReturnPrompt();
        RemoveFrom(0);
        Trajectory.Restore(back.Trajectory);
        Publish(back.Turns);
        settings = back.Settings ?? settings;
        runner.Watched = back.Watched ?? runner.Watched;
        if (back.Preset is { } preset) Borrow(preset);
    }

    // A page reads turns and trajectory without this lock: it finds a turn's tokens with it.
    private void Publish(List<ChatTurn> whole)
    {
        turns = whole;
        foreach (var turn in whole) Trajectory.Complete(turn.Index);
    }

    private void Borrow(Preset preset)
    {
        borrowed = (preset, settings.SystemPrompt);
        settings = settings with { SystemPrompt = preset.SystemPrompt };
    }

    // The preset whose prompt went. A prompt that the visitor has written over it is the visitor's own.
    private Preset? ReturnPrompt()
    {
        var was = borrowed is { } b && settings.SystemPrompt == b.Preset.SystemPrompt ? borrowed : null;
        if (was is { } back) settings = settings with { SystemPrompt = back.OwnPrompt };
        borrowed = null;
        return was?.Preset;
    }

    private void RemoveFrom(int turn)
    {
        turns = turns[..turn];
        Trajectory.Truncate(turn);
    }

    /// <summary>A conversation that was taken away as a whole.</summary>
    /// <param name="Turns">Its turns.</param>
    /// <param name="Trajectory">All of its tokens.</param>
    /// <param name="Preset">The preset whose system prompt went with it.</param>
    /// <param name="Settings">The settings that a file replaced; null where they are still the visitor's.</param>
    /// <param name="Watched">The axes that were watched before a file was opened; null where none was.</param>
    private sealed record PastConversation(List<ChatTurn> Turns, TrajectoryDelta Trajectory, Preset? Preset, ChatSettings? Settings, IReadOnlyList<string>? Watched);
}
