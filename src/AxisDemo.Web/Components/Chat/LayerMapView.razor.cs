using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Web.Components.Shared;
using AxisDemo.Web.Serving;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace AxisDemo.Web.Components.Chat;

/// <summary>The layer view of one answer: reads it again when asked to, and hands the values to the script that draws them.</summary>
public sealed partial class LayerMapView
{
    private static readonly (string Kind, string Name)[] Kinds = [("read", "read"), ("pre", "before"), ("post", "after"), ("moved", "moved")];
    private ElementReference element;
    private IJSObjectReference? module;
    private IJSObjectReference? drawing;
    private CancellationTokenSource? reading;
    private RenderPulse? pulse;
    private ChatSession? heard;
    private LayerMap? map;
    private Answer? mapped;
    private string mapTitle = "";
    private string? chosen;
    private string? trouble;
    private string shownKind = "read";
    private double part;
    private bool gone;

    /// <summary>Whose answers.</summary>
    [Parameter] public ChatSession? Session { get; set; }

    /// <summary>The axis.</summary>
    [Parameter, EditorRequired] public ChatAxis Axis { get; set; } = null!;

    [Inject] private IJSRuntime Js { get; set; } = null!;
    [Inject] private TimeProvider Clock { get; set; } = null!;

    private bool Reading => reading is not null;

    // The newest first, and of those the ones in which something acted: there is most to see.
    private IReadOnlyList<Answer> Answers =>
        [.. (Session?.Turns ?? []).Reverse().SelectMany(t => t.Answers.OrderByDescending(a => a.Variant.Intervenes)).Where(a => a.Phase == AnswerPhase.Over && a.Ids.Count > 0)];

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        // The map of an answer that is gone says nothing of what stands in its place.
        if (mapped is { } read && Session?.Turns.ElementAtOrDefault(read.Turn)?[read.Column].Contains(read) != true) (map, mapped, chosen, trouble) = (null, null, null, null);
        if (!RendererInfo.IsInteractive || ReferenceEquals(Session, heard)) return;
        heard = Session;
        // The list of answers changes with turns, not with tokens.
        pulse = new RenderPulse(() => _ = InvokeAsync(StateHasChanged), TimeSpan.FromMilliseconds(100), Clock);
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

    private static string Key(Answer answer) => $"{answer.Turn}-{answer.Column}-{answer.Sample}";

    private static string Title(Answer answer) => $"turn {answer.Turn + 1}, {answer.Column}: {answer.Variant.Name}{(answer.Sample > 0 ? $", seed {ChatSettings.SampleSeed(answer.Settings.Seed, answer.Sample)}" : "")}";

    // What was chosen; where nothing was, or where it is gone, the first of the list.
    private string? Current(IReadOnlyList<Answer> answers) => answers.Any(a => Key(a) == chosen) ? chosen : answers.Count > 0 ? Key(answers[0]) : null;

    private void Choose(string? key) => chosen = key;

    private void Cancel() => reading?.Cancel();

    private async Task ReadAsync()
    {
        var answers = Answers;
        if (reading is not null || answers.Count == 0) return;
        var answer = answers.First(a => Key(a) == Current(answers));
        using var stop = new CancellationTokenSource();
        (reading, trouble, part) = (stop, null, 0);
        try
        {
            var read = await Session!.ReadLayersAsync(answer, new Progress(this), stop.Token);
            if (gone) return;
            (map, mapped, mapTitle, chosen) = (read, answer, Title(answer), Key(answer));
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

    private async Task DrawAsync(Answer answer, LayerMap read)
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
            acts = answer.Variant.Kind switch { VariantKind.Capped => Axis.Blocks(answer.Variant.Band), VariantKind.Steered => [Axis.DisplayLayer], _ => (IReadOnlyList<int>)[] },
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
