using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Conformance;

/// <summary>Several sequences over one store, their pages interleaved, as the serving engine has them.</summary>
internal sealed class Batch : IDisposable
{
    private const int PageTokens = 16;
    private readonly Transformer model;
    private readonly IKvStore store;
    private readonly int[][] pages;
    private readonly int[] computed;

    public Batch(Transformer model, int sequences, int positions)
    {
        this.model = model;
        store = model.CreateKeyValues(PageTokens);
        var count = (positions + PageTokens - 1) / PageTokens;
        pages = [.. Enumerable.Range(0, sequences).Select(s => Enumerable.Range(0, count).Select(p => p * sequences + sequences - 1 - s).ToArray())];
        computed = new int[sequences];
        // In two goes: a store that grows keeps what it holds.
        store.EnsurePages(1);
        store.EnsurePages(sequences * count);
    }

    /// <summary>Feeds tokens to each sequence in one step; the logits of each one's last row, empty where it had none.</summary>
    public float[][] Step(int[][] tokens, Intervention[][]? interventions = null)
    {
        var (rows, plan, wanted) = (new StepRows(), new HookPlan(), new List<int>());
        for (var s = 0; s < tokens.Length; s++)
        {
            if (tokens[s].Length == 0) continue;
            var from = rows.Add(tokens[s], computed[s], pages[s]);
            var hooks = new SequenceHooks(model.Config.Shape, model.Vectors, interventions?[s] ?? [], [], [], prompt: 1, keys: 0);
            plan.Add(hooks, from, tokens[s].Length, computed[s], 0, new TokenMarks[computed[s] + tokens[s].Length]);
            wanted.Add(from + tokens[s].Length - 1);
            computed[s] += tokens[s].Length;
        }

        model.Forward(rows, store, plan, [.. wanted]);
        var result = new float[tokens.Length][];
        for (var (s, i) = (0, 0); s < tokens.Length; s++) result[s] = tokens[s].Length == 0 ? [] : model.Logits(i++).ToArray();
        return result;
    }

    /// <summary>Makes a sequence begin as another one does.</summary>
    public void CopyFirst(int from, int to, int positions)
    {
        for (var p = 0; p * PageTokens < positions; p++) store.Copy(pages[from][p], pages[to][p], Math.Min(PageTokens, positions - p * PageTokens));
        computed[to] = positions;
    }

    public void Dispose() => store.Dispose();
}
