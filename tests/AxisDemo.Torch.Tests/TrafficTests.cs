using AxisDemo.Model;
using AxisDemo.Serving;
using AxisDemo.Tests;
using AxisDemo.Tests.Conformance;

namespace AxisDemo.Torch.Tests;

/// <summary>What a step moves: one wait for the device, each weight once, little else.</summary>
public sealed class TrafficTests
{
    private const int Watched = 3;

    [Fact]
    public async Task A_step_waits_for_the_device_once_whatever_is_watched()
    {
        using var golden = ServingChecks.Golden();
        var ops = new TorchOps();
        using var engine = new Engine(LoadedModel.Load(Repository.Model, ops), new EngineOptions { KvBudgetBytes = 128L << 20 });
        var request = ServingChecks.Request(golden, 0, 12) with
        {
            Sampling = new() { Seed = 9, RepetitionPenalty = 1.1f },
            Interventions = [ServingChecks.Cap(golden)],
            Watch = [.. Enumerable.Repeat(ServingChecks.Watch(golden), Watched)],
            Read = true,
            LogProbs = true,
        };
        var plain = ServingChecks.Request(golden, 0, 12);
        var prompt = ServingChecks.Request(golden, 1, 4) with { WatchPrompt = true, Watch = [ServingChecks.Watch(golden)] };
        await Task.WhenAll(new[] { request, plain, prompt }.Select(r => ServingChecks.Collect(engine, r)));
        Assert.True(ops.Traffic.Steps >= 12);
        Assert.Equal(ops.Traffic.Steps, ops.Traffic.Synchronizations);
        Report($"standard, capped and read along, and a watched prompt: {ops.Traffic.Steps} steps, {ops.Traffic.Synchronizations} waits, {(double)ops.Traffic.Downloaded / ops.Traffic.Steps:F0} bytes back a step");
    }

    [Fact]
    public void Keys_and_values_of_sequences_of_several_lengths_are_padded_by_less_than_themselves()
    {
        var ops = new TorchOps();
        using var model = LoadedModel.Load(Repository.Model, ops);
        using var batch = new Batch(model.Transformer, 4, 400);
        int[] lengths = [20, 130, 190, 390];
        batch.Step([.. lengths.Select(l => Enumerable.Range(1, l).ToArray())]);
        var before = ops.Traffic.KeyValueBytes;
        batch.Step([[8], [8], [8], [8]]);
        var gathered = ops.Traffic.KeyValueBytes - before;
        var least = lengths.Sum(l => l + 1L) * 2 * 30 * 3 * 64 * sizeof(float);
        Assert.InRange(gathered, least, 2 * least);
        Report($"one row each of sequences of {string.Join(", ", lengths)} positions: {gathered} bytes of keys and values gathered, {(double)gathered / least:F2} times the least");
    }

    [Fact]
    public void A_step_reads_every_weight_once_and_brings_back_what_was_asked_for()
    {
        var ops = new TorchOps();
        using var model = LoadedModel.Load(Repository.Model, ops);
        using var batch = new Batch(model.Transformer, 3, 64);
        int[] prompt = [1, 2, 3, 4, 5, 6, 7];
        batch.Step([prompt, prompt, prompt]);
        var before = (ops.Traffic.WeightBytes, ops.Traffic.KeyValueBytes, ops.Traffic.Downloaded);
        batch.Step([[8], [8], [8]]);
        // 30 blocks of q, k, v, o and the MLP, and the head, which is the embedding: float32.
        const long Weights = (30L * (576 * 576 * 2 + 576 * 192 * 2 + 576 * 1536 * 3) + 49152L * 576) * sizeof(float);
        Assert.Equal(Weights, ops.Traffic.WeightBytes - before.WeightBytes);
        // One page of 16 positions a sequence, 8 of them in use: keys and values of 30 blocks, 3 heads of 64.
        Assert.Equal(2L * 30 * 3 * 64 * sizeof(float) * 3 * 16, ops.Traffic.KeyValueBytes - before.KeyValueBytes);
        // The step's own result is one number; the logits of three rows were read afterwards, in one copy.
        Assert.Equal((1 + 3L * 49152) * sizeof(float), ops.Traffic.Downloaded - before.Downloaded);
        Report($"three rows of one step: {ops.Traffic.WeightBytes - before.WeightBytes} bytes of weights, 1.00 times the least");
    }

    private static void Report(FormattableString line) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(line));
}
