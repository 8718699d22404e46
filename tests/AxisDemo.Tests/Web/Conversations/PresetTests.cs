using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Web.Charts;
using AxisDemo.Web.Conversations;
using AxisDemo.Web.Hosting;

namespace AxisDemo.Tests.Web.Conversations;

/// <summary>
/// What the presets promise, on the embedded model with the axis and the cap that are shipped: five seeds each, as the page plays them. That is 21,000 tokens,
/// so what they gave is on record; one is played each time, and all are where the record no longer holds.
/// </summary>
public sealed class PresetTests(PresetFixture fixture) : IClassFixture<PresetFixture>
{
    private const int Seeds = 5;
    private const int Tokens = 48;
    private const string AlwaysPlayed = "A visitor from afar";

    public static TheoryData<string> Drifting => [.. Preset.All.Where(p => p.Drifts).Select(p => p.Name)];

    public static TheoryData<string> Steady => [.. Preset.All.Where(p => !p.Drifts).Select(p => p.Name)];

    [Theory, MemberData(nameof(Drifting))]
    public async Task The_columns_part_by_more_than_the_seeds_do_in_four_of_five(string name)
    {
        var runs = await Play(name);
        var spread = Spread([.. runs.Select(r => r.Standard.Average())]);
        var parted = runs.Count(r => r.Read.Average() - r.Standard.Average() > spread);
        Assert.True(parted >= 4, $"{name}: {parted} of {Seeds} seeds; spread {spread:F1}\n{Table(runs)}");
    }

    [Theory, MemberData(nameof(Steady))]
    public async Task Ordinary_help_neither_sinks_nor_parts(string name)
    {
        var runs = await Play(name);
        // The middle of all rollouts, roles included: ordinary help lies above it in every turn. The columns differ by what their
        // answers happen to be about; the drifting presets part by 13 and more.
        var middle = fixture.Ready.Axis!.Shown(50);
        Assert.All(runs, r => Assert.True(r.Standard.Min() > middle, Table(runs)));
        Assert.InRange(runs.Average(r => r.Read.Average() - r.Standard.Average()), -8, 8);
    }

    private async Task<PresetRun[]> Play(string name)
    {
        var recorded = PresetRecord.Find(name);
        if (recorded is not null && name != AlwaysPlayed) return recorded;
        var runs = await PlayNow(name);
        if (recorded is not null) Assert.Equal(recorded.SelectMany(r => r.Standard.Concat(r.Read)), runs.SelectMany(r => r.Standard.Concat(r.Read)));
        PresetRecord.Keep(name, runs);
        return runs;
    }

    private async Task<PresetRun[]> PlayNow(string name)
    {
        var preset = Preset.All.Single(p => p.Name == name);
        var runs = await Task.WhenAll(Enumerable.Range(1, Seeds).Select(async seed =>
        {
            using var session = new ChatSession(fixture, new AxisDemo.Web.Hosting.LimitOptions { MessageCharacters = 10_000 });
            session.Settings = session.Settings with { Seed = (ulong)seed, MaxTokens = Tokens };
            await session.PlayAsync(preset);
            Assert.Null(session.Problem);
            double[] Means(Column column) => [.. Enumerable.Range(0, session.Turns.Count).Select(t => (double)session.Trajectory.Mean(t, column)!.Value)];
            return new PresetRun(Means(Column.A), Means(Column.B));
        }));
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}\n{Table(runs)}");
        return runs;
    }

    private static double Spread(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }

    private static string Table(PresetRun[] runs) => string.Join('\n', runs.Select((r, i) =>
        $"seed {i + 1}: standard {string.Join(' ', r.Standard.Select(v => v.ToString("F0")))} | capped, read {string.Join(' ', r.Read.Select(v => v.ToString("F0")))}"));
}

public sealed class PresetFixture : IModelSource, IDisposable
{
    private readonly Engine engine = new(LoadedModel.Load(Repository.Model, new CpuOps(new CpuOptions())), new EngineOptions());

    public PresetFixture() => Ready = new ReadyModel(engine, AxisFiles.Open(AxisFiles.Beside(Repository.Model), engine.Model), null);

    public ReadyModel Ready { get; }

    public ModelState State => new(Ready, null, null);

    public event Action? Changed { add { } remove { } }

    public void Dispose() => engine.Dispose();
}
