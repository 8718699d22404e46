namespace AxisDemo.Web.Components.Chat;

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
            Forget();
            Problem = null;
        }

        Changed?.Invoke();
    }

    private void Forget()
    {
        // A prompt that the visitor has written over the preset's is the visitor's own.
        var presets = borrowed is { } b && settings.SystemPrompt == b.Preset.SystemPrompt ? borrowed : null;
        // No conversation does not take the place of one that can still be brought back.
        if (turns.Count > 0) past = new PastConversation(turns, Trajectory.Since(default), presets?.Preset);
        RemoveFrom(0);
        if (presets is { } was) settings = settings with { SystemPrompt = was.OwnPrompt };
        borrowed = null;
    }

    private void BringBack(PastConversation back)
    {
        turns = back.Turns;
        Trajectory.Restore(back.Trajectory);
        past = null;
        if (back.Preset is { } preset) Borrow(preset);
    }

    private void Borrow(Preset preset)
    {
        borrowed = (preset, settings.SystemPrompt);
        settings = settings with { SystemPrompt = preset.SystemPrompt };
    }

    private void RemoveFrom(int turn)
    {
        turns = turns[..turn];
        Trajectory.Truncate(turn);
    }

    /// <summary>A conversation that was taken away as a whole, and the preset whose system prompt went with it.</summary>
    private sealed record PastConversation(List<ChatTurn> Turns, TrajectoryDelta Trajectory, Preset? Preset);
}
