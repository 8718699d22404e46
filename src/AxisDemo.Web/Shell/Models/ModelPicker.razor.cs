using System.Globalization;
using AxisDemo.Formats;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;
using Microsoft.AspNetCore.Components;

namespace AxisDemo.Web.Shell;

/// <summary>What a visitor has chosen to talk to.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="Axis">The axis' id; null: the model's default.</param>
public sealed record ModelChoice(string Model, string? Axis);

/// <summary>The list of models: shows what is known of each, loads one with its progress, and hands on which the visitor wants.</summary>
public sealed partial class ModelPicker : IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private string? wanted;
    private string? trouble;
    private string announcement = "";

    /// <summary>The model that answers this visitor.</summary>
    [Parameter, EditorRequired] public ModelState State { get; set; } = null!;

    /// <summary>Tokens per second; 0 hides it.</summary>
    [Parameter] public double Rate { get; set; }

    /// <summary>Whether this visitor may load and unload.</summary>
    [Parameter] public bool MayLoad { get; set; }

    /// <summary>Whether there is a conversation that another model would go on with.</summary>
    [Parameter] public bool HasTurns { get; set; }

    /// <summary>The visitor's choice.</summary>
    [Parameter] public EventCallback<ModelChoice> OnChoose { get; set; }

    [Inject] private IModelLibrary Library { get; set; } = null!;

    private string Detail => State.Loaded is { } l ? $"{Path.GetFileName(l.Generator.Model.Path)}, {l.Generator.Model.Layers} blocks of width {l.Generator.Model.Width}, context {l.Generator.Model.Context:N0} tokens" : "";

    // What is on its way beside the one that answers.
    private ListedModel? Coming => State.Loaded is null ? null : Library.Models.FirstOrDefault(m => m.Phase == ModelPhase.Loading && m.Part > 0);

    private string Hint => (HasTurns, MayLoad) switch
    {
        (true, _) => "The next message goes to the model you choose. Numbers of different models share no scale: clear the conversation before you compare.",
        (_, true) => "A model loads beside the one that answers.",
        _ => "You can use those in memory; whoever runs this host can load others.",
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        // What is being loaded goes on for others; only the waiting ends.
        gone.Cancel();
        gone.Dispose();
    }

    private bool InUse(ListedModel model) => State.Loaded?.Id == model.Id;

    private string? Does(ListedModel model) => model.Phase switch
    {
        ModelPhase.Ready => InUse(model) ? "In use" : "Use",
        ModelPhase.Loading => MayLoad ? "Stop" : null,
        ModelPhase.Failed => MayLoad ? "Try again" : null,
        _ => MayLoad ? "Load" : null,
    };

    private static string Facts(ListedModel model) => string.Join(" · ", new[]
    {
        model.Parameters > 0 ? Parameters(model.Parameters) : null,
        model.Architecture,
        model.Bytes > 0 ? Size(model.Bytes) : null,
        model.Axes switch { null => "axis not known yet", { Count: 0 } => "no axis", { Count: 1 } => "has an axis", var several => $"{several.Count} axes" },
        model.Phase == ModelPhase.Ready ? model.Answering > 0 ? "answering" : "in memory" : null,
    }.OfType<string>().Select(fact => fact.Replace(' ', '\u00A0')));

    private static string Parameters(long count) => count >= 1_000_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.#} B parameters")
        : count >= 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0} M parameters") : string.Create(CultureInfo.InvariantCulture, $"{count:N0} parameters");

    private static string Size(long bytes) => bytes >= 1e9 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB") : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes / 1e6):0} MB");

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Recipe(ReadyModel model)
    {
        var (file, axis) = (Shell(Place(model)), Shell($"models/{model.Name}.axis.safetensors"));
        return $"""
            axis extract --model {file} --out rollouts
            axis build --in rollouts --out {axis}
            axis calibrate --model {file} --axis {axis} --write
            """;
    }

    // As it lies in the folder of models: where that is, the host does not tell.
    private static string Place(ReadyModel model)
    {
        var path = Path.TrimEndingDirectorySeparator(model.Generator.Model.Path).Replace('\\', '/');
        var at = path.LastIndexOf("/models/", StringComparison.Ordinal);
        return at >= 0 ? path[(at + 1)..] : $"models/{Path.GetFileName(path)}";
    }

    private static string Shell(string word) => word.All(c => char.IsLetterOrDigit(c) || "/._-+".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string CapsRecipe(ReadyModel model) =>
        $"axis import assistant_axis.pt --caps capping_config.pt --model {Shell(Place(model))} --out {Shell($"models/{model.Axis!.Id}.axis.safetensors")}";

    // Not awaited: reading a folder takes a moment, and the list draws itself when it changes.
    private void Look() => _ = Library.RefreshAsync();

    private Task Act(ListedModel model)
    {
        trouble = null;
        switch (model.Phase)
        {
            case ModelPhase.Ready:
                wanted = null;
                return InUse(model) ? Task.CompletedTask : Choose(model.Id, null);
            case ModelPhase.Loading when MayLoad:
                Library.Cancel(model.Id);
                return Task.CompletedTask;
            default:
                return MayLoad ? LoadAsync(model) : Task.CompletedTask;
        }
    }

    private async Task LoadAsync(ListedModel model)
    {
        wanted = model.Id;
        announcement = $"Loading {model.Name}.";
        try
        {
            await Library.LoadAsync(model.Id, gone.Token);
            // Whoever has chosen something else meanwhile wants that.
            if (wanted == model.Id) await Choose(model.Id, null);
        }
        catch (OperationCanceledException)
        {
            announcement = $"Loading {model.Name} was stopped.";
        }
        catch (Exception)
        {
            // Whatever it was stands in the list, for everybody.
            announcement = $"{model.Name} could not be loaded.";
        }
    }

    private void Unload(ListedModel model)
    {
        trouble = null;
        try
        {
            if (MayLoad) Library.Unload(model.Id);
        }
        catch (InputException e)
        {
            trouble = e.Message;
        }
    }

    private async Task Choose(string model, string? axis)
    {
        await OnChoose.InvokeAsync(new ModelChoice(model, axis));
        announcement = $"{Library.Find(model)?.Name ?? model} answers from now on.";
    }
}
