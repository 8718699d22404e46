using AxisDemo.Formats;
using AxisDemo.Model.Hooks;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

public class VariantPlanTests
{
    private static readonly ColumnVariant Steered = new() { Kind = VariantKind.Steered, Strength = 0.5 };

    [Fact]
    public void A_push_along_the_axis_is_k_mean_norms_long()
    {
        var push = Assert.Single(Assert.Single(VariantPlan.Interventions(Steered, ScriptedGenerator.TestAxis())).Layers);

        Assert.Equal(2, push.Layer);
        // The test axis is [1, 2, 0] at its display layer, the mean norm 10.
        Assert.Equal(0.5 * 10, push.Amount * push.Vector.Norm, 1e-5);
        Assert.Equal([1, 2, 0], push.Vector.Values.ToArray());
    }

    [Theory]
    [InlineData("vampire")]
    [InlineData(ColumnVariant.TowardRandom)]
    public void Towards_a_role_or_nowhere_in_particular_it_has_the_same_size(string toward)
    {
        var push = Assert.Single(Assert.Single(VariantPlan.Interventions(Steered with { Toward = toward }, ScriptedGenerator.TestAxis())).Layers);

        Assert.Equal(0.5 * 10, push.Amount * push.Vector.Norm, 1e-5);
    }

    [Fact]
    public void A_control_is_the_same_again_and_another_seed_is_another_direction()
    {
        Direction Vector(int seed) => VariantPlan.Interventions(Steered with { Toward = ColumnVariant.TowardRandom, ControlSeed = seed }, ScriptedGenerator.TestAxis())[0].Layers[0].Vector;

        Assert.Equal(Vector(1), Vector(1));
        Assert.NotEqual(Vector(1), Vector(2));
    }

    [Fact]
    public void Random_directions_prefer_none()
    {
        var axis = ScriptedGenerator.TestAxis() with { Direction = _ => new Direction("axis", [.. Enumerable.Repeat(1f, 576)]) };
        var cosines = Enumerable.Range(0, 200).Select(seed =>
        {
            var vector = VariantPlan.Interventions(Steered with { Toward = ColumnVariant.TowardRandom, ControlSeed = seed }, axis)[0].Layers[0].Vector;
            return (double)axis.Direction(0).Project(vector.Unit);
        }).ToList();

        // Of a uniform direction in d dimensions the cosine with a given one has the standard deviation 1 / sqrt(d).
        Assert.Equal(0, cosines.Average(), 0.01);
        Assert.InRange(Math.Sqrt(cosines.Average(c => c * c)), 0.8 / Math.Sqrt(576), 1.2 / Math.Sqrt(576));
    }

    [Fact]
    public void A_band_of_its_own_caps_there_and_the_line_says_whether_it_acts_where_it_is_drawn()
    {
        var low = ColumnVariant.Capped with { Band = new LayerRange(0, 2), Percentile = 60 };

        Assert.Equal([0, 1], VariantPlan.Interventions(low, ScriptedGenerator.TestAxis())[0].Layers.Select(l => l.Layer));
        Assert.Equal(new ColumnFloor(-20, 60, false), VariantPlan.Floor(low, ScriptedGenerator.TestAxis()));
        Assert.True(VariantPlan.Floor(ColumnVariant.Capped, ScriptedGenerator.TestAxis())!.Acts);
        Assert.Null(VariantPlan.Floor(Steered, ScriptedGenerator.TestAxis()));
    }

    [Fact]
    public void What_cannot_be_done_says_what_to_do()
    {
        var none = Assert.Throws<InputException>(() => VariantPlan.Interventions(ColumnVariant.Capped, null));
        Assert.Contains("plain model", none.Remedy, StringComparison.Ordinal);
        var role = Assert.Throws<InputException>(() => VariantPlan.Interventions(Steered with { Toward = "<b>" }, ScriptedGenerator.TestAxis()));
        Assert.Contains("<b>", role.Fault, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => VariantPlan.Interventions(ColumnVariant.Capped with { Band = new LayerRange(90, 95) }, ScriptedGenerator.TestAxis()));
    }

    [Fact]
    public void What_a_file_or_a_browser_says_is_kept_in_range()
    {
        var wild = new ColumnVariant { Strength = 1e9, Band = new LayerRange(5, 2), Percentile = double.NaN, Toward = new string('x', 1000), SystemPrompt = new string('y', 1000), Model = new string('z', 1000) };

        Assert.Equal(new ColumnVariant { Strength = 2, SystemPrompt = new string('y', 10) }, wild.Within(10));
    }

    [Fact]
    public void Effect_and_cost_are_said_together()
    {
        var axis = ScriptedGenerator.TestAxis();
        Assert.Equal("lifted 40 % of its tokens in blocks 1–2, 0.20 nats from the plain model's choices.", new VariantEffect(4, 10, 0.2).Done(ColumnVariant.Capped, axis));
        Assert.Contains("0.130 nats", VariantEffect.Cost(ColumnVariant.Capped, axis), StringComparison.Ordinal);
        Assert.Contains("role-play", VariantEffect.Cost(ColumnVariant.Capped with { Percentile = 99 }, axis), StringComparison.Ordinal);
        Assert.Empty(VariantEffect.Cost(ColumnVariant.Plain, axis));
    }
}
