using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>
/// One visitor's conversation in one to four columns: the state of the chat page, without a page. Its members may be called from any
/// thread; <see cref="Changed"/> is raised on any.
/// </summary>
public sealed partial class ChatSession : IDisposable
{
    private readonly IModelSource source;
    private readonly LimitOptions limits;
    private readonly TurnRunner runner;
    private readonly Lock gate = new();
    private List<ChatTurn> turns = [];
    private CancellationTokenSource? running;
    private ChatSettings settings;

    /// <summary>A conversation without turns.</summary>
    public ChatSession(IModelSource source, LimitOptions limits)
    {
        (this.source, this.limits) = (source, limits);
        settings = new ChatSettings().Within(limits);
        runner = new TurnRunner(Trajectory, () => Changed?.Invoke());
    }

    /// <summary>Something that pages show has changed.</summary>
    public event Action? Changed;

    /// <summary>The chart's data.</summary>
    public Trajectory Trajectory { get; } = new();

    /// <summary>Counts the answers that are asked for and gives them places; who sets nothing is not counted.</summary>
    public Func<int, Admission> Admit { get; set; } = _ => new Admission(() => { });

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

    /// <summary>Where a column's model stands: a variant may name its own.</summary>
    public ModelState StateOf(Column column) => StateOf(settings.Columns.Find(column));

    /// <summary>Chooses model and axis for the next messages.</summary>
    public void Choose(string? model, string? axis)
    {
        lock (gate) (Model, Axis) = (model, axis);
        Changed?.Invoke();
    }

    /// <summary>Sends a message to all columns and returns when all have answered.</summary>
    /// <returns>Whether the turn was begun: where not, nothing has changed, and <see cref="Problem"/> says why.</returns>
    public Task<bool> SendAsync(string text) => RunAsync(() => [stop => TurnAsync(text, null, settings, stop)]);

    /// <summary>Starts over with a preset's system prompt and sends its messages one after the other.</summary>
    public Task PlayAsync(Preset preset)
    {
        ArgumentNullException.ThrowIfNull(preset);
        return RunAsync(() =>
        {
            var under = settings with { SystemPrompt = preset.SystemPrompt };
            return
            [
                stop => TurnAsync(preset.Turns[0], 0, under, stop, () =>
                {
                    TakeAway();
                    Borrow(preset);
                }),
                .. preset.Turns.Skip(1).Select(text => (Step)(stop => TurnAsync(text, null, Settings, stop))),
            ];
        });
    }

    /// <summary>Takes the last answers away, of all columns or of one, and asks again with the next seed.</summary>
    public Task RegenerateAsync(Column? only = null) => RunAsync(() =>
    {
        if (turns.Count == 0) return [];
        var next = settings with { Seed = ChatSettings.SampleSeed(settings.Seed, 1) };
        if (only is { } column) return next.Columns.Has(column) ? [stop => AgainAsync(column, next, stop)] : [];
        return [stop => TurnAsync(turns[^1].User, turns.Count - 1, next, stop, () => settings = settings with { Seed = next.Seed })];
    });

    /// <summary>Replaces an earlier message and goes on from there: it and what came after it are taken away.</summary>
    /// <returns>Whether the turn was begun: where not, nothing has changed, and <see cref="Problem"/> says why.</returns>
    public Task<bool> EditAsync(int turn, string text) => RunAsync(() => turn < 0 || turn >= turns.Count ? [] : [stop => TurnAsync(text, turn, settings, stop)]);

    /// <summary>Lets the last turn's answers go on where they were cut off: in all columns or in one.</summary>
    public Task ContinueAsync(Column? only = null) => RunAsync(() => turns.Count == 0 ? [] : [stop => OnwardAsync(only, stop)]);

    /// <summary>
    /// Lets all columns read the conversation as it stands, and write nothing: the texts that the first column shows (or the next one
    /// that has one) are given, and each column's variant, as it is set now, is measured on them.
    /// </summary>
    /// <remarks>Turn by turn, each in its own place: where one cannot be read, or is stopped, it and those after it stay as they were.</remarks>
    public Task ReplayAsync() => RunAsync(() => [.. turns.Where(t => t.Answers.Any()).Select(turn => (Step)(stop => ReadAsync(turn, stop)))]);

    /// <summary>The conversation as a file.</summary>
    public ConversationFile File(DateTimeOffset now) => SessionFile.Of(turns, Trajectory, column => StateOf(column).Loaded, id => source.Find(id), now);

    /// <summary>Whether numbers are shown that were measured on another model or axis than this host's: floor and role marks do not fit them.</summary>
    public bool Foreign => turns.Exists(t => t.Answers.Any(a => a.Origin is not null && a.Ids.Count > 0));

