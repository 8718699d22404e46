using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

public class CpuOpsAttentionTests
{
    public static TheoryData<KernelPath, int, int, int, int, float> Shapes()
    {
        var data = new TheoryData<KernelPath, int, int, int, int, float>();
        foreach (var path in Enum.GetValues<KernelPath>())
        {
            data.Add(path, 9, 3, 64, 0, 0);
            data.Add(path, 4, 4, 8, 0, 0);
            data.Add(path, 10, 1, 20, 0, 3);
            data.Add(path, 2, 2, 7, 5, 0);
            data.Add(path, 6, 2, 32, 17, 2);
            data.Add(path, 8, 2, 256, 1, 0);
            data.Add(path, 12, 2, 48, 70, 0);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Attention_is_the_softmax_of_scaled_scores_times_the_values(KernelPath path, int heads, int kvHeads, int headDim, int window, float softCap)
    {
        using var data = new KernelData(1);
        const int Tokens = 150;
        float[] q = data.Floats(Tokens * heads * headDim, 2), k = data.Floats(Tokens * kvHeads * headDim, 2), v = data.Floats(Tokens * kvHeads * headDim);
        var settings = new AttentionSettings(heads, kvHeads, headDim, 0.3f, window, softCap);
        var pattern = new AttentionRows();
        for (var r = 0; r < Tokens; r++) pattern.Add(r, Tokens, new float[heads * Tokens], 0);
        var z = Run(data, path, 2, settings, q, k, v, [Tokens], 64, pattern);
        for (var r = 0; r < Tokens; r++)
            for (var h = 0; h < heads; h++)
            {
                var first = window > 0 ? Math.Max(0, r + 1 - window) : 0;
                var kv = h / (heads / kvHeads);
                var scores = new double[r + 1];
                for (var p = first; p <= r; p++)
                {
                    for (var c = 0; c < headDim; c++) scores[p] += (double)q[(r * heads + h) * headDim + c] * k[(p * kvHeads + kv) * headDim + c];
                    scores[p] *= settings.Scale;
                    if (softCap > 0) scores[p] = softCap * Math.Tanh(scores[p] / softCap);
                }

                var max = scores[first..].Max();
                var sum = scores[first..].Sum(s => Math.Exp(s - max));
                // A score is off by 2 n u sum|ab|, which exp makes a relative error of the weights; values are below 1.
                var bound = 4 * (2.0 * headDim * 4 * headDim * settings.Scale + Tokens) / (1 << 24);
                for (var p = 0; p < Tokens; p++)
                    Assert.InRange(Math.Abs(pattern.Row(h, r)[p] - (p < first || p > r ? 0 : Math.Exp(scores[p] - max) / sum)), 0, p < first || p > r ? 0 : bound);
                for (var c = 0; c < headDim; c++)
                {
                    var exact = 0.0;
                    for (var p = first; p <= r; p++) exact += Math.Exp(scores[p] - max) / sum * v[(p * kvHeads + kv) * headDim + c];
                    Assert.InRange(Math.Abs(z[(r * heads + h) * headDim + c] - exact), 0, bound);
                }
            }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Neither_the_cutting_into_steps_nor_the_threads_change_a_bit(KernelPath path, int heads, int kvHeads, int headDim, int window, float softCap)
    {
        using var data = new KernelData(2);
        const int Tokens = 137;
        float[] q = data.Floats(Tokens * heads * headDim), k = data.Floats(Tokens * kvHeads * headDim), v = data.Floats(Tokens * kvHeads * headDim);
        var settings = new AttentionSettings(heads, kvHeads, headDim, 0.3f, window, softCap);
        var expected = Run(data, path, 1, settings, q, k, v, [Tokens], 64);
        foreach (var threads in new[] { 2, 3 }) Assert.Equal(expected, Run(data, path, threads, settings, q, k, v, [Tokens], 64));
        Assert.Equal(expected, Run(data, path, 2, settings, q, k, v, [5, 1, 20, 1, 110], 64));
        Assert.Equal(expected, Run(data, path, 2, settings, q, k, v, [.. Enumerable.Repeat(1, Tokens)], 64));
    }

    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void Sequences_of_a_step_do_not_see_each_other_and_copied_pages_carry_on(KernelPath path)
    {
        using var data = new KernelData(3);
        const int Heads = 3, HeadDim = 16, Width = Heads * HeadDim, Page = 8;
        var settings = new AttentionSettings(Heads, Heads, HeadDim, 0.25f, 0, 0);
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        IBuffer q = ops.Buffer(Width), k = ops.Buffer(Width), v = ops.Buffer(Width), z = ops.Buffer(Width);
        var store = ops.KeyValues(2, Heads, HeadDim, Page);
        store.EnsurePages(5);
        var prompt = KernelData.Rows(11, 0, 0, 1);
        float[] q1 = data.Floats(12 * Width), k1 = data.Floats(12 * Width), v1 = data.Floats(12 * Width);
        Step(prompt, 11);

        // Two sequences over the same eleven positions: one goes on in page 1, the other in a copy of it; their twelfth tokens are equal.
        store.Copy(1, 4, 3);
        var both = new StepRows();
        both.Add([11], 11, [0, 1]);
        both.Add([11], 11, [0, 4]);
        Step(both, 2);
        Assert.Equal(ops.Read(z, 0).ToArray(), ops.Read(z, 1).ToArray());
        var first = ops.Read(z, 0).ToArray();

        var alone = KernelData.Rows(12, 0, 2, 3);
        Step(alone, 12);
        Assert.Equal(first, ops.Read(z, 11).ToArray());

        void Step(StepRows rows, int count)
        {
            ops.Begin(rows, 0);
            data.Fill(ops, q, q1);
            data.Fill(ops, k, k1);
            data.Fill(ops, v, v1);
            ops.Attend(q, k, v, store, 1, settings, z);
            ops.End();
            Assert.Equal(count, rows.Count);
        }
    }

    [Fact]
    public void A_page_table_that_is_too_short_or_names_no_page_is_refused()
    {
        using var data = new KernelData(4);
        using var ops = new CpuOps(new CpuOptions { Threads = 1 });
        var b = ops.Buffer(8);
        var z = ops.Buffer(8);
        var store = ops.KeyValues(1, 1, 8, 4);
        store.EnsurePages(1);
        foreach (var rows in new[] { KernelData.Rows(5, 0, 0), KernelData.Rows(2, 0, 1), KernelData.Rows(2, 0, -1) })
        {
            ops.Begin(rows, 0);
            data.Fill(ops, b, data.Floats(5 * 8));
            Assert.Throws<ArgumentException>(() => ops.Attend(b, b, b, store, 0, new AttentionSettings(1, 1, 8, 1, 0, 0), z));
        }
    }

    private static float[] Run(KernelData data, KernelPath path, int threads, AttentionSettings settings, float[] q, float[] k, float[] v, int[] steps, int page, AttentionRows? pattern = null)
    {
        using var ops = new CpuOps(new CpuOptions { Threads = threads, Kernels = path });
        int width = settings.Heads * settings.HeadDim, kvWidth = settings.KvHeads * settings.HeadDim, start = 0;
        IBuffer bq = ops.Buffer(width), bk = ops.Buffer(kvWidth), bv = ops.Buffer(kvWidth), z = ops.Buffer(width);
        using var store = ops.KeyValues(3, settings.KvHeads, settings.HeadDim, page);
        store.EnsurePages(8);
        var result = new List<float>();
        foreach (var count in steps)
        {
            // The tokens' ids are their positions, so that embedding a table of all rows fills each step with its own.
            var rows = new StepRows();
            rows.Add(Enumerable.Range(start, count).ToArray(), start, [3, 1, 7, 0]);
            ops.Begin(rows, 0);
            data.Fill(ops, bq, q);
            data.Fill(ops, bk, k);
            data.Fill(ops, bv, v);
            ops.Attend(bq, bk, bv, store, 2, settings, z, pattern);
            ops.End();
            result.AddRange(KernelData.Read(ops, z, count));
            start += count;
        }

        return [.. result];
    }
}
