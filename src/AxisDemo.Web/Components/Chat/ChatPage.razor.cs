using AxisDemo.Web.Components.Shared;
using AxisDemo.Web.Options;
using AxisDemo.Web.Serving;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Components.Chat;

/// <summary>The chat page: draws a <see cref="ChatSession"/> and hands it what the visitor does.</summary>
public sealed partial class ChatPage
{
    private RenderPulse? pulse;
    private ElementReference conversation;
    private Composer? composer;
    private IJSObjectReference? script;
    private Reading reading = Reading.Read;
    private Column narrowTab = Column.B;
    private bool controlsOpen;
    private bool refused;
    private bool attached;
    private int announced;
    private RateMeter rates = null!;
    private string announcement = "";

    /// <summary>The visitor's conversation id.</summary>
    [Parameter, EditorRequired] public string SessionId { get; set; } = "";

    /// <summary>The shared conversation that the page opens; null: none.</summary>
    [Parameter] public string? SharedId { get; set; }

    [Inject] private SessionStore Store { get; set; } = null!;
    [Inject] private IModelSource Source { get; set; } = null!;
    [Inject] private IOptions<LimitOptions> Limits { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;
    [Inject] private IJSRuntime Js { get; set; } = null!;

    private ChatSession? Session { get; set; }
    private bool Tinted { get; set; } = true;
    private ModelState State => Session?.State ?? Source.State;
    private IReadOnlyList<ChatTurn> Turns => Session?.Turns ?? [];
    private ChatSettings Settings => Session?.Settings ?? new ChatSettings();
    private string ModelName => State.Loaded?.Name ?? "Model";

    private double Rate => Turns.Count == 0 ? 0 : rates.Of(Turns[^1]);

    private CapEffect Effect
    {
        get
        {
            var answers = Turns.Select(t => t.Shown(Column.B)).OfType<Answer>().ToList();
            return new CapEffect(answers.Sum(a => a.Lifted), answers.Sum(a => a.Ids.Count), answers.Sum(a => a.Kl.Sum), answers.Sum(a => a.Kl.Count));
        }
    }

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
        if (Session is not null) Session.Changed += pulse.Signal;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || Session is null || State.Problem is not null) return;
        script = await Js.InvokeAsync<IJSObjectReference>("import", "./js/page.js");
        await script.InvokeVoidAsync("start", conversation);
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
        if (script is null) return;
        try
        {
            await script.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the script with it: the ordinary end of a visit.
            script = null;
        }
    }

    private void Draw()
    {
        var over = Turns.TakeWhile(t => t.Over).Count();
        if (over > announced) announcement = Announce(Turns[over - 1]);
        announced = over;
        StateHasChanged();
    }

    private static string Announce(ChatTurn turn) => string.Join(' ', Enum.GetValues<Column>().Select(turn.Shown).OfType<Answer>().Select(answer =>
    {
        lock (answer.Gate) return $"{answer.Variant.Name} answered: {answer.Text}";
    }));

    private string Head(Column column) => Session is null || State.Loaded is null ? "" : Settings[column] switch
    {
        { Intervenes: true } when State.Loaded.Axis is null => "no axis",
        { Kind: VariantKind.Capped } variant => $"kept near the Assistant, {ChatSettings.CapWord(VariantPlan.PercentileOf(variant, State.Loaded.Axis))}",
        { Kind: VariantKind.Steered } variant => $"towards {variant.Toward}",
        _ => "as trained",
    };

    private void Change(ChatSettings settings)
    {
        if (Session is not null) Session.Settings = settings;
    }

    private Task SendAsync(string text) => StartAsync(session => session.SendAsync(text));
    private Task PlayAsync(Preset preset) => StartAsync(session => session.PlayAsync(preset));
    private Task ReplayAsync() => StartAsync(session => session.ReplayAsync());
    private Task RegenerateAsync() => StartAsync(session => session.RegenerateAsync());

    // Not awaited: an answer takes seconds, and the page hears of it through the session's events. A failure is rethrown into the
    // renderer, which shows it.
    private Task StartAsync(Func<ChatSession, Task> start)
    {
        if (Session is { } session) _ = Task.Run(() => start(session)).ContinueWith(t => DispatchExceptionAsync(t.Exception!.GetBaseException()), TaskContinuationOptions.OnlyOnFaulted);
        return Task.CompletedTask;
    }

    private void Undo()
    {
        if (Session?.Undo() is { } text) composer?.Restore(text);
    }
}
