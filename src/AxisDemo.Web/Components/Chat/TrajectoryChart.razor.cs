using AxisDemo.Web.Components.Shared;
using AxisDemo.Web.Serving;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Components.Chat;

/// <summary>The instrument: hands the trajectory's new points to the chart's script, and nothing twice.</summary>
public sealed partial class TrajectoryChart
{
    private const int FewestColumns = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    // No trajectory has this epoch: the answer to it starts again.
    private static readonly TrajectoryCursor Nothing = new(-1, 0, 0);
    private readonly SortedDictionary<int, TurnSummary> known = [];
    private IReadOnlyCollection<TurnSummary> summaries = [];
    private ElementReference plot;
    private IJSObjectReference? module;
    private IJSObjectReference? chart;
    private RenderPulse? pulse;
    private TrajectoryCursor cursor;
    private ChatSession? heard;
    private ChatAxis? created;
    private (Reading, ColumnFloor?, ColumnFloor?)? shown;
    private bool sending;
    private bool showing;
    private bool failed;

    /// <summary>Whose trajectory.</summary>
    [Parameter] public ChatSession? Session { get; set; }

    /// <summary>The axis; null until it is loaded.</summary>
    [Parameter] public ChatAxis? Axis { get; set; }

    /// <summary>Which reading of capped answers the blue line is.</summary>
    [Parameter] public Reading Reading { get; set; }

    /// <summary>Whether the model is still being loaded.</summary>
    [Parameter] public bool Loading { get; set; }

    [Inject] private IJSRuntime Js { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;

    private string Caption
    {
        get
        {
            if (summaries.Count == 0) return "Nothing has been said yet.";
            var floor = Axis is null ? "" : Axis.CapsDisplayLayer ? "The floor of the cap" : "The calibration's percentile";
            return string.Join(" ", summaries.Select(Label)) + (summaries.Last().B.Floor is { } f ? $" {floor} lies at {AnswerView.Number(f.Value)}." : "");
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!RendererInfo.IsInteractive || Session is null || ReferenceEquals(Session, heard)) return;
        heard = Session;
        // Drawing a chart costs a browser more than text does: a third of the page's rate is still fluent.
        pulse = new RenderPulse(() => _ = InvokeAsync(DrawAsync), TimeSpan.FromMilliseconds(100), Clock);
        Session.Changed += pulse.Signal;
        pulse.Signal();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Axis is null || Session is null) return;
        if (!ReferenceEquals(created, Axis))
        {
            created = Axis;
            module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/chart.js");
            chart = await module.InvokeAsync<IJSObjectReference>("create", plot, new
            {
                roles = Axis.Roles.Select(r => new { name = r.Role, value = r.Projection }),
                columns = FewestColumns,
                capsDisplayLayer = Axis.CapsDisplayLayer,
                layer = Axis.DisplayLayer,
                spread = new[] { Axis.Shown(5), Axis.Shown(95) },
            });
            (shown, cursor) = (null, Nothing);
        }

        await DrawAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (heard is not null && pulse is not null) heard.Changed -= pulse.Signal;
        pulse?.Dispose();
        try
        {
            if (chart is not null)
            {
                await chart.InvokeVoidAsync("dispose");
                await chart.DisposeAsync();
            }

            if (module is not null) await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the chart with it: the ordinary end of a visit.
            chart = null;
        }
    }

    /// <summary>A turn in words.</summary>
    internal static string Label(TurnSummary turn)
    {
        var said = new[] { turn.A, turn.B }.Where(c => c.Samples is [{ }, ..]).Select(c => $"{c.Name} {AnswerView.Number(c.Samples[0]!.Read)}").ToList();
        return $"Turn {turn.Turn + 1}: {(said.Count == 0 ? "no answer yet" : string.Join(", ", said))}.";
    }

    /// <summary>A delta as the script takes it: arrays, since each key would be sent with each token.</summary>
    internal static object Message(TrajectoryDelta delta) => new
    {
        reset = delta.Reset,
        points = delta.Points.Select(p => new object?[] { p.Turn, (int)p.Column, p.Sample, p.Index, p.Text, Round(p.Pre), Round(p.Post), Round(p.Read), p.Touched ? 1 : 0, p.Lifted, p.Kl is { } kl ? Math.Round(kl, 4) : null, p.PlainChoice, p.Id }),
        turns = delta.Turns.Select(t => new { turn = t.Turn, span = t.Span, changed = t.Changed, columns = new[] { Column(t.A), Column(t.B) } }),
    };

    // Means by sample, each [read, pre, post].
    private static object Column(ColumnSummary column) => new
    {
        name = column.Name,
        floor = column.Floor is { } f ? new { value = Round(f.Value), percentile = f.Percentile, acts = f.Acts } : null,
        means = column.Samples.Select(m => m is null ? null : new[] { Round(m.Read), Round(m.Pre), Round(m.Post) }),
    };

    private static double Round(float value) => Math.Round(value, 2);

    private static bool Empty(TrajectoryDelta delta) => !delta.Reset && delta.Points.Count == 0 && delta.Turns.Count == 0;

    private async Task DrawAsync()
    {
        await SendAsync();
        await ShowAsync();
    }

    private async Task SendAsync()
    {
        if (chart is null || Session is null || sending) return;
        var delta = Session.Trajectory.Since(cursor);
        if (Empty(delta)) return;
        sending = true;
        var taken = await CallAsync("extend", Message(delta));
        sending = false;
        if (!taken)
        {
            cursor = Nothing;
            return;
        }

        cursor = delta.Cursor;
        if (delta.Reset) known.Clear();
        var labels = known.Count;
        foreach (var turn in delta.Turns) known[turn.Turn] = turn;
        summaries = [.. known.Values];
        if (delta.Reset || labels != known.Count || Session.Turns is not [.., { Over: false }]) StateHasChanged();
        // What came while the browser was drawing.
        if (!Empty(Session.Trajectory.Since(cursor))) pulse?.Signal();
    }

    private async Task ShowAsync()
    {
        if (chart is null || Axis is null || Session is null || showing) return;
        var now = (Reading, Floor(Chat.Column.A), Floor(Chat.Column.B));
        if (now == shown) return;
        showing = true;
        var taken = await CallAsync("show", Reading.ToString().ToLowerInvariant(), new[] { now.Item2, now.Item3 });
        showing = false;
        if (!taken) return;
        shown = now;
        // A slider that was moved meanwhile.
        pulse?.Signal();
    }

    private ColumnFloor? Floor(Column column) => VariantPlan.Floor(Session!.Settings[column], Axis);

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
}
