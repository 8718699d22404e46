using AxisDemo.Serving;

namespace AxisDemo.Web.Serving;

/// <summary>What is loaded.</summary>
/// <param name="Generator">The engine.</param>
/// <param name="Axis">The axis that belongs to its model; null when there is none, with the reason in <paramref name="AxisProblem"/>.</param>
/// <param name="AxisProblem">Why there is no axis, and what to do; null when there is one.</param>
public sealed record ReadyModel(IGenerator Generator, ChatAxis? Axis, string? AxisProblem)
{
    /// <summary>The model's name as people know it: its file's, since the names inside files are often those of a training run.</summary>
    public string Name => AxisFiles.WithoutQuantisation(Path.GetFileName(Generator.Model.Path.TrimEnd('/')));
}

/// <summary>Where loading stands.</summary>
/// <param name="Loaded">The model, once it is there.</param>
/// <param name="Doing">What is being done now, one sentence; null when nothing is.</param>
/// <param name="Problem">Why there is no model and what to do; null when nothing is wrong.</param>
public sealed record ModelState(ReadyModel? Loaded, string? Doing, string? Problem);

/// <summary>What pages, hub and probes ask about the model.</summary>
public interface IModelSource
{
    /// <summary>Where loading stands now.</summary>
    ModelState State { get; }

    /// <summary>Raised, on any thread, when the state has changed.</summary>
    event Action? Changed;
}
