using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Conformance;

/// <summary>Choosing tokens, against the sampler over the same logits: the same tokens, and figures within rounding.</summary>
public abstract class ChoiceConformanceTests
{
    private const int Vocabulary = 1000;
    // Some models pad their head; those ids must never be chosen.
    private const int Padded = 1024;
    private const int Rows = 6;

    protected abstract EngineUnderTest Engine { get; }

    [Theory]
    [InlineData(0f, 1f, 0, 1f)]
    [InlineData(1f, 1f, 0, 1f)]
    [InlineData(0.7f, 0.9f, 0, 1f)]
    [InlineData(1.3f, 0.5f, 0, 1f)]
    [InlineData(1f, 1f, 40, 1f)]
    [InlineData(0.8f, 0.95f, 5, 1f)]
    [InlineData(0f, 1f, 0, 1.3f)]
    [InlineData(0.7f, 0.9f, 0, 1.5f)]
    // The reciprocal of the first two is infinite.
    [InlineData(1e-45f, 0.9f, 0, 1f)]
    [InlineData(1e-40f, 1f, 5, 1f)]
    [InlineData(1e-38f, 0.9f, 0, 1f)]
    [InlineData(100f, float.Epsilon, 0, 1f)]
    [InlineData(1f, 0.99999994f, int.MaxValue, 10f)]
    public void Tokens_are_the_samplers(float temperature, float topP, int topK, float penalty)
    {
        using var run = new LogitsRun(Engine.Open(), Rows, Vocabulary, Padded);
        var sampler = new Sampler(Vocabulary);
        for (var step = 0; step < 40; step++)
        {
            var choices = Enumerable.Range(0, Rows).Select(r => new TokenChoice
            {
                Row = r, Temperature = temperature, TopP = topP, TopK = topK, RepetitionPenalty = penalty, Seed = (ulong)(step * 31 + r) << 40 | 7, Index = step,
                // The likeliest tokens among them, one of them twice.
                Answer = [.. Enumerable.Range(0, step).Select(i => i * 37 % Vocabulary), .. run.Best(r), run.Best(r)[0]],
            }).ToArray();
            var chosen = run.Choose(choices);
            Assert.Equal(choices.Select(c => sampler.Choose(run.Logits(c.Row), c)), chosen.Select(c => c.Id));
        }
    }

    [Fact]
    public void One_batch_takes_each_row_its_own_way()
    {
        using var run = new LogitsRun(Engine.Open(), Rows, Vocabulary, Padded);
        TokenChoice[] choices =
        [
            new() { Row = 3, Temperature = 0 },
            new() { Row = 0, Temperature = 1, Seed = ulong.MaxValue, Index = 12 },
            new() { Row = 1, Temperature = 0.7f, TopP = 0.9f, Seed = 3, LogProbs = true },
            new() { Row = 2, Temperature = 1, TopK = 2, PlainRow = 4, Seed = 4, LogProbs = true },
            new() { Row = 5, Forced = 77, PlainRow = 0, LogProbs = true },
            new() { Row = 4, Temperature = 0, RepetitionPenalty = 2, Answer = run.Best(4) },
            new() { Row = 4, Temperature = 0.5f, PlainRow = 4 },
        ];
        var sampler = new Sampler(Vocabulary);
        var chosen = run.Choose(choices);
        for (var i = 0; i < choices.Length; i++)
        {
            var c = choices[i];
            var logits = run.Logits(c.Row);
            var id = c.Forced >= 0 ? c.Forced : sampler.Choose(logits, c);
            Assert.Equal(id, chosen[i].Id);
            // Sums of a thousand exponentials in float32, in another order: sqrt(n) u and a logarithm's own rounding.
            Assert.Equal(c.LogProbs ? sampler.LogProbability(logits, id) : 0, chosen[i].LogProb, 2e-5);
            Assert.Equal(c.PlainRow >= 0 ? sampler.Divergence(logits, run.Logits(c.PlainRow)) : 0, chosen[i].Kl, 2e-5);
            Assert.Equal(c.PlainRow >= 0 ? run.Best(c.PlainRow)[0] : 0, chosen[i].PlainId);
            Assert.Equal(c.PlainRow >= 0 && c.LogProbs ? sampler.LogProbability(run.Logits(c.PlainRow), id) : 0, chosen[i].PlainLogProb, 2e-5);
        }
    }

