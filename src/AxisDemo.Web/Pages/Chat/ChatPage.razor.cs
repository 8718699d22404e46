using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Pages;

/// <summary>The chat page: draws a <see cref="ChatSession"/> and hands it what the visitor does.</summary>
public sealed partial class ChatPage
{
    private RenderPulse? pulse;
    private ElementReference conversation;
    private Composer? composer;
    private ControlsPanel? controls;
    private IJSObjectReference? script;
    private Reading reading = Reading.Read;
    private Column narrowTab = Column.B;
    private bool controlsOpen;
    private bool refused;
    private bool attached;
    private bool started;
    private bool invited;
    private string? invitation;
    private int announced;
    private RateMeter rates = null!;
    private string announcement = "";

    /// <summary>The visitor's conversation id.</summary>
    [Parameter, EditorRequired] public string SessionId { get; set; } = "";

    /// <summary>The shared conversation that the page opens; null: none.</summary>
    [Parameter] public string? SharedId { get; set; }

    /// <summary>The preset that a link names; null: none.</summary>
    [Parameter] public string? Preset { get; set; }

    /// <summary>Whether the visitor may load and unload models.</summary>
    [Parameter] public bool MayLoad { get; set; }

    /// <summary>What the visitor's answers are counted under.</summary>
    [Parameter] public string Address { get; set; } = "local";

    [Inject] private RateLimits Access { get; set; } = null!;
    [Inject] private SessionStore Store { get; set; } = null!;
    [Inject] private IModelSource Source { get; set; } = null!;
    [Inject] private IOptions<LimitOptions> Limits { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;
    [Inject] private IJSRuntime Js { get; set; } = null!;
    [Inject] private Download Download { get; set; } = null!;

    private ChatSession? Session { get; set; }
    private bool Tinted { get; set; } = true;
    private ModelState State => Session?.State ?? Source.State;
    private IReadOnlyList<ChatTurn> Turns => Session?.Turns ?? [];
    private ChatSettings Settings => Session?.Settings ?? new ChatSettings();

    // The column that a narrow window shows.
    private Column Tab => Settings.Columns.Has(narrowTab) ? narrowTab : Settings.Columns[0].Column;

    // Who is in a conversation keeps it on the page, whatever becomes of its model.
    private string? NoModel => !started && Turns.Count == 0 && Source.Loaded.Count == 0 ? State.Problem : null;

    private double Rate => Turns.Count == 0 ? 0 : rates.Of(Turns[^1]);

    private IReadOnlyList<(Column, string, string)> Effects => [.. from entry in Settings.Columns
        let column = entry.Column
        let variant = entry.Value
        let axis = AxisOf(column)
        where variant.Intervenes && axis is not null && VariantPlan.Obstacle(variant.Kind, axis) is null
        let effect = (column, VariantEffect.Of(Turns, column, variant).Done(variant, axis), VariantEffect.Cost(variant, axis))
        where effect.Item2.Length + effect.Item3.Length > 0
        select effect];

    // Where there is no axis at all the model's own notice says so.
    private IEnumerable<(Column, string)> Obstacles => from column in Settings.Columns.Keys
        let axis = AxisOf(column)
        let obstacle = axis is null ? null : VariantPlan.Obstacle(Settings[column].Kind, axis)
        where obstacle is not null
        select (column, obstacle);

    private bool MayTint => Settings.Columns.Any(c => AxisOf(c.Column) is not { } axis || TurnRunner.Tint(c.Value, axis) is not null);

    private ChatAxis? AxisOf(Column column) => (Session?.StateOf(column) ?? State).Loaded?.Axis;

    // Only where a turn was sent with other settings than the one before it.
    private string? Changes(ChatTurn turn) => turn.Index == 0 ? null : SettingsChange.Words(Turns[turn.Index - 1], turn);

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        rates = new RateMeter(Clock);
        // The static rendering shows the conversation that is kept, and keeps nothing itself.
        Session = RendererInfo.IsInteractive ? Store.Attach(SessionId) : Store.Find(SessionId);
        attached = RendererInfo.IsInteractive && Session is not null;
        announced = Turns.Count(t => t.Over);
        refused = RendererInfo.IsInteractive && Session is null;
        if (!RendererInfo.IsInteractive) return;
        pulse = new RenderPulse(() => _ = InvokeAsync(Draw), TimeSpan.FromMilliseconds(1000.0 / 30), Clock);
        Source.Changed += pulse.Signal;
        if (Session is null) return;
        Session.Changed += pulse.Signal;
        Session.Admit = Counted(Access, Address);
    }

