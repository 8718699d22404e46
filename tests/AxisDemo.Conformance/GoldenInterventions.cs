using System.Text.Json;
using AxisDemo.Model.Hooks;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>Interventions as the golden files describe them (tests/fixtures/interventions).</summary>
internal static class GoldenInterventions
{
    public static Intervention[] Build(Golden golden, JsonElement item)
    {
        var positions = item.GetProperty("positions").GetString() == "last" ? Positions.Last : Positions.All;
        return [.. item.GetProperty("items").EnumerateArray().Select(i =>
        {
            var layer = i.GetProperty("layer").GetInt32();
            var vector = new Direction("v", golden.Floats(i.GetProperty("vector").GetString()!));
            return item.GetProperty("kind").GetString() switch
            {
                "cap" => Intervention.Cap([(layer, Negative(vector), i.GetProperty("floor_on_axis").GetSingle())], positions),
                "add" => Intervention.Add([(layer, vector, i.GetProperty("coefficient").GetSingle())], positions),
                "ablate" => Intervention.Ablate([(layer, vector, 0, null)], positions),
                "mean_ablate" => Intervention.Ablate([(layer, vector, 1, new Direction("m", golden.Floats(i.GetProperty("mean").GetString()!)))], positions),
                var kind => throw new NotSupportedException(kind),
            };
        })];
    }

    private static Direction Negative(Direction v)
    {
        var values = v.Values.ToArray();
        for (var i = 0; i < values.Length; i++) values[i] = -values[i];
        return new Direction("axis", values);
    }
}
