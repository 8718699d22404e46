using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Serving;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Charts;

/// <summary>The layer view of one answer: reads it again when asked to, and hands the values to the script that draws them.</summary>
public sealed partial class LayerMapView
{
    private static readonly (string Kind, string Name)[] Kinds = [("read", "read"), ("pre", "before"), ("post", "after"), ("moved", "moved")];
    private ElementReference element;
    private IJSObjectReference? module;
    private IJSObjectReference? drawing;
    private CancellationTokenSource? reading;
    private RenderPulse? pulse;
    private LayerMap? map;
    private object? mapped;
    private string mapTitle = "";
    private string? chosen;
    private string? trouble;
    private string shownKind = "read";
    private double part;
    private bool gone;

    /// <summary>The answers, the one first that is chosen where nobody has chosen.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<ReadableAnswer> Answers { get; set; } = [];

    /// <summary>The axis.</summary>
    [Parameter, EditorRequired] public ChatAxis Axis { get; set; } = null!;

    [Inject] private IJSRuntime Js { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;

    private bool Reading => reading is not null;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        // The map of an answer that is gone says nothing of what stands in its place.
        if (mapped is not null && !Answers.Any(a => ReferenceEquals(a.Answer, mapped))) (map, mapped, chosen, trouble) = (null, null, null, null);
        if (!RendererInfo.IsInteractive) return;
        // The list of answers changes with turns, not with tokens.
        pulse ??= new RenderPulse(() => _ = InvokeAsync(StateHasChanged), TimeSpan.FromMilliseconds(100), Clock);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        gone = true;
        Cancel();
        pulse?.Dispose();
        if (drawing is not null) await Scripts.InPageAsync(async () => await drawing.InvokeVoidAsync("dispose"));
        await drawing.ReleaseAsync();
        await module.ReleaseAsync();
    }

    // What was chosen; where nothing was, or where it is gone, the first of the list.
    private string? Current => Answers.Any(a => a.Key == chosen) ? chosen : Answers.Count > 0 ? Answers[0].Key : null;

    private void Choose(string? key) => chosen = key;

    private void Cancel() => reading?.Cancel();

    private async Task ReadAsync()
    {
        if (reading is not null || Answers.Count == 0) return;
        var answer = Answers.First(a => a.Key == Current);
        using var stop = new CancellationTokenSource();
        (reading, trouble, part) = (stop, null, 0);
        try
        {
            var read = await answer.ReadAsync(new Progress(this), stop.Token);
            if (gone) return;
            (map, mapped, mapTitle, chosen) = (read, answer.Answer, answer.Title, answer.Key);
            if (!read.Changed) shownKind = "read";
            await Scripts.InPageAsync(() => DrawAsync(answer, read));
        }
        catch (OperationCanceledException)
        {
            // The visitor has what they asked for: nothing more happens.
            part = 0;
        }
        catch (InputException e)
        {
            trouble = e.Fault + (e.Remedy.Length > 0 ? " " + e.Remedy : "");
        }
        catch (GenerationFailedException e)
        {
            trouble = e.Message;
        }
        finally
        {
            reading = null;
        }
    }

    private async Task DrawAsync(ReadableAnswer answer, LayerMap read)
    {
        if (drawing is null)
        {
            module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/layer-map.js");
            drawing = await module.InvokeAsync<IJSObjectReference>("create", element);
        }

        var scale = read.Layers.Select((l, row) => Axis.HasScale ? new BlockScale(Axis.Floor(l, 50) - Axis.OffsetAt(l), Axis.Floor(l, 90) - Axis.Floor(l, 10)) : read.Scale(row)).ToList();
        await drawing.InvokeVoidAsync("show", new
        {
            layers = read.Layers,
            tokens = read.Tokens,
            middle = scale.Select(s => s.Middle),
            spread = scale.Select(s => s.Spread),
            display = Axis.DisplayLayer,
            acts = answer.Acts,
            changed = read.Changed,
            title = mapTitle,
        }, read.Pack());
        await drawing.InvokeVoidAsync("choose", shownKind);
    }

    private async Task ColourAsync(string kind)
    {
        shownKind = kind;
        if (drawing is not null) await Scripts.InPageAsync(async () => await drawing.InvokeVoidAsync("choose", kind));
    }

    // Called on the engine's threads; the page is drawn again no more often than anybody sees.
    private sealed class Progress(LayerMapView view) : IProgress<double>
    {
        public void Report(double value)
        {
            view.part = value;
            view.pulse?.Signal();
        }
    }
}
