using AxisDemo.Formats;
using AxisDemo.Compute;

namespace AxisDemo.Tests.Compute;

public class CpuOpsStepTests
{
    [Theory]
    [InlineData(KernelPath.Vector)]
    [InlineData(KernelPath.Scalar)]
    public void A_step_allocates_nothing_once_the_buffers_have_their_size(KernelPath path)
    {
        using var data = new KernelData(1);
        using var ops = new CpuOps(new CpuOptions { Threads = 2, Kernels = path });
        const int Width = 64, Rows = 3;
        IWeight table = ops.Matrix(data.Matrix(TensorType.Q8_0, 300, Width)), square = ops.Matrix(data.Matrix(TensorType.Q4_1, Width, Width));
        var gain = ops.Vector(data.Floats(Width));
        IBuffer x = ops.Buffer(Width), y = ops.Buffer(Width), q = ops.Buffer(Width), k = ops.Buffer(Width), v = ops.Buffer(Width), logits = ops.Buffer(300);
        var store = ops.KeyValues(1, 4, 16, 64);
        store.EnsurePages(4);
        var frequencies = new RopeFrequencies([1, 0.5f, 0.25f]);
        var rows = new StepRows();
        int[] tokens = [5, 6, 7], pages = [0, 1, 2, 3], last = [Rows - 1];
        Step(180);
        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var start = 0; start < 150; start += Rows) Step(start);
        }));

        void Step(int start)
        {
            rows.Clear();
            rows.Add(tokens, start, pages);
            ops.Begin(rows, 2 * Rows + Width);
            ops.Embed(table, 1, x);
            ops.RmsNorm(x, gain, 1e-5f, y);
            ops.MatMul(y, new MatMulOutput(square, null, q), new MatMulOutput(square, null, k), new MatMulOutput(square, gain, v));
            ops.Rope(q, 4, frequencies);
            ops.Attend(q, k, v, store, 0, new AttentionSettings(4, 4, 16, 0.25f, 0, 0), y);
            ops.Add(x, y);
            ops.Gate(q, k, Activation.Silu, q);
            ops.Project(x, gain, 0, Rows, 0);
            ops.Floor(x, gain, 1, 0, Rows, Rows);
            ops.Ablate(x, gain, gain, 1, 0, Rows);
            ops.Capture(x, 0, 1, 2 * Rows);
            ops.Gather(x, last, y);
            ops.Head(y, 1, table, 0, logits);
            ops.End();
        }
    }

    [Fact]
    public void The_description_says_what_runs()
    {
        using var one = new CpuOps(new CpuOptions { Threads = 1, Kernels = KernelPath.Scalar });
        using var two = new CpuOps(new CpuOptions { Threads = 2, Form = Int8Form.Vector128 });
        Assert.Equal("CPU, 1 thread, scalar", one.Description);
        Assert.Equal("CPU, 2 threads, 128-bit vectors", two.Description);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var data = new KernelData(2);
        using var ops = new CpuOps(new CpuOptions { Threads = 1 });
        var weight = ops.Matrix(data.Matrix(TensorType.F32, 8, 16));
        IBuffer x = ops.Buffer(16), y = ops.Buffer(8);
        ops.Begin(KernelData.Rows(1), 1);
        Assert.Throws<ArgumentException>(() => ops.Embed(weight, 1, y));
        ops.Embed(weight, 1, x);
        Assert.Throws<ArgumentException>(() => ops.MatMul(x, new MatMulOutput(weight, null, ops.Buffer(9))));
        Assert.Throws<ArgumentException>(() => ops.MatMul(y, new MatMulOutput(weight, null, x)));
        Assert.Throws<ArgumentException>(() => ops.MatMul(x, new MatMulOutput(weight, ops.Vector([1]), y)));
        Assert.Throws<ArgumentException>(() => ops.Rope(x, 2, new RopeFrequencies(new float[5])));
        Assert.Throws<ArgumentException>(() => ops.Add(x, y));
        Assert.Throws<ArgumentOutOfRangeException>(() => ops.Project(x, ops.Vector(new float[16]), 0, 1, 1));
        ops.Begin(StepOf(8), 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => ops.Embed(weight, 1, x));
    }

    private static StepRows StepOf(int token)
    {
        var rows = new StepRows();
        rows.Add([token], 0, [0]);
        return rows;
    }
}
