using System.Diagnostics;
using AxisDemo.Formats;
using AxisDemo.Serving;
using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>
/// One visitor's conversation in both columns: the state of the chat page, without a page. Its members may be called from any
/// thread; <see cref="Changed"/> is raised on any.
/// </summary>
public sealed class ChatSession(IModelSource source, LimitOptions limits) : IDisposable
{
    private readonly Lock gate = new();
    private List<ChatTurn> turns = [];
    private CancellationTokenSource? running;
    private ChatSettings settings = new ChatSettings().Within(limits);
    // The preset that set the system prompt, and the visitor's own prompt, which comes back when the preset goes.
    private (Preset Preset, string OwnPrompt)? borrowed;

    /// <summary>Something that pages show has changed.</summary>
    public event Action? Changed;

    /// <summary>The chart's data.</summary>
    public Trajectory Trajectory { get; } = new();

    /// <summary>The turns, oldest first: a snapshot.</summary>
    public IReadOnlyList<ChatTurn> Turns => turns;

    /// <summary>Whether an answer or a preset is under way.</summary>
    public bool Running => running is not null;

    /// <summary>Why the last thing asked for could not be done; null if nothing is wrong.</summary>
    public string? Problem { get; private set; }

    /// <summary>What the next message is sent with, kept within the limits.</summary>
    public ChatSettings Settings
    {
        get => settings;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            lock (gate) settings = value.Within(limits);
            Changed?.Invoke();
        }
    }

    /// <summary>The model that answers, by its <see cref="ReadyModel.Id"/>; null: the host's current one. Acts from the next message on.</summary>
    public string? Model { get; private set; }

    /// <summary>The model's axis that is drawn and capped along, by its <see cref="ChatAxis.Id"/>; null: the model's default.</summary>
    public string? Axis { get; private set; }

    /// <summary>Where the model of this conversation stands.</summary>
    public ModelState State => source.StateOf(Model, Axis);

    /// <summary>Chooses model and axis for the next messages.</summary>
    public void Choose(string? model, string? axis)
    {
        lock (gate) (Model, Axis) = (model, axis);
        Changed?.Invoke();
    }

    /// <summary>Sends a message to both columns and returns when both have answered.</summary>
    public Task SendAsync(string text) => RunAsync(() => [text]);

    /// <summary>Starts over with a preset's system prompt and sends its messages one after the other.</summary>
    public Task PlayAsync(Preset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        return RunAsync(() =>
        {
            Forget();
            borrowed = (preset, settings.SystemPrompt);
            settings = settings with { SystemPrompt = preset.SystemPrompt };
            return preset.Turns;
        });
    }

    /// <summary>Takes the last answers away and asks again, with the next seed.</summary>
    public Task RegenerateAsync() => RunAsync(() =>
    {
        if (turns.Count == 0) return [];
        var text = turns[^1].User;
        RemoveFrom(turns.Count - 1);
        settings = settings with { Seed = unchecked(settings.Seed + 1) & int.MaxValue };
        return [text];
    });

    /// <summary>Takes the last turn away and returns its message, for the box.</summary>
    public string? Undo()
    {
        string text;
        lock (gate)
        {
            if (Running || turns.Count == 0) return null;
            text = turns[^1].User;
            RemoveFrom(turns.Count - 1);
            Problem = null;
        }

        Changed?.Invoke();
        return text;
    }

    /// <summary>Forgets the conversation; settings stay, but for a preset's system prompt.</summary>
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

    /// <summary>Ends what is under way. The engine takes its requests out at its next step.</summary>
    public void Stop()
    {
        lock (gate) running?.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <summary>Takes the one place there is, prepares under the lock what to send, and sends it; nothing where the place is taken.</summary>
    private async Task RunAsync(Func<IReadOnlyList<string>> prepare)
    {
        var cancel = new CancellationTokenSource();
        IReadOnlyList<string> messages;
        lock (gate)
        {
            if (running is not null)
            {
                cancel.Dispose();
                return;
            }

            messages = prepare();
            running = cancel;
            Problem = null;
        }

        Changed?.Invoke();
        try
        {
            foreach (var message in messages)
            {
                if (!await TurnAsync(message.Trim(), cancel.Token)) break;
            }
        }
        finally
        {
            lock (gate) running = null;
            cancel.Dispose();
            Changed?.Invoke();
        }
    }

    /// <summary>One turn; false when the messages after it should not be sent.</summary>
    private async Task<bool> TurnAsync(string text, CancellationToken cancellation)
    {
        var state = State;
        var loaded = state.Loaded;
        Problem = loaded is null ? state.Problem ?? state.Doing ?? "The model is still being loaded. Try again in a moment."
            : text.Length == 0 ? "The message is empty. Write something first."
            : text.Length > limits.MessageCharacters ? $"The message has {text.Length:N0} characters; at most {limits.MessageCharacters:N0} can be read. Shorten it."
            : settings.SystemPrompt.Length > limits.MessageCharacters ? $"The system prompt has {settings.SystemPrompt.Length:N0} characters; at most {limits.MessageCharacters:N0} can be read. Shorten it."
            : null;
        if (Problem is not null || loaded is null)
        {
            Changed?.Invoke();
            return false;
        }

        var turn = Begin(loaded, text);
        await Task.WhenAll(AnswerAsync(loaded, turn, Variant.Standard, cancellation), AnswerAsync(loaded, turn, Variant.Capped, cancellation));
        Trajectory.Complete(turn.Index);
        Changed?.Invoke();
        return !cancellation.IsCancellationRequested && turn.Standard.Error is null && turn.Capped?.Error is null;
    }

    private ChatTurn Begin(ReadyModel loaded, string text)
    {
        var axis = loaded.Axis;
        var wanted = Settings;
        var percentile = wanted.PercentileFor(axis);
        var now = wanted with { Percentile = percentile };
        float? floor = axis?.Shown(percentile);
        TokenTint? tint = axis is null ? null : new TokenTint(floor!.Value, axis.Shown(90) - axis.Shown(10));
        var index = turns.Count;
        var capped = now.Capping && axis is not null ? new Answer(index, Variant.Capped, tint) : null;
        var turn = new ChatTurn(index, text, now, new Answer(index, Variant.Standard, tint), capped);
        Trajectory.Begin(now.Capping ? floor : null, percentile);
        turns = [.. turns, turn];
        Changed?.Invoke();
        return turn;
    }

    private async Task AnswerAsync(ReadyModel loaded, ChatTurn turn, Variant variant, CancellationToken cancellation)
    {
        if (turn[variant] is not { } answer) return;
        try
        {
            await foreach (var happened in loaded.Generator.StreamAsync(Request(loaded, turn, variant), cancellation))
            {
                if (answer.Take(happened) is { } point) Trajectory.Add(point);
                Changed?.Invoke();
            }

            answer.End("cancelled", null);
        }
        catch (InputException e)
        {
            answer.End(null, e.Fault + (e.Remedy.Length > 0 ? " " + e.Remedy : ""));
        }
        catch (OperationCanceledException)
        {
            answer.End("cancelled", null);
        }
        catch (Exception e)
        {
            // A fault of the program: the visitor is told in this answer, and the page lives on.
            Trace.TraceError(e.ToString());
            answer.End(null, $"The engine failed: {e.Message}");
        }

        Changed?.Invoke();
    }

    private GenerationRequest Request(ReadyModel loaded, ChatTurn turn, Variant variant)
    {
        var now = turn.Settings;
        var prompt = ColumnPrompt.Next(loaded.Generator, now.SystemPrompt, [.. turns.Take(turn.Index).Select(t => t.Past(variant))], turn.User);
        return new GenerationRequest
        {
            Prompt = prompt.Ids,
            PromptSpecial = prompt.Special,
            MaxTokens = now.MaxTokens,
            Sampling = new Sampling { Temperature = (float)now.Temperature, Seed = ChatSettings.TurnSeed(now.Seed, turn.Index) },
            Interventions = variant == Variant.Capped ? [loaded.Axis!.Cap(now.PercentileFor(loaded.Axis))] : [],
            Watch = loaded.Axis is { } axis ? [axis.Display()] : [],
            Read = variant == Variant.Capped,
        };
    }

    private void Forget()
    {
        RemoveFrom(0);
        // A prompt that the visitor has written over the preset's is the visitor's own.
        if (borrowed is { } b && settings.SystemPrompt == b.Preset.SystemPrompt) settings = settings with { SystemPrompt = b.OwnPrompt };
        borrowed = null;
    }

    private void RemoveFrom(int turn)
    {
        turns = turns[..turn];
        Trajectory.Truncate(turn);
    }
}
