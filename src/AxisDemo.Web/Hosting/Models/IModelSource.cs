namespace AxisDemo.Web.Hosting;

/// <summary>Where loading stands.</summary>
/// <param name="Loaded">The model, once it is there.</param>
/// <param name="Doing">What is being done now, one sentence; null when nothing is.</param>
/// <param name="Problem">Why there is no model and what to do; null when nothing is wrong.</param>
public sealed record ModelState(ReadyModel? Loaded, string? Doing, string? Problem);

/// <summary>What pages, hub and probes ask about the models in memory.</summary>
public interface IModelSource
{
    /// <summary>Where the current model stands: the one that answers whoever names none.</summary>
    ModelState State { get; }

    /// <summary>Raised, on any thread, when a state has changed.</summary>
    event Action? Changed;

    /// <summary>The models in memory.</summary>
    IReadOnlyList<ReadyModel> Loaded => State.Loaded is { } only ? [only] : [];

    /// <summary>A model in memory, with one of its axes.</summary>
    /// <param name="model">Its <see cref="ReadyModel.Id"/>, in any case; null: the current one.</param>
    /// <param name="axis">Its <see cref="ChatAxis.Id"/>; null: the model's default.</param>
    /// <returns>Null when it is not in memory, or has no such axis.</returns>
    ReadyModel? Find(string? model, string? axis = null) =>
        (model is null ? State.Loaded : Loaded.FirstOrDefault(m => string.Equals(m.Id, model, StringComparison.OrdinalIgnoreCase)))?.With(axis);

    /// <summary>Where the model of a visitor stands, see <see cref="Find"/>. An axis that is gone gives way to the model's default.</summary>
    ModelState StateOf(string? model, string? axis = null) =>
        model is null && State.Loaded is null ? State
        : (Find(model, axis) ?? Find(model)) is { } found ? new ModelState(found, null, null)
        : new ModelState(null, $"{model} is not in memory. Choose a model.", null);
}
