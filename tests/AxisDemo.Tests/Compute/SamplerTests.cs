using AxisDemo.Compute;
using AxisDemo.Serving;

namespace AxisDemo.Tests.Compute;

public class SamplerTests
{
    private static readonly float[] Logits = [1, 2, 3, 0, -1, 2.5f, -30, 0.5f];

    [Fact]
    public void Frequencies_over_many_seeds_are_the_softmax()
    {
        var sampler = new Sampler(Logits.Length);
        var counts = new int[Logits.Length];
        const int Draws = 40_000;
        for (ulong seed = 0; seed < Draws; seed++)
            counts[Choose(sampler, Logits, new Sampling { Temperature = 1.5f, TopP = 1, Seed = seed }, 3, [])]++;
        var weights = Array.ConvertAll(Logits, l => Math.Exp(l / 1.5));
        for (var i = 0; i < counts.Length; i++)
        {
            var p = weights[i] / weights.Sum();
            // Five standard deviations of a binomial count.
            Assert.InRange(counts[i], Draws * p - 5 * Math.Sqrt(Draws * p) - 1, Draws * p + 5 * Math.Sqrt(Draws * p) + 1);
        }
    }

    [Fact]
    public void Top_p_and_top_k_keep_the_smallest_sets()
    {
        var sampler = new Sampler(Logits.Length);
        // Sorted: 2, 5, 1, 0, ... with p 0.43, 0.26, 0.16, 0.06 (temperature 1): 0.6 needs two tokens.
        var seen = Enumerable.Range(0, 500).Select(s => Choose(sampler, Logits, new Sampling { Temperature = 1, TopP = 0.6f, Seed = (ulong)s }, 0, [])).Distinct().Order();
        Assert.Equal([2, 5], seen);
        seen = Enumerable.Range(0, 500).Select(s => Choose(sampler, Logits, new Sampling { Temperature = 1, TopP = 1, TopK = 3, Seed = (ulong)s }, 0, [])).Distinct().Order();
        Assert.Equal([1, 2, 5], seen);
    }

    [Fact]
    public void Greedy_takes_the_best_and_the_penalty_moves_it_away()
    {
        var sampler = new Sampler(Logits.Length);
        Assert.Equal(2, Choose(sampler, Logits, Sampling.Greedy, 0, [2]));
        Assert.Equal(5, Choose(sampler, Logits, Sampling.Greedy with { RepetitionPenalty = 1.5f }, 0, [2, 2]));
    }

    [Theory]
    [InlineData(1e-45f)]
    [InlineData(1e-40f)]
    [InlineData(2.9e-39f)]
    [InlineData(1e-38f)]
    [InlineData(1e-30f)]
    public void A_tiny_temperature_is_greedy_whatever_was_chosen_before(float temperature)
    {
        float[] ties = [0, 4, 1, 4, 4, -2, 3.9999998f, 0];
        foreach (var (topP, topK) in new[] { (1f, 0), (0.9f, 0), (float.Epsilon, 0), (1f, 1), (1f, 3), (0.5f, int.MaxValue) })
            for (ulong seed = 0; seed < 50; seed++)
            {
                var sampler = new Sampler(ties.Length);
                // Another request's candidates must not be left for this one.
                Choose(sampler, [.. Logits.Reverse()], new Sampling { Temperature = 1, TopP = 0.9f, Seed = seed }, 0, []);
                Assert.Equal(1, Choose(sampler, ties, new Sampling { Temperature = temperature, TopP = topP, TopK = topK, Seed = seed }, 0, []));
            }
    }

    [Fact]
    public void Logits_that_a_penalty_takes_out_of_range_choose_nothing()
    {
        var sampler = new Sampler(3);
        Assert.Equal(-1, Choose(sampler, [1e38f, 1, 2], new Sampling { RepetitionPenalty = 0.1f }, 0, [0]));
        Assert.Equal(2, Choose(sampler, [-1e38f, 1, 2], Sampling.Greedy with { RepetitionPenalty = 10 }, 0, [0]));
    }

    [Fact]
    public void Luck_is_shared_where_distributions_agree()
    {
        var sampler = new Sampler(Logits.Length);
        var shifted = Array.ConvertAll(Logits, l => l + 0.001f);
        for (ulong seed = 0; seed < 200; seed++)
        {
            var sampling = new Sampling { Temperature = 1, TopP = 1, Seed = seed };
            Assert.Equal(Choose(sampler, Logits, sampling, 4, []), Choose(sampler, shifted, sampling, 4, []));
        }

        Assert.True(Enumerable.Range(0, 50).Select(i => Choose(sampler, Logits, new Sampling { Temperature = 1, TopP = 1, Seed = 1 }, i, [])).Distinct().Count() > 2);
    }

    [Fact]
    public void Log_probability_and_divergence_are_the_formulas()
    {
        var sampler = new Sampler(Logits.Length);
        var other = Array.ConvertAll(Logits, l => l * 0.5f);
        double zp = Math.Log(Logits.Sum(l => Math.Exp(l))), zq = Math.Log(other.Sum(l => Math.Exp(l)));
        Assert.Equal(Logits[1] - zp, sampler.LogProbability(Logits, 1), 1e-5);
        Assert.Equal(Enumerable.Range(0, 8).Sum(i => Math.Exp(Logits[i] - zp) * (Logits[i] - zp - (other[i] - zq))), sampler.Divergence(Logits, other), 1e-5);
        Assert.Equal(0, sampler.Divergence(Logits, Logits), 1e-6);
    }

    private static int Choose(Sampler sampler, float[] logits, Sampling sampling, int index, int[] answer) => sampler.Choose(logits, new TokenChoice
    {
        Row = 0,
        Temperature = sampling.Temperature,
        TopP = sampling.TopP,
        TopK = sampling.TopK,
        RepetitionPenalty = sampling.RepetitionPenalty,
        Seed = sampling.Seed,
        Index = index,
        Answer = answer,
    });
}