    // The session outlives the page and must not hold it.
    private static Func<int, Admission> Counted(RateLimits access, string address) => answers => access.Enter(address, answers);

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        Invite();
        if (started || Session is null || NoModel is not null) return;
        started = true;
        await Scripts.InPageAsync(async () =>
        {
            script = await Js.InvokeAsync<IJSObjectReference>("import", "./js/page.js");
            await script.InvokeVoidAsync("start", conversation);
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (pulse is not null)
        {
            Source.Changed -= pulse.Signal;
            if (Session is not null) Session.Changed -= pulse.Signal;
            pulse.Dispose();
        }

        if (attached) Store.Detach(SessionId);
        await script.ReleaseAsync();
    }

    // A link may name a preset: it is played once the model is there, in a conversation that has not begun.
    private void Invite()
    {
        if (invited || Preset is null || Session is null || !RendererInfo.IsInteractive || State.Loaded is null) return;
        invited = true;
        if (Turns.Count > 0) return;
        var preset = Conversations.Preset.All.FirstOrDefault(p => p.Slug == Preset);
        if (preset is { IsTense: false }) _ = PlayAsync(preset);
        else invitation = preset is null ? $"There is no preset “{Preset}”." : $"“{preset.Name}” lies behind Tense subjects…, below.";
        if (invitation is not null) StateHasChanged();
    }

    private void Draw()
    {
        var over = Turns.TakeWhile(t => t.Over).Count();
        if (over > announced) announcement = Announce(Turns[over - 1]);
        announced = over;
        StateHasChanged();
    }

    private static string Announce(ChatTurn turn) => string.Join(' ', turn.Columns.Keys.Select(turn.Shown).OfType<Answer>().Select(answer =>
    {
        lock (answer.Gate) return $"{answer.Variant.Name} answered: {answer.Text}";
    }));

    private void Change(ChatSettings settings)
    {
        if (Session is not null) Session.Settings = settings;
    }

    private void Add()
    {
        if (!Settings.MayAdd) return;
        Change(Settings.WithAnother(out var added));
        narrowTab = added;
        announcement = $"Column {added} is there: {Settings[added].Name}.";
    }

    // The editor closes with its column: the keyboard goes on where columns are added.
    private async Task RemoveAsync(Column column)
    {
        Change(Settings.Without(column));
        announcement = $"Column {column} is removed.";
        if (controls is not null) await Scripts.InPageAsync(async () => await controls.FocusAddAsync());
    }

    private void Watch(IReadOnlyList<string> keys)
    {
        if (Session is not null) Session.Watched = keys;
    }

    private async Task SaveNumbersAsync()
    {
        // As in the menu: what is saved is a conversation at rest.
        if (Session is not { Running: false } session) return;
        try
        {
            await Download.SaveAsync("csv", ConversationCsv.MediaType, ConversationCsv.Write(session.File(Clock.GetUtcNow())));
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException or JSException)
        {
            // The page is gone, or its connection for a while: nobody waits for the file, or they press again. The page goes on.
            pulse?.Signal();
        }
    }

    private async Task CloseControlsAsync()
    {
        controlsOpen = false;
        if (composer is not null) await Scripts.InPageAsync(async () => await composer.FocusSettingsAsync());
    }

    // A message that is refused is back in the box.
    private Task SendAsync(string text) => StartAsync(async session =>
    {
        if (!await session.SendAsync(text)) await InvokeAsync(() => composer?.Restore(text));
    });

    private Task PlayAsync(Preset preset) => StartAsync(session => session.PlayAsync(preset));
    // The plain model reads one text in one way: what the columns make of it is seen inside their own runs.
    private Task ReplayAsync()
    {
        reading = Reading.Pre;
        return StartAsync(session => session.ReplayAsync());
    }

    private Task RegenerateAsync() => StartAsync(session => session.RegenerateAsync());

    // Not awaited: an answer takes seconds, and the page hears of it through the session's events. A failure is rethrown into the
    // renderer, which shows it.
    private Task StartAsync(Func<ChatSession, Task> start)
    {
        // On a narrow window the settings lie over the answers and over Stop.
        controlsOpen = false;
        if (Session is { } session) _ = Task.Run(() => start(session)).ContinueWith(t => DispatchExceptionAsync(t.Exception!.GetBaseException()), TaskContinuationOptions.OnlyOnFaulted);
        return Task.CompletedTask;
    }

    private void Undo()
    {
        if (Session?.Undo() is { } text) composer?.TakeBack(text);
    }
}
