using System.Numerics.Tensors;
using System.Text.Json;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Model;

/// <summary>
/// The embedded model, plain, capped and read, against transformers in float32 over the same dequantised weights (tests/fixtures/smollm2).
/// Scalar path: an honest float32 engine agrees to about 1e-4 on logits; 2e-3 and, per row, 1e-3 of the row's norm are asked for.
/// Vector path: activations are rounded to 8 bits, so distributions are compared.
/// </summary>
public class SmolLm2GoldenTests
{
    private const double LogitTolerance = 2e-3;
    private const double RowFraction = 1e-3;

    public static TheoryData<int> Cases => [0, 1, 2, 3, 4, 5, 6, 7];

    // One test a case, so that the capped run serves its own golden values and the divergence from the reader.
    [Theory, MemberData(nameof(Cases))]
    public void The_scalar_path_is_the_golden_model_plain_capped_and_reading_along(int k)
    {
        using var golden = SmolLm2Golden.Open();
        using var model = TestModel.Open(Repository.Model);
        Check(golden, model.Transformer, k, "plain");
        var capped = Check(golden, model.Transformer, k, "capped");

        using var read = new Golden(Repository.Fixture("smollm2", "smollm2.json"), Repository.Fixture("smollm2", "read.safetensors"));
        var (prompt, greedy) = SmolLm2Golden.Tokens(golden, k, "capped");
        var reader = Inspector.Run(model.Transformer, [.. prompt, .. greedy], Posts(30), watches: SmolLm2Golden.Axis(golden), logitsFrom: prompt.Length - 1);
        CheckProjections(read.Floats($"{k}.read.proj"), reader.Pre, reader, $"case {k} read");
        var (kl, logp) = (new float[greedy.Length], new float[greedy.Length]);
        var choices = read.Ints($"{k}.read.plain_choice");
        for (var t = 0; t < greedy.Length; t++)
        {
            var (p, q) = (capped[t], Row(reader, t));
            kl[t] = (float)Kl(p, q);
            logp[t] = (float)(q[greedy[t]] - LogSumExp(q));
            Assert.Equal(choices[t], TensorPrimitives.IndexOfMax<float>(q));
        }

        Golden.Close(read.Floats($"{k}.read.kl"), kl, LogitTolerance, "kl");
        Golden.Close(read.Floats($"{k}.read.logp"), logp, LogitTolerance, "logp");
    }

    [Fact]
    public void The_vector_path_keeps_the_golden_distributions()
    {
        using var golden = SmolLm2Golden.Open();
        using var model = TestModel.Open(Repository.Model, KernelPath.Vector);
        double divergence = 0, worst = 0;
        int positions = 0, same = 0;
        foreach (var k in (int[])[0, 1, 2, 3, 4, 5, 7])
        {
            var (prompt, greedy) = SmolLm2Golden.Tokens(golden, k, "plain");
            var run = Inspector.Run(model.Transformer, [.. prompt, .. greedy[..^1]], logitsFrom: prompt.Length - 1);
            var (ids, logits, sums) = (golden.Ints($"{k}.plain.top20_ids"), golden.Floats($"{k}.plain.top20_logits"), golden.Floats($"{k}.plain.logsumexp"));
            var margins = golden.Json.GetProperty("cases")[k].GetProperty("plain").GetProperty("margin");
            for (var t = 0; t < greedy.Length; t++)
            {
                var row = Row(run, t);
                double kl = 0, sum = LogSumExp(row);
                for (var j = 0; j < 20; j++)
                {
                    var p = logits[t * 20 + j] - (double)sums[t];
                    kl += Math.Exp(p) * (p - (row[ids[t * 20 + j]] - sum));
                }

                divergence += kl;
                worst = Math.Max(worst, kl);
                positions++;
                var best = TensorPrimitives.IndexOfMax<float>(row);
                if (best == greedy[t]) same++;
                else Assert.True(margins[t].GetDouble() <= 0.5, $"case {k} token {t}: margin {margins[t].GetDouble():F2}, and {best} was chosen for {greedy[t]}");
            }
        }

        TestContext.Current.SendDiagnosticMessage($"mean KL {divergence / positions:F5}, largest {worst:F4}, same best token {100.0 * same / positions:F1} % of {positions}");
        Assert.Equal(278, positions);
        Assert.True(divergence / positions <= 0.005, $"mean KL {divergence / positions:F5}");
        Assert.True(same >= 0.96 * positions, $"same best token at {same} of {positions}");
    }

