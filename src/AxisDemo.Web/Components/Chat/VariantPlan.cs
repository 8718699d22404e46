using System.Numerics.Tensors;
using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Web.Serving;

namespace AxisDemo.Web.Components.Chat;

/// <summary>What a variant does to a model, as the engine takes it.</summary>
public static class VariantPlan
{
    /// <summary>The interventions; empty for the plain model.</summary>
    /// <exception cref="InputException">The axis is missing, or has not what the variant needs.</exception>
    public static IReadOnlyList<Intervention> Interventions(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (!variant.Intervenes) return [];
        if (axis is null) throw Fault("there is no axis to act along.", "Run the plain model in this column.");
        return [variant.Kind == VariantKind.Capped ? axis.Cap(PercentileOf(variant, axis), variant.Band) : Steering(variant, axis)];
    }

    /// <summary>The percentile that a capped variant's floor lies at.</summary>
    public static double PercentileOf(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return variant.Percentile ?? axis?.Percentile ?? 75;
    }

    /// <summary>The chart's dashed line for a variant; null where it has none.</summary>
    public static ColumnFloor? Floor(ColumnVariant variant, ChatAxis? axis)
    {
        ArgumentNullException.ThrowIfNull(variant);
        if (axis is null || variant.Kind != VariantKind.Capped) return null;
        var percentile = PercentileOf(variant, axis);
        return new ColumnFloor(axis.Shown(percentile), percentile, axis.Blocks(variant.Band).Contains(axis.DisplayLayer));
    }

    // A role's direction is from the model as itself to the role.
    private static Intervention Steering(ColumnVariant variant, ChatAxis axis)
    {
        var layer = axis.DisplayLayer;
        var norm = axis.MeanNorm ?? throw Fault("the axis file says nothing about the size of a step: it holds no mean norms.", "Cap instead, or make the axis with: axis extract, axis build.");
        var direction = variant.Toward switch
        {
            ColumnVariant.TowardAssistant => axis.Direction(layer),
            ColumnVariant.TowardRandom => Random(axis.Direction(layer).Length, variant.ControlSeed),
            var role => axis.TowardRole(role) ?? throw Fault($"the axis file has no role '{role}'.", "Choose one of its roles."),
        };
        return Intervention.Add([(layer, direction, (float)(variant.Strength * norm / direction.Norm))]);
    }

    /// <summary>
    /// A direction of length 1: each is as likely as any other, since it is a vector of independent normal values (Box-Muller over the
    /// same luck as sampling's).
    /// </summary>
    public static Direction Random(int width, int seed)
    {
        var values = new float[width];
        for (var i = 0; i < width; i++)
        {
            var (a, b) = (Uniform(seed, 2 * i), Uniform(seed, 2 * i + 1));
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(a)) * Math.Cos(2 * Math.PI * b));
        }

        TensorPrimitives.Divide(values, TensorPrimitives.Norm(values), values);
        return new Direction("random", values);
    }

    private static double Uniform(int seed, int index) => ((ChatSettings.TurnSeed(seed, index) >> 11) + 0.5) / (1UL << 53);

    private static InputException Fault(string fault, string remedy) => new("request", "variant", fault, remedy);
}
