using AxisDemo.Formats;
using AxisDemo.Serving;

namespace AxisDemo.Web.Hosting;

/// <summary>A model that answers.</summary>
/// <param name="Generator">The engine.</param>
/// <param name="Axis">The axis that the chart draws and the cap acts along; null when there is none, with the reason in <paramref name="AxisProblem"/>.</param>
/// <param name="AxisProblem">Why there is no axis, and what to do; null when there is one.</param>
public sealed record ReadyModel(IGenerator Generator, ChatAxis? Axis, string? AxisProblem)
{
    /// <summary>What requests and columns call it: its file's name without the ending.</summary>
    public string Id => IdOf(Generator.Model.Path);

    /// <summary>The model's name as people know it: its file's, since the names inside files are often those of a training run.</summary>
    public string Name => AxisFiles.WithoutQuantisation(Path.GetFileName(Path.TrimEndingDirectorySeparator(Generator.Model.Path)));

    /// <summary>Every axis that was made for it, the default one first.</summary>
    public IReadOnlyList<ChatAxis> Axes { get; init; } = Axis is null ? [] : [Axis];

    /// <summary>The same model with another of its axes; null: as it is. An axis that it does not have gives null.</summary>
    public ReadyModel? With(string? axis) => axis is null ? this
        : Axes.FirstOrDefault(a => string.Equals(a.Id, axis, StringComparison.OrdinalIgnoreCase)) is { } other ? this with { Axis = other } : null;

    /// <summary>"SmolLM2-135M-Instruct.Q4_1" of "models/SmolLM2-135M-Instruct.Q4_1.gguf", and of a part of it; a folder's name of a folder.</summary>
    public static string IdOf(string path) => GgufPartName.ModelName(Path.TrimEndingDirectorySeparator(path));
}
