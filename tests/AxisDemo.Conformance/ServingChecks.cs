using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>What tests of the serving engine over the embedded model share.</summary>
public abstract class ServingChecks
{
    private static readonly EngineOptions Options = new() { KvBudgetBytes = 256L << 20 };

    protected abstract EngineUnderTest Engine { get; }

    /// <summary>An engine over the embedded model.</summary>
    protected Engine Open(int maxRows = 512, long? kvBytes = null) =>
        new(LoadedModel.Load(Repository.Model, Engine.Open()), Options with { MaxRows = maxRows, KvBudgetBytes = kvBytes ?? Options.KvBudgetBytes });

    /// <summary>Compares what two runs told of a token.</summary>
    protected void Same(TokenEvent expected, TokenEvent actual)
    {
        if (Engine.Rearranged == 0)
        {
            Assert.Equal(expected.ToJson(), actual.ToJson());
            return;
        }

        // Projections of this model reach some hundreds, so what a rearranged sum may differ by is taken of that.
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.PlainChoiceId, actual.PlainChoiceId);
        Assert.Equal(expected.LogProb ?? 0, actual.LogProb ?? 0, Engine.Rearranged * 10);
        Assert.Equal(expected.Kl ?? 0, actual.Kl ?? 0, Engine.Rearranged * 10);
        foreach (var (e, a) in expected.Projections.Zip(actual.Projections, (e, a) => (e, a)))
        {
            Assert.Equal(e.Pre, a.Pre, Engine.Rearranged * 500);
            Assert.Equal(e.Post, a.Post, Engine.Rearranged * 500);
            Assert.Equal(e.Read ?? 0, a.Read ?? 0, Engine.Rearranged * 500);
        }
    }

    internal static async Task<GenerationEvent[]> Collect(Engine engine, GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var e in engine.StreamAsync(request)) events.Add(e);
        return [.. events];
    }

    internal static GenerationRequest Request(Golden golden, int k, int tokens) => new() { Prompt = SmolLm2Golden.Tokens(golden, k, "plain").Prompt, MaxTokens = tokens, StopAtEndOfTurn = false };

    internal static Watch Watch(Golden golden) => SmolLm2Golden.Axis(golden)[21];

    internal static Intervention Cap(Golden golden) => SmolLm2Golden.Cap(golden);

    internal static Golden Golden() => SmolLm2Golden.Open();
}
