using AxisDemo.Interp;
using AxisDemo.Web.Hosting;
using AxisDemo.Web.Pages;

namespace AxisDemo.Web.Api;

/// <summary>What there is to ask: <c>GET /api/models</c>, <c>GET /api/axes</c>, and <c>GET /api/limits</c>.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps them.</summary>
    public static void MapModels(this IEndpointRouteBuilder api)
    {
        api.MapGet("/models", (IModelSource source) => TypedResults.Ok(source.Loaded.Select(m => ModelView.Of(m, source.State.Loaded)).ToList()))
            .MayFail(401).WithName("listModels").WithTags("models").WithSummary("The models in memory. Empty while the first one is being loaded.");
        api.MapGet("/axes", (IModelSource source) => TypedResults.Ok(source.Loaded.SelectMany(m => m.Axes.Select(a => AxisView.Of(a, m))).ToList()))
            .MayFail(401).WithName("listAxes").WithTags("models").WithSummary("The axes of the models in memory, each model's default first.");
        api.MapGet("/limits", (HttpContext http, RateLimits limits) => TypedResults.Ok(new RateReport(limits.PerMinute, limits.Remaining(ClientAddress.Of(http)))))
            .MayFail(401).WithName("limits").WithTags("generation").WithSummary("How many answers your address may ask for.");
    }
}

/// <summary>A model in memory.</summary>
/// <param name="Id">What requests call it.</param>
/// <param name="Name">For people.</param>
/// <param name="Current">Whether it answers requests that name none.</param>
/// <param name="Architecture">"llama", "qwen3", …</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Quantization">The matrices' most frequent type.</param>
/// <param name="Layers">Number of blocks.</param>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="Context">Largest number of positions.</param>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Sha256">Of its file, lower-case hex.</param>
/// <param name="Engine">What it runs on.</param>
/// <param name="Axes">The ids of its axes, the default first.</param>
/// <param name="AxisProblem">Why it has no axis, and what to do; null when it has one.</param>
/// <param name="Warnings">What its files leave open or state that is not applied, so that its answers may differ from what its makers had in mind.</param>
public sealed record ModelView(
    string Id, string Name, bool Current, string Architecture, long Parameters, string Quantization, int Layers, int Width, int Context, int Vocabulary, string Sha256, string Engine,
    IReadOnlyList<string> Axes, string? AxisProblem, IReadOnlyList<string> Warnings)
{
    /// <summary>A loaded model as it is shown.</summary>
    public static ModelView Of(ReadyModel ready, ReadyModel? current)
    {
        ArgumentNullException.ThrowIfNull(ready);
        var m = ready.Generator.Model;
        return new ModelView(ready.Id, ready.Name, ready.Id == current?.Id, m.Architecture, m.Parameters, m.Quantization, m.Layers, m.Width, m.Context, m.Vocabulary, m.Sha256, m.Engine,
            [.. ready.Axes.Select(a => a.Id)], ready.AxisProblem, [.. m.Warnings.Select(w => HostPaths.WithoutFolder(w, m.Path))]);
    }
}

/// <summary>An axis of a model in memory.</summary>
/// <param name="Id">What requests call it; <c>axis</c> is the model's default.</param>
/// <param name="Name">For people.</param>
/// <param name="Model">The id of its model.</param>
/// <param name="DisplayLayer">The block whose projections are shown.</param>
/// <param name="Cap">The cap that is recommended; null where the axis has no floors.</param>
/// <param name="Floors">Where only some floors are known: those that a <c>pNN</c> may name. Null where all are; empty where none is.</param>
/// <param name="Price">What that cap costs on ordinary answers, nats per token; null when not measured.</param>
/// <param name="Roles">Known roles and where they lie at the display layer.</param>
public sealed record AxisView(string Id, string Name, string Model, int DisplayLayer, CapView? Cap, IReadOnlyList<FloorsView>? Floors, double? Price, IReadOnlyList<ReferenceRole> Roles)
{
    /// <summary>A loaded axis as it is shown.</summary>
    public static AxisView Of(ChatAxis axis, ReadyModel model)
    {
        ArgumentNullException.ThrowIfNull(axis);
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<FloorsView>? floors = axis.HasEveryFloor ? null : [.. axis.FloorBands.Select(b => new FloorsView(b.Band.ToString(), [.. b.Levels.Select(p => $"p{p}")]))];
        return new AxisView(axis.Id, axis.Name, model.Id, axis.DisplayLayer, axis.Recommended is var (layers, threshold) ? new CapView(layers, threshold) : null, floors, axis.Price, axis.Roles);
    }
}

/// <summary>A cap as requests take it.</summary>
/// <param name="Layers">"a:b", half open.</param>
/// <param name="Threshold">"pNN".</param>
public sealed record CapView(string Layers, string Threshold);

/// <summary>Floors that are known.</summary>
/// <param name="Layers">"a:b", half open.</param>
/// <param name="Thresholds">"pNN", each at every block of them.</param>
public sealed record FloorsView(string Layers, IReadOnlyList<string> Thresholds);
