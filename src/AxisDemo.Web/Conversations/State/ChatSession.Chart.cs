using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;

namespace AxisDemo.Web.Conversations;

/// <summary>What the chart and the layer view ask of a conversation.</summary>
public sealed partial class ChatSession
{
    /// <summary>Axes that are watched beside the main one, by <see cref="DrawnAxis.Key"/>. They act from the next message on.</summary>
    public IReadOnlyList<string> Watched
    {
        get => runner.Watched;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            runner.Watched = [.. value.Distinct(StringComparer.Ordinal).Where(key => State.Loaded is { } loaded && DrawnAxis.Find(loaded, key) is not null).Take(DrawnAxis.Most)];
            Changed?.Invoke();
        }
    }

    /// <summary>The columns as the next turn will have them.</summary>
    public ByColumn<ColumnStart> Next => Settings.Columns.Map((_, variant) => new ColumnStart(variant.Name, VariantPlan.Floor(variant, State.Loaded?.Axis), Settings.Repeats));

    /// <summary>The answers that can be read at every block: the newest first, and of a turn those in which something acted, since there is most to see.</summary>
    public IReadOnlyList<ReadableAnswer> Readable =>
    [
        .. turns.AsEnumerable().Reverse().SelectMany(turn => turn.Answers.OrderByDescending(a => a.Variant.Intervenes)).Where(a => a.Phase == AnswerPhase.Over && a.Ids.Count > 0)
            .Select(answer => new ReadableAnswer(answer, $"{answer.Turn}-{answer.Column}-{answer.Sample}", Title(answer), VariantPlan.Blocks(answer.Variant, State.Loaded?.Axis), (progress, stop) => ReadLayersAsync(answer, progress, stop))),
    ];

    private static string Title(Answer answer) => $"turn {answer.Turn + 1}, {answer.Column}: {answer.Variant.Name}{(answer.Sample > 0 ? $", seed {ChatSettings.SampleSeed(answer.Settings.Seed, answer.Sample)}" : "")}";

    /// <summary>Reads an answer again with the main axis watched at every block.</summary>
    /// <param name="answer">An answer of <see cref="Turns"/> that is over.</param>
    /// <param name="progress">Told the part that is done, 0..1.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">The visitor has asked for too much, the answer is gone or has no tokens, its model is no longer in memory, or the engine refuses the request.</exception>
    /// <exception cref="GenerationFailedException">The engine failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<LayerMap> ReadLayersAsync(Answer answer, IProgress<double> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var now = turns;
        if (now.ElementAtOrDefault(answer.Turn) is not { } turn || !turn[answer.Column].Contains(answer))
            throw new InputException("answer", "", "it is no longer part of the conversation.", "Choose another one.");
        // The axis is the conversation's, where it was made for the model that wrote the answer.
        var loaded = source.Find(answer.Model, Axis) ?? source.Find(answer.Model)
            ?? throw new InputException("answer", "model", $"{answer.Model}, which wrote it, is not in memory.", "Load that model again.");
        if (loaded.Axis is not { } axis) throw new InputException("answer", "axis", "its model has no axis to project on.", "Make one with: axis extract, axis build.");
        int[] ids;
        lock (answer.Gate) ids = [.. answer.Ids];
        var prompt = TurnRunner.Asked(loaded, now, turn, answer);
        var asked = new GenerationRequest { Prompt = prompt.Ids, PromptSpecial = prompt.Special, Interventions = VariantPlan.Interventions(answer.Variant, axis) };
        var watches = Enumerable.Range(0, axis.Layers).Where(axis.HasLayer).Select(layer => new Watch(DrawnAxis.Main, layer, axis.Direction(layer), axis.OffsetAt(layer))).ToList();
        // It costs the engine what an answer costs, and is counted as one.
        using var place = Admit(1);
        if (place.Refusal is { } refusal) throw new InputException("answer", "", refusal);
        return await LayerMap.ReadAsync(loaded.Generator, asked, ids, watches, progress, cancellation);
    }
}
