using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Charts;

/// <summary>The instrument: hands the trajectory's new points to the chart's script, and nothing twice.</summary>
public sealed partial class TrajectoryChart
{
    private const int FewestColumns = 4;
    // A long conversation that is opened again comes in parts, so that the page lives meanwhile.
    private const int MostPoints = 8_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    // No trajectory has this epoch: the answer to it starts again.
    private static readonly TrajectoryCursor Nothing = new(-1, 0, 0);
    private readonly SortedDictionary<int, TurnSummary> known = [];
    private IReadOnlyCollection<TurnSummary> summaries = [];
    private IReadOnlyList<DrawnAxis> axes = [];
    private string drawnKey = DrawnAxis.Main;
    private ElementReference plot;
    private IJSObjectReference? module;
    private IJSObjectReference? chart;
    private RenderPulse? pulse;
    private TrajectoryCursor cursor;
    private Trajectory? heard;
    private ChatAxis? created;
    private Shown? shown;
    private bool sending;
    private bool showing;
    private bool failed;

    /// <summary>What is drawn; null while there is nothing.</summary>
    [Parameter] public Trajectory? Trajectory { get; set; }

    /// <summary>The columns as the next turn will have them.</summary>
    [Parameter] public ByColumn<ColumnStart> Next { get; set; } = new([]);

    /// <summary>The model and its axes; null until it is loaded.</summary>
    [Parameter] public ReadyModel? Loaded { get; set; }

    /// <summary>Which reading of the answers is drawn.</summary>
    [Parameter] public Reading Reading { get; set; }

    /// <summary>Another reading was chosen.</summary>
    [Parameter] public EventCallback<Reading> ReadingChanged { get; set; }

    /// <summary>Axes that are watched beside the main one, by their keys.</summary>
    [Parameter] public IReadOnlyList<string> Watched { get; set; } = [];

    /// <summary>Others are to be watched; without it none can be chosen.</summary>
    [Parameter] public EventCallback<IReadOnlyList<string>> WatchedChanged { get; set; }

    /// <summary>Whether the model is still being loaded.</summary>
    [Parameter] public bool Loading { get; set; }

    /// <summary>Whether answers are being written: what is saved is a conversation at rest.</summary>
    [Parameter] public bool Running { get; set; }

    /// <summary>The numbers are to be saved; without it they are not offered.</summary>
    [Parameter] public EventCallback OnSave { get; set; }

    /// <summary>The layer view, with the id "layers"; null: there is none.</summary>
    [Parameter] public RenderFragment? Layers { get; set; }