    [Fact]
    public void A_row_that_is_not_finite_chooses_nothing_and_the_others_do_not_notice()
    {
        using var run = new LogitsRun(Engine.Open(), Rows, Vocabulary, Padded, (1, 40, float.NaN), (2, 999, float.PositiveInfinity), (3, 0, float.NegativeInfinity));
        TokenChoice[] whole = [new() { Row = 0, Temperature = 1, Seed = 9 }, new() { Row = 5, Temperature = 0, PlainRow = 4, LogProbs = true }];
        TokenChoice[] broken =
        [
            new() { Row = 1, Temperature = 0 }, new() { Row = 1, Temperature = 1, TopP = 0.9f }, new() { Row = 2, Temperature = 0.7f, TopK = 3 }, new() { Row = 3, Temperature = 1 },
            new() { Row = 3, Forced = 0, LogProbs = true }, new() { Row = 0, Temperature = 1, PlainRow = 1 }, new() { Row = 0, Forced = 7, PlainRow = 2, LogProbs = true },
        ];
        var alone = run.Choose(whole);
        var together = run.Choose([whole[0], .. broken, whole[1]]);
        Assert.Equal((alone[0], alone[1]), (together[0], together[^1]));
        Assert.All(together[1..^1], c => Assert.Equal(ChosenToken.Nothing, c));
    }

    [Fact]
    public void A_row_that_is_not_there_is_refused()
    {
        using var run = new LogitsRun(Engine.Open(), Rows, Vocabulary, Padded);
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Choose([new() { Row = Rows }]));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Choose([new() { Row = 0, PlainRow = Rows }]));
    }

    /// <summary>Rows of random logits in a buffer of the engine: rows of a table, brought there as an embedding.</summary>
    private sealed unsafe class LogitsRun : IDisposable
    {
        private readonly ITensorOps ops;
        private readonly int vocabulary;
        private readonly void* memory;
        private readonly IWeight table;
        private readonly IBuffer logits;
        private readonly float[][] rows;

        public LogitsRun(ITensorOps ops, int count, int vocabulary, int width, params (int Row, int Id, float Value)[] odd)
        {
            (this.ops, this.vocabulary) = (ops, vocabulary);
            memory = NativeMemory.Alloc((nuint)(count * width * sizeof(float)));
            var random = new Random(11);
            for (var i = 0; i < count * width; i++)
                // The padding would win if anyone looked at it.
                ((float*)memory)[i] = i % width >= vocabulary ? 90 : (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 8);
            foreach (var (row, id, value) in odd) ((float*)memory)[row * width + id] = value;
            table = ops.Matrix(new TensorView("logits", TensorType.F32, [count, width], (nint)memory, (long)count * width * sizeof(float), "memory"));
            logits = ops.Buffer(width);
            Fill();
            ops.End();
            rows = [.. Enumerable.Range(0, count).Select(r => ops.Read(logits, r)[..vocabulary].ToArray())];
        }

        public ReadOnlySpan<float> Logits(int row) => rows[row];

        /// <summary>The eight likeliest tokens of a row, the best first.</summary>
        public int[] Best(int row) => [.. Enumerable.Range(0, vocabulary).OrderByDescending(i => rows[row][i]).Take(8)];

        public ChosenToken[] Choose(TokenChoice[] choices)
        {
            Fill();
            ops.Choose(logits, vocabulary, choices);
            ops.End();
            return ops.Chosen.ToArray();
        }

        private void Fill()
        {
            var step = new StepRows();
            step.Add([.. Enumerable.Range(0, table.Outputs)], 0, []);
            ops.Begin(step, 0);
            ops.Embed(table, 1, logits);
        }

        public void Dispose()
        {
            ops.Dispose();
            NativeMemory.Free(memory);
        }
    }
}
