using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Web.Conversations;

/// <summary>What a variant does to a model, as the engine takes it.</summary>
public static class VariantPlan
{
    private const string NoAxis = "There is no axis to act along.";

    /// <summary>
    /// Why an axis does not serve what a variant does, whatever its numbers, and what to do, in sentences; null where it does. A column
    /// with such a variant does not answer.
    /// </summary>
    public static string? Obstacle(VariantKind kind, ChatAxis? axis) => kind switch
    {
        VariantKind.Plain => null,
        VariantKind.Capped => axis switch
        {
            null => NoAxis,
            { HasFloors: false } => "This axis has no floors to cap at. Import it with its capping configuration: axis import … --caps capping_config.pt, or make one with: axis extract, axis build.",
            _ => null,
        },
        VariantKind.Steered => axis switch
        {
            null => NoAxis,
            { MeanNorm: null } => $"This axis says nothing about the size of a step: it holds no mean norms. {(axis.HasFloors ? "Cap instead, or make" : "Make")} an axis with: axis extract, axis build.",
            _ => null,
        },
    };

    /// <summary>The same in few words, for where a name has room.</summary>
    public static string? ShortObstacle(VariantKind kind, ChatAxis? axis) => Obstacle(kind, axis) is null ? null
        : axis is null ? "there is no axis to act along" : kind == VariantKind.Capped ? "this axis has no floors" : "this axis has no mean norms";

    /// <summary>Why a cap has no floor with its numbers, and which there are; null where it has, and for other variants.</summary>
    public static string? NoFloor(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (axis is null || variant.Kind != VariantKind.Capped || !axis.HasFloors) return null;
        var (blocks, percentile) = (axis.Blocks(variant.Band), PercentileOf(variant, axis));
        return blocks.Count == 0 || blocks.All(block => axis.Knows(block, percentile)) ? null
            : $"No floor is known at {VariantWords.Level(percentile)} in {BlockWords.Of(blocks)}. {VariantWords.Floors(axis)}";
    }

    /// <summary>The interventions; empty for the plain model.</summary>
    /// <exception cref="InputException">The axis is missing, or has not what the variant needs.</exception>
    public static IReadOnlyList<Intervention> Interventions(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (Obstacle(variant.Kind, axis) is { } obstacle) throw Fault(obstacle, axis is null ? "Run the plain model in this column." : "");
        if (NoFloor(variant, axis) is { } none) throw Fault(none, "");
        return variant.Kind switch
        {
            VariantKind.Plain => [],
            VariantKind.Capped => [axis!.Cap(PercentileOf(variant, axis), variant.Band)],
            VariantKind.Steered => [Steering(variant, axis!)],
        };
    }

    /// <summary>The percentile that a capped variant's floor lies at; for other variants the recommended one.</summary>
    public static double PercentileOf(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return (variant.Kind == VariantKind.Capped ? variant.Percentile : null) ?? axis?.Percentile ?? 75;
    }

    /// <summary>The chart's dashed line for a variant; null where it has none, or none is known at the block that is drawn.</summary>
    public static ColumnFloor? Floor(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (axis is null || variant.Kind != VariantKind.Capped) return null;
        var percentile = PercentileOf(variant, axis);
        return axis.Shown(percentile) is not { } shown ? null : new ColumnFloor(shown, percentile, axis.Blocks(variant.Band).Contains(axis.DisplayLayer));
    }

    /// <summary>The blocks at which a variant acts.</summary>
    public static IReadOnlyList<int> Blocks(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return axis is null ? [] : variant.Kind switch { VariantKind.Capped => axis.Blocks(variant.Band), VariantKind.Steered => [axis.DisplayLayer], VariantKind.Plain => [] };
    }

    // A role's direction is from the model as itself to the role.
    private static Intervention Steering(ColumnVariant variant, ChatAxis axis)
    {
        var layer = axis.DisplayLayer;
        var direction = variant.Toward switch
        {
            ColumnVariant.TowardAssistant => axis.Direction(layer),
            ColumnVariant.TowardRandom => RandomDirection.Of(axis.Direction(layer).Length, variant.ControlSeed),
            var role => axis.TowardRole(role) ?? throw Fault($"the axis file has no role '{role}'.", "Choose one of its roles."),
        };
        return Intervention.Push(layer, direction, variant.Strength, axis.MeanNorm!.Value);
    }

    private static InputException Fault(string fault, string remedy) => new("request", "variant", fault, remedy);
}