    // Returns the logits that each answer token was chosen from.
    private static float[][] Check(Golden golden, Transformer model, int k, string variant)
    {
        var name = $"{k}.{variant}";
        var item = golden.Json.GetProperty("cases")[k];
        var (prompt, greedy) = SmolLm2Golden.Tokens(golden, k, variant);
        var at = Golden.Ids(item.GetProperty("logit_positions"));
        var from = Math.Min(at.Min(), prompt.Length - 1);
        Intervention[] interventions = variant == "capped" ? [SmolLm2Golden.Cap(golden)] : [];
        var run = Inspector.Run(model, [.. prompt, .. greedy], Posts(30), interventions, SmolLm2Golden.Axis(golden), logitsFrom: from);
        var (width, vocabulary, positions) = (model.Config.Width, model.Config.Vocabulary, prompt.Length + greedy.Length);

        Golden.Close(golden.Floats($"{name}.logits_last"), run.Logits.AsSpan((prompt.Length - 1 - from) * vocabulary, vocabulary), LogitTolerance, "logits_last");
        var expectedAt = golden.Floats($"{name}.logits_at");
        for (var i = 0; i < at.Length; i++)
            Golden.Close(expectedAt.AsSpan(i * 2048, 2048), run.Logits.AsSpan((at[i] - from) * vocabulary, 2048), LogitTolerance, $"{name} logits at {at[i]}");
        Golden.CloseByRow(golden.Floats($"{name}.resid_post_last"), Stack(run, l => Row(run, l, prompt.Length - 1)), width, RowFraction, "resid_post_last");
        Golden.CloseByRow(golden.Floats($"{name}.resid_post_first"), Stack(run, l => Row(run, l, 0)), width, RowFraction, "resid_post_first");
        Golden.CloseByRow(golden.Floats($"{name}.response_mean"), Stack(run, l => Mean(run, l, prompt.Length, greedy.Length)), width, RowFraction, "response_mean");
        CheckProjections(golden.Floats($"{name}.proj_pre"), run.Pre, run, $"{name} pre");
        CheckProjections(golden.Floats($"{name}.proj_post"), run.Post, run, $"{name} post");

        var touched = item.GetProperty(variant).GetProperty("touched");
        foreach (var (layer, tokens) in run.Touched)
            Assert.Equal(touched[layer].GetInt32(), tokens.Count(t => t));

        var (ids, logits, sums) = (golden.Ints($"{name}.top20_ids"), golden.Floats($"{name}.top20_logits"), golden.Floats($"{name}.logsumexp"));
        var chosen = new float[greedy.Length][];
        for (var t = 0; t < greedy.Length; t++)
        {
            var row = chosen[t] = run.Logits.AsSpan((prompt.Length - 1 + t - from) * vocabulary, vocabulary).ToArray();
            Assert.Equal(greedy[t], TensorPrimitives.IndexOfMax<float>(row));
            Assert.Equal(sums[t], LogSumExp(row), LogitTolerance);
            for (var j = 0; j < 20; j++) Assert.Equal(logits[t * 20 + j], row[ids[t * 20 + j]], LogitTolerance);
        }

        Assert.Equal(positions, run.Pre[0].Length);
        return chosen;

        float[] Row(Inspection r, int layer, int position) => r.Hooks[$"blocks.{layer}.hook_resid_post"].AsSpan(position * width, width).ToArray();
        float[] Stack(Inspection r, Func<int, float[]> rows) => [.. Enumerable.Range(0, 30).SelectMany(rows)];
        float[] Mean(Inspection r, int layer, int first, int count)
        {
            var sum = new double[width];
            for (var p = first; p < first + count; p++)
                for (var c = 0; c < width; c++) sum[c] += r.Hooks[$"blocks.{layer}.hook_resid_post"][p * width + c];
            return Array.ConvertAll(sum, s => (float)(s / count));
        }
    }

    // |difference of projections| <= |difference of rows|, so the rows' bound carries over.
    private static void CheckProjections(float[] expected, float[][] actual, Inspection run, string what)
    {
        var positions = actual[0].Length;
        for (var l = 0; l < actual.Length; l++)
            for (var p = 0; p < positions; p++)
            {
                var norm = TensorPrimitives.Norm<float>(run.Hooks[$"blocks.{l}.hook_resid_post"].AsSpan(p * 576, 576));
                Assert.True(Math.Abs(expected[l * positions + p] - actual[l][p]) <= RowFraction * norm, $"{what} block {l} position {p}: {actual[l][p]} for {expected[l * positions + p]}");
            }
    }

    private static HookPoint[] Posts(int layers) => [.. Enumerable.Range(0, layers).Select(l => new HookPoint(Site.ResidPost, l))];

    private static float[] Row(Inspection run, int index) => run.Logits.AsSpan(index * 49152, 49152).ToArray();

    private static double LogSumExp(float[] row)
    {
        double max = TensorPrimitives.Max<float>(row), sum = 0;
        foreach (var x in row) sum += Math.Exp(x - max);
        return max + Math.Log(sum);
    }

    private static double Kl(float[] p, float[] q)
    {
        double zp = LogSumExp(p), zq = LogSumExp(q), kl = 0;
        for (var i = 0; i < p.Length; i++) kl += Math.Exp(p[i] - zp) * (p[i] - zp - (q[i] - zq));
        return kl;
    }
}