    [Inject] private IJSRuntime Js { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;

    private ChatAxis? Axis => Loaded?.Axis;

    // The axis that was chosen; the main one where that is no longer watched.
    private DrawnAxis? Drawn => axes.FirstOrDefault(a => a.Key == drawnKey) ?? (axes.Count > 0 ? axes[0] : null);

    private string Caption => summaries.Count == 0 ? "Nothing has been said yet." : $"{summaries.Count} turns. {Label(summaries.Last())} The table has every turn.";

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        axes = Loaded is null ? [] : DrawnAxis.All(Loaded, Watched);
        if (!RendererInfo.IsInteractive || Trajectory is null || ReferenceEquals(Trajectory, heard)) return;
        heard = Trajectory;
        // Drawing a chart costs a browser more than text does: a third of the page's rate is still fluent.
        pulse = new RenderPulse(() => _ = InvokeAsync(DrawAsync), TimeSpan.FromMilliseconds(100), Clock);
        heard.Changed += pulse.Signal;
        pulse.Signal();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Axis is null || Trajectory is null) return;
        if (!ReferenceEquals(created, Axis)) await Scripts.InPageAsync(() => CreateAsync(created = Axis));
        await DrawAsync();
    }

    private async Task CreateAsync(ChatAxis axis)
    {
        module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/chart.js");
        var old = chart;
        chart = null;
        if (old is not null) await CloseAsync(old);
        chart = await module.InvokeAsync<IJSObjectReference>("create", plot, new { columns = FewestColumns, axis = ChartMessages.Axis(DrawnAxis.Of(axis)) });
        (shown, cursor) = (null, Nothing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (heard is not null && pulse is not null) heard.Changed -= pulse.Signal;
        pulse?.Dispose();
        if (chart is not null) await Scripts.InPageAsync(() => CloseAsync(chart));
        await module.ReleaseAsync();
    }

    /// <summary>A turn in words.</summary>
    internal static string Label(TurnSummary turn)
    {
        var said = turn.Columns.Select(c => (c.Value.Name, Spread: turn.Spread(c.Column, DrawnAxis.Main, Reading.Read))).Where(c => c.Spread is not null)
            .Select(c => $"{c.Name} {ProjectionText.Of(c.Spread!.Value.Mean)}").ToList();
        return $"Turn {turn.Turn + 1}: {(said.Count == 0 ? "no answer yet" : string.Join(", ", said))}.";
    }

    private static string Go(TurnSummary turn) => $"Go to turn {turn.Turn + 1}";

    private static string? Change(string? words) => words is null ? null : $"Settings changed: {words}.";

    private static async Task CloseAsync(IJSObjectReference chart)
    {
        await chart.InvokeVoidAsync("dispose");
        await chart.DisposeAsync();
    }

    private void Draw(string? key)
    {
        drawnKey = key ?? DrawnAxis.Main;
        pulse?.Signal();
    }

    private Task WatchAlso(ChangeEventArgs e) => (string?)e.Value is { Length: > 0 } key ? WatchedChanged.InvokeAsync([.. Watched, key]) : Task.CompletedTask;

    private Task Leave(string key) => WatchedChanged.InvokeAsync([.. Watched.Except([key])]);

    private async Task DrawAsync()
    {
        await SendAsync();
        await ShowAsync();
    }

    private async Task SendAsync()
    {
        if (chart is null || Trajectory is null || sending) return;
        var delta = Trajectory.Since(cursor, MostPoints);
        if (Empty(delta)) return;
        bool taken;
        sending = true;
        try
        {
            taken = await CallAsync("extend", ChartMessages.Delta(delta));
        }
        finally
        {
            // A chart that could not be told once is told the next time.
            sending = false;
        }

        // What the browser may have taken after all is sent once more: it says after which point it belongs, so nothing doubles, and a
        // slow browser does not begin again for ever.
        if (!taken) return;
        cursor = delta.Cursor;
        var labels = known.Count;
        foreach (var turn in delta.Turns) known[turn.Turn] = turn;
        foreach (var gone in known.Keys.Where(turn => turn >= delta.Count).ToList()) known.Remove(gone);
        // While an answer runs the labels wait for its end: they would be sent again with each token.
        if (labels != known.Count || known.Count == 0 || known.Values.Last().Complete)
        {
            summaries = [.. known.Values];
            StateHasChanged();
        }

        // What came while the browser was drawing.
        if (!Empty(Trajectory.Since(cursor, 1))) pulse?.Signal();
    }

    private bool Empty(TrajectoryDelta delta) => delta.Keep == cursor.Points && delta.Count == known.Count && delta.Points.Count == 0 && delta.Turns.Count == 0;

    private async Task ShowAsync()
    {
        if (chart is null || Drawn is not { } drawn || showing) return;
        var now = new Shown(drawn.Key, Reading, Next);
        if (now == shown) return;
        bool taken;
        showing = true;
        try
        {
            taken = await CallAsync("show", new
            {
                axis = ChartMessages.Axis(drawn),
                reading = Reading.ToString().ToLowerInvariant(),
                columns = ChartMessages.Next(now.Next),
            });
        }
        finally
        {
            showing = false;
        }

        if (!taken) return;
        shown = now;
        // A slider that was moved meanwhile.
        pulse?.Signal();
    }

    // False when the browser may not have taken the call: over a connection that is lost for a while nothing says whether it did.
    private async Task<bool> CallAsync(string method, params object?[] arguments)
    {
        try
        {
            await chart!.InvokeVoidAsync(method, Patience, arguments);
            failed = false;
            return true;
        }
        catch (OperationCanceledException)
        {
            pulse?.Signal();
            return false;
        }
        catch (JSDisconnectedException)
        {
            // The page is gone for good: nobody is left to draw for.
            return false;
        }
        catch (JSException e)
        {
            // Once may be the moment of a reconnection; a second time is a fault of the script, which the page shows.
            if (failed) await DispatchExceptionAsync(e);
            else pulse?.Signal();
            failed = true;
            return false;
        }
    }

    // What the chart was last told to draw.
    private sealed record Shown(string Axis, Reading Reading, ByColumn<ColumnStart> Next);
}
