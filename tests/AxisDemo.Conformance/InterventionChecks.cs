using System.Numerics.Tensors;
using System.Text.Json;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Tests.Model;

namespace AxisDemo.Tests.Conformance;

/// <summary>One golden intervention on one prompt: logits, residual streams, projections, lifted tokens and the greedy continuation.</summary>
internal static class InterventionChecks
{
    public static void Check(EngineUnderTest engine, Golden golden, Transformer model, JsonElement item, string prompt, int[] ids)
    {
        var name = $"{item.GetProperty("name").GetString()}.{prompt}";
        var (layers, vocabulary, width) = (model.Config.Layers, model.Config.Vocabulary, model.Config.Width);
        var interventions = GoldenInterventions.Build(golden, item);
        var items = item.GetProperty("items").EnumerateArray().ToArray();
        var watches = items.Select(i => new Watch("v", i.GetProperty("layer").GetInt32(), new Direction("v", golden.Floats(i.GetProperty("vector").GetString()!)))).ToArray();
        var post = Enumerable.Range(0, layers).Select(l => new HookPoint(Site.ResidPost, l)).ToArray();
        var result = Inspector.Run(model, ids, post, interventions, watches);

        if (golden.Has($"{name}.logits")) engine.Close(golden.Floats($"{name}.logits"), result.Logits, vocabulary, name);
        if (golden.Has($"{name}.logits_last8")) engine.Close(golden.Floats($"{name}.logits_last8"), result.Logits.AsSpan((ids.Length - 8) * vocabulary), vocabulary, name);
        for (var l = 0; l < layers; l++)
        {
            var hook = result.Hooks[post[l].ToString()];
            if (golden.Has($"{name}.resid_post.{l}")) engine.Close(golden.Floats($"{name}.resid_post.{l}"), hook, width, $"{name} block {l}");
            if (golden.Has($"{name}.resid_post_last4.{l}")) engine.Close(golden.Floats($"{name}.resid_post_last4.{l}"), hook.AsSpan((ids.Length - 4) * width), width, $"{name} block {l}");
        }

        if (!engine.Decides) return;
        if (item.GetProperty("kind").GetString() == "cap")
            for (var i = 0; i < items.Length; i++)
            {
                Assert.Equal(golden.Ints($"{name}.touched.{i}"), result.Touched[i].Tokens.Select(t => t ? 1 : 0));
                // Two caps on one block: the watch sees the block before the first and after the last.
                if (items.Count(o => o.GetProperty("layer").GetInt32() == watches[i].Layer) > 1) continue;
                engine.Close(golden.Floats($"{name}.proj_before.{i}"), result.Pre[i], 1, $"{name} before {i}");
                engine.Close(golden.Floats($"{name}.proj_after.{i}"), result.Post[i], 1, $"{name} after {i}");
            }

        // With a cache, `last` acts on every generated token as it passes through: one pass over the whole cannot show that.
        var greedy = Golden.Ids(item.GetProperty("runs").GetProperty(prompt).GetProperty("greedy"));
        if (item.GetProperty("positions").GetString() == "last") greedy = greedy[..1];
        var fed = Inspector.Run(model, [.. ids, .. greedy[..^1]], interventions: interventions, logitsFrom: ids.Length - 1);
        for (var t = 0; t < greedy.Length; t++)
            Assert.Equal(greedy[t], TensorPrimitives.IndexOfMax<float>(fed.Logits.AsSpan(t * vocabulary, vocabulary)));
    }
}