    /// <summary>Replaces the conversation, and its settings where the file has them. Does nothing while something is under way.</summary>
    /// <returns>Whether it was done.</returns>
    public bool Open(ConversationFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        lock (gate)
        {
            if (Running) return false;
            TakeAway();
            var brought = SessionFile.Settings(file);
            if (past is { Watched: null }) past = past with { Settings = brought is null ? null : settings, Watched = Watched };
            // First, so that a column's own model is asked for what the file is compared with.
            settings = (brought ?? settings).Within(limits);
            Publish(SessionFile.Restore(file, Trajectory, column => StateOf(column).Loaded));
            Problem = null;
        }

        // What the file has of other axes can be drawn at once; it also says what was of interest.
        if (State.Loaded is not null) Watched = [.. SessionFile.Axes(file), .. Watched];
        else Changed?.Invoke();
        return true;
    }

    /// <summary>Ends what is under way. The engine takes its requests out at its next step.</summary>
    public void Stop()
    {
        lock (gate) running?.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <summary>Takes the one place there is, prepares under the lock what to do, and does it; nothing where the place is taken.</summary>
    /// <returns>Whether there was something to do and none of it was refused.</returns>
    private async Task<bool> RunAsync(Func<IReadOnlyList<Step>> prepare)
    {
        var cancel = new CancellationTokenSource();
        IReadOnlyList<Step> steps;
        lock (gate)
        {
            if (running is not null)
            {
                cancel.Dispose();
                return false;
            }

            Problem = null;
            steps = prepare();
            running = cancel;
        }

        Changed?.Invoke();
        try
        {
            foreach (var step in steps)
            {
                if (!await step(cancel.Token)) break;
            }

            return steps.Count > 0 && Problem is null;
        }
        finally
        {
            lock (gate) running = null;
            cancel.Dispose();
            Changed?.Invoke();
        }
    }

    /// <summary>
    /// One turn, at the end or in the place of another and all after it; false when the messages after it should not be sent. What
    /// <paramref name="begin"/> changes is changed once the turn is certain: a refusal costs nobody anything.
    /// </summary>
    private async Task<bool> TurnAsync(string text, int? from, ChatSettings now, CancellationToken cancellation, Action? begin = null)
    {
        text = text.Trim();
        if (Possible(text, now) is not { } loaded) return false;
        var index = from ?? turns.Count;
        var turn = new ChatTurn(index, text, now, loaded.Map((column, model) => TurnRunner.Answers(model, now, index, column)));
        using var place = Enter(turn.Answers.Count());
        if (place is null) return false;
        lock (gate) begin?.Invoke();
        RemoveFrom(index);
        Add(loaded, turn);
        return await FinishAsync(loaded, turn, turn.Answers, cancellation);
    }

    private async Task<bool> ReadAsync(ChatTurn given, CancellationToken cancellation)
    {
        if (Possible(given.User) is not { } loaded) return false;
        var now = Settings with { SystemPrompt = given.Settings.SystemPrompt };
        var text = given.Past(given.Columns[0].Column);
        var turn = new ChatTurn(given.Index, given.User, now, loaded.Map((column, model) => TurnRunner.Answers(model, now, given.Index, column,
            text.Model == model.Id && text.Ids.Count > 0 ? text.Ids : model.Generator.Tokenizer.Encode(text.Text, parseSpecial: false))));
        using var place = Enter(turn.Answers.Count());
        if (place is null) return false;
        var points = Trajectory.Since(default).Points.Where(p => p.Turn == given.Index).ToList();
        var before = Trajectory.Turn(given.Index)!.Starts;
        Replace(turn, Starts(loaded, turn));
        if (await FinishAsync(loaded, turn, turn.Answers, cancellation) && turn.Answers.All(a => a.Ids.Count == a.Given!.Count)) return true;
        if (!cancellation.IsCancellationRequested)
            Problem = $"Turn {given.Index + 1} could not be read to its end: {turn.Answers.Select(a => a.Error).FirstOrDefault(e => e is not null) ?? "the conversation is longer than the model's context."} It and the turns after it are as they were.";
        Replace(given, before);
        foreach (var point in points) Trajectory.Add(point);
        Trajectory.Complete(given.Index);
        Changed?.Invoke();
        return false;
    }

    private void Replace(ChatTurn turn, ByColumn<ColumnStart> starts)
    {
        Trajectory.Replace(turn.Index, starts);
        turns = [.. turns[..turn.Index], turn, .. turns[(turn.Index + 1)..]];
        MarkChanges(turn.Index);
        MarkChanges(turn.Index + 1);
        Changed?.Invoke();
    }

    private void Add(ByColumn<ReadyModel> loaded, ChatTurn turn)
    {
        Trajectory.Begin(Starts(loaded, turn), turns.Count > 0 ? SettingsChange.Words(turns[^1], turn) : null);
        turns = [.. turns, turn];
        Changed?.Invoke();
    }

    private static ByColumn<ColumnStart> Starts(ByColumn<ReadyModel> loaded, ChatTurn turn) => turn.Columns.Map((column, _) => TurnRunner.Start(loaded.Find(column), turn, column));

    private void MarkChanges(int turn)
    {
        if (turn > 0 && turn < turns.Count) Trajectory.Mark(turn, SettingsChange.Words(turns[turn - 1], turns[turn]));
    }

    /// <summary>A column's answers to the last turn once more.</summary>
    private async Task<bool> AgainAsync(Column column, ChatSettings now, CancellationToken cancellation)
    {
        if (Possible(turns[^1].User, now) is not { } loaded) return false;
        var answers = TurnRunner.Answers(loaded[column], now, turns.Count - 1, column);
        using var place = Enter(answers.Count);
        if (place is null) return false;
        lock (gate) settings = settings with { Seed = now.Seed };
        var turn = turns[^1].With(column, answers);
        Trajectory.Reopen(turn.Index, column, TurnRunner.Start(loaded[column], turn, column));
        turns = [.. turns[..^1], turn];
        MarkChanges(turn.Index);
        Changed?.Invoke();
        return await FinishAsync(loaded, turn, turn[column], cancellation);
    }

    private async Task<bool> OnwardAsync(Column? only, CancellationToken cancellation)
    {
        var turn = turns[^1];
        if (Possible(turn.User) is not { } loaded) return false;
        var cut = turn.Answers.Where(a => a.Sample == 0 && (only ?? a.Column) == a.Column && loaded.Has(a.Column) && a.CanContinue).ToList();
        if (cut.Find(a => !a.IsBy(loaded[a.Column])) is { } other)
        {
            // Its tokens are numbers of another vocabulary, or other choices.
            Problem = $"Column {other.Column}'s answer was written by {(other.Model.Length > 0 ? other.Model : other.Origin?.Model?.Name ?? "a model that is not known")}, and the column runs {loaded[other.Column].Id}. Choose that model again to go on with it, or let the message be answered again.";
            Changed?.Invoke();
            return false;
        }

        using var place = Enter(cut.Count);
        if (place is null) return false;
        Trajectory.Resume(turn.Index);
        var open = new List<Answer>();
        foreach (var answer in cut)
        {
            if (!answer.Reopen(loaded[answer.Column].Generator.Tokenizer, out var ending)) continue;
            if (ending is not null) Trajectory.Correct(turn.Index, answer.Column, answer.Ids.Count - 1, ending);
            open.Add(answer);
        }

        return await FinishAsync(loaded, turn, open, cancellation);
    }

    private async Task<bool> FinishAsync(ByColumn<ReadyModel> loaded, ChatTurn turn, IEnumerable<Answer> answers, CancellationToken cancellation)
    {
        await Task.WhenAll(answers.Select(answer => runner.AnswerAsync(loaded[answer.Column], turns, turn, answer, limits.MaxTokens, cancellation)));
        Trajectory.Complete(turn.Index);
        Changed?.Invoke();
        return !cancellation.IsCancellationRequested && turn.Answers.All(a => a.Error is null);
    }

    /// <summary>The columns' models, if the message can be sent; else null, and <see cref="Problem"/> says why.</summary>
    private ByColumn<ReadyModel>? Possible(string text, ChatSettings? with = null)
    {
        var now = with ?? settings;
        var states = now.Columns.Map((_, variant) => StateOf(variant));
        Problem = Refusal(states.Values, text, now.SystemPrompt);
        if (Problem is null) return states.Map((_, state) => state.Loaded!);
        Changed?.Invoke();
        return null;
    }

    private ModelState StateOf(ColumnVariant? variant) => variant?.Model is { } own ? source.StateOf(own) : State;

    /// <summary>Places for answers; null where there are none, and <see cref="Problem"/> says why.</summary>
    private Admission? Enter(int answers)
    {
        var place = Admit(answers);
        if (place.Refusal is null) return place;
        Problem = place.Refusal;
        Changed?.Invoke();
        return null;
    }

    private string? Refusal(IEnumerable<ModelState> states, string text, string system) =>
        states.FirstOrDefault(s => s.Loaded is null) is { } state ? state.Problem ?? state.Doing ?? "The model is still being loaded. Try again in a moment."
        : string.IsNullOrWhiteSpace(text) ? "The message is empty. Write something first."
        : text.Length > limits.MessageCharacters ? $"The message has {text.Length:N0} characters; at most {limits.MessageCharacters:N0} can be read. Shorten it."
        : system.Length > limits.MessageCharacters ? $"The system prompt has {system.Length:N0} characters; at most {limits.MessageCharacters:N0} can be read. Shorten it."
        : null;

    /// <summary>A part of what was asked for; false when the parts after it should not be done.</summary>
    private delegate Task<bool> Step(CancellationToken stop);
}
