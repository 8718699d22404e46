using System.Runtime.InteropServices;
using System.Text.Json;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

/// <summary>Against the golden operations of tests/fixtures/interventions: `exact` numbers are dyadic fractions, `general` ones have 2e-6.</summary>
public sealed class CpuOpsInterventionTests : IDisposable
{
    private const int Rows = 9, Width = 8, HugeRow = 6, BoundaryRow = 1;
    private static readonly byte[] File = System.IO.File.ReadAllBytes(Repository.Fixture("interventions", "ops.safetensors"));
    private static readonly JsonElement Json = JsonDocument.Parse(System.IO.File.ReadAllText(Repository.Fixture("interventions", "ops.json"))).RootElement.GetProperty("sets");
    private readonly KernelData data = new(1);

    public static TheoryData<KernelPath, string> PathsAndSets() => new MatrixTheoryData<KernelPath, string>(Enum.GetValues<KernelPath>(), ["exact", "general"]);

    [Theory]
    [MemberData(nameof(PathsAndSets))]
    public void Capping_lifts_what_lies_below_the_floor_and_nothing_else(KernelPath path, string set)
    {
        var floor = Number(set, "floor_on_axis");
        var results = Apply(path, set, 3 * Rows, (ops, x) =>
        {
            var axis = ops.Vector(Unit(set, "axis"));
            ops.Project(x, axis, 0, Rows, 0);
            ops.Floor(x, axis, floor, 0, Rows, Rows);
            ops.Project(x, axis, 0, Rows, 2 * Rows);
        }, out var y);
        Near(set, "cap", y);
        float[] before = Golden(set, "proj_before"), after = Golden(set, "proj_after"), h = Golden(set, "h");
        var touched = Json.GetProperty(set).GetProperty("touched");
        for (var r = 0; r < Rows; r++)
        {
            Near(set, -before[r], results[r], h, r);
            Near(set, -after[r], results[2 * Rows + r], h, r);
            if (set == "general" && r == BoundaryRow) continue;
            Assert.Equal(touched[r].GetInt32(), results[Rows + r]);
            if (results[Rows + r] == 0) Assert.Equal(h.AsSpan(r * Width, Width).ToArray(), y[(r * Width)..((r + 1) * Width)]);
        }
    }

    [Theory]
    [MemberData(nameof(PathsAndSets))]
    public void Steering_adds_and_coefficient_zero_keeps_the_bits(KernelPath path, string set)
    {
        Apply(path, set, 0, (ops, x) => ops.AddVector(x, ops.Vector(Golden(set, "v")), Number(set, "coefficient"), 0, Rows), out var y);
        Near(set, "add", y);
        Apply(path, set, 0, (ops, x) => ops.AddVector(x, ops.Vector(Golden(set, "v")), 0, 0, Rows), out var same);
        Assert.Equal(Golden(set, "h"), same);
    }

    [Theory]
    [MemberData(nameof(PathsAndSets))]
    public void Ablation_removes_the_direction_and_adds_back_what_is_asked_for(KernelPath path, string set)
    {
        var coefficient = Number(set, "coefficient");
        Apply(path, set, 0, (ops, x) => ops.Ablate(x, ops.Vector(Unit(set, "v")), null, 0, 0, Rows), out var plain);
        Near(set, "ablate", plain);
        Apply(path, set, 0, (ops, x) => ops.Ablate(x, ops.Vector(Unit(set, "v")), ops.Vector(Golden(set, "v")), coefficient, 0, Rows), out var back);
        Near(set, "ablate_add_back", back);
        Apply(path, set, 0, (ops, x) => ops.Ablate(x, ops.Vector(Unit(set, "v")), ops.Vector(Golden(set, "mean")), 1, 0, Rows), out var mean);
        Near(set, "mean_ablate", mean);
    }

    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void Only_the_rows_named_are_touched_and_captures_copy_them(KernelPath path)
    {
        var h = Golden("general", "h");
        var results = Apply(path, "general", 3 * Width, (ops, x) =>
        {
            var v = ops.Vector(Golden("general", "v"));
            ops.AddVector(x, v, 1, 2, 3);
            ops.Floor(x, v, float.NegativeInfinity, 0, Rows, -1);
            ops.Capture(x, 4, 3, 0);
            Assert.Throws<ArgumentOutOfRangeException>(() => ops.Capture(x, 4, 4, 0));
            Assert.Throws<ArgumentOutOfRangeException>(() => ops.AddVector(x, v, 1, 7, 3));
            Assert.Throws<ArgumentException>(() => ops.Project(x, ops.Vector([1, 2]), 0, 1, 0));
        }, out var y);
        for (var r = 0; r < Rows; r++)
            if (r is < 2 or > 4) Assert.Equal(h[(r * Width)..((r + 1) * Width)], y[(r * Width)..((r + 1) * Width)]);
            else Assert.NotEqual(h[r * Width], y[r * Width]);
        Assert.Equal(y[(4 * Width)..(7 * Width)], results);
    }

    public void Dispose() => data.Dispose();

    private float[] Apply(KernelPath path, string set, int results, Action<CpuOps, IBuffer> action, out float[] y)
    {
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        var x = ops.Buffer(Width);
        ops.Begin(KernelData.Rows(Rows), results);
        data.Fill(ops, x, Golden(set, "h"));
        action(ops, x);
        ops.End();
        y = KernelData.Read(ops, x, Rows);
        return ops.Results.ToArray();
    }

    private static void Near(string set, string name, float[] actual)
    {
        float[] expected = Golden(set, name), h = Golden(set, "h");
        for (var i = 0; i < expected.Length; i++) Near(set, expected[i], actual[i], h, i / Width);
    }

    private static void Near(string set, float expected, float actual, float[] h, int row)
    {
        if (set == "exact") Assert.Equal(expected, actual);
        else
        {
            var norm = Math.Sqrt(h.AsSpan(row * Width, Width).ToArray().Sum(x => (double)x * x));
            Assert.InRange(Math.Abs((double)expected - actual), 0, 2e-6 * (row == HugeRow ? norm : 1));
        }
    }

    private static float Number(string set, string name) => Json.GetProperty(set).GetProperty(name).GetSingle();

    private static float[] Unit(string set, string name)
    {
        var v = Golden(set, name);
        var norm = Math.Sqrt(v.Sum(x => (double)x * x));
        return [.. v.Select(x => (float)(x / norm))];
    }

    private static float[] Golden(string set, string name)
    {
        var header = BitConverter.ToInt32(File);
        var offsets = JsonDocument.Parse(File.AsMemory(8, header)).RootElement.GetProperty($"{set}.{name}").GetProperty("data_offsets");
        int from = offsets[0].GetInt32(), to = offsets[1].GetInt32();
        return MemoryMarshal.Cast<byte, float>(File.AsSpan(8 + header + from, to - from)).ToArray();
    }
}
