using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Model;

/// <summary>The embedded model's golden file: its prompts, axis and cap (tests/fixtures/smollm2).</summary>
internal static class SmolLm2Golden
{
    public static Intervention Cap(Golden golden)
    {
        var (axis, floors) = (golden.Floats("axis"), golden.Floats("p75"));
        return Intervention.Cap(Enumerable.Range(20, 6).Select(l => (l, new Direction("axis", axis.AsSpan(l * 576, 576)), floors[l])));
    }

    public static Watch[] Axis(Golden golden)
    {
        var axis = golden.Floats("axis");
        return [.. Enumerable.Range(0, 30).Select(l => new Watch("axis", l, new Direction("axis", axis.AsSpan(l * 576, 576))))];
    }

    public static (int[] Prompt, int[] Greedy) Tokens(Golden golden, int k, string variant)
    {
        var item = golden.Json.GetProperty("cases")[k];
        return (Golden.Ids(item.GetProperty("ids")), Golden.Ids(item.GetProperty(variant).GetProperty("greedy")));
    }

    public static Golden Open() => new(Repository.Fixture("smollm2", "smollm2.json"), Repository.Fixture("smollm2", "smollm2.safetensors"));
}
