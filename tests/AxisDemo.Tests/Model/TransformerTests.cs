using AxisDemo.Compute;
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
        kv.EnsurePages(26);
        var axis = new Direction("axis", Enumerable.Range(1, 256).Select(i => (float)i).ToArray());
        var hooks = new SequenceHooks(model.Transformer.Config.Shape, transformer.Vectors, [Intervention.Cap([(2, axis, 1)])], [new Watch("axis", 2, axis)], [Capture.AnswerMean(4)], prompt: 1, keys: 416);
        var (rows, plan, pages, marks) = (new StepRows(), new HookPlan(), Enumerable.Range(0, 13).ToArray(), new TokenMarks[13 * 32]);
        var (otherPages, position) = (Enumerable.Range(13, 13).ToArray(), 0);
        int[] token = [5], logits = [0, 1];

        void Step()
        {
            rows.Clear();
            plan.Clear();
            rows.Add(token, position, pages);
            rows.Add(token, position, otherPages);
            plan.Add(hooks, 0, 1, position, 1, marks);
            transformer.Forward(rows, kv, plan, logits);
            position++;
        }

        for (var i = 0; i < 5; i++) Step();
        // Every run goes on from where the last one ended: what grew with the position would show in each.
        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var i = 0; i < 40; i++) Step();
        }));
    }
}
