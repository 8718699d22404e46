using AxisDemo.Kernels;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Model;

public class TransformerTests
{
    [Theory]
    [InlineData(KernelPath.Scalar)]
    [InlineData(KernelPath.Vector)]
    public void A_step_allocates_nothing(KernelPath kernels)
    {
        using var model = TestModel.Open(Repository.Fixture("tiny-models", "llama3", "llama3.q8_0.gguf"), kernels);
        var transformer = model.Transformer;
        using var kv = transformer.CreateKeyValues(32);
        kv.EnsurePages(4);
        var axis = new Direction("axis", Enumerable.Range(1, 256).Select(i => (float)i).ToArray());
        var hooks = new SequenceHooks(4, 256, transformer.Vectors, [Intervention.Cap([(2, axis, 1)])], [new Watch("axis", 2, axis)], captureRows: true, lastFrom: 0);
        var (rows, plan, pages, special) = (new StepRows(), new HookPlan(), new[] { 0, 1 }, new bool[64]);
        var (otherPages, position) = (new[] { 2, 3 }, 0);
        int[] token = [5], logits = [0, 1];

        void Step()
        {
            rows.Clear();
            plan.Clear();
            rows.Add(token, position, pages);
            rows.Add(token, position, otherPages);
            plan.Add(hooks, 0, 1, position, 1, special);
            transformer.Forward(rows, kv, plan, logits);
            position++;
        }

        for (var i = 0; i < 5; i++) Step();
        Assert.Equal(0, Allocations.Fewest(() =>
        {
            position = 5;
            for (var i = 0; i < 40; i++) Step();
        }));
    }
}
