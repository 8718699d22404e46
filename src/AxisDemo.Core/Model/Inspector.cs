using AxisDemo.Formats;
using AxisDemo.Kernels;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Model;

/// <summary>One forward pass with everything to look at: logits of every position and any hook. For research and tests, not for speed.</summary>
public static class Inspector
{
    private const int PageTokens = 32;

    // What one array can hold, with room to spare for what lies beside it.
    private const long Largest = 1 << 29;

    /// <summary>Runs the tokens through the model from an empty cache.</summary>
    /// <param name="model">The model; nothing else may use it meanwhile.</param>
    /// <param name="tokens">Token ids, at least one.</param>
    /// <param name="hooks">Hook points to return, by their names.</param>
    /// <param name="interventions">In order; those at <see cref="Positions.Last"/> act on the last token.</param>
    /// <param name="watches">Projections to return.</param>
    /// <param name="chunk">Tokens per step; 0: all at once. Attention patterns need all at once.</param>
    /// <param name="special">For each token whether it is the template's own, for <see cref="Positions.NoSpecial"/>; null: none is.</param>
    /// <param name="logitsFrom">First position whose logits are returned; the number of tokens: none.</param>
    public static Inspection Run(Transformer model, ReadOnlySpan<int> tokens, IReadOnlyList<HookPoint>? hooks = null,
        IReadOnlyList<Intervention>? interventions = null, IReadOnlyList<Watch>? watches = null, int chunk = 0, int logitsFrom = 0, IReadOnlyList<bool>? special = null)
    {
        var config = model.Config;
        if (tokens.Length == 0) throw new InputException("request", "ids", "there is no token.", "Give at least one.");
        if (tokens.Length > config.Context) throw new InputException("request", "ids", $"{tokens.Length} tokens are more than the context of {config.Context}.");
        foreach (var id in tokens)
            if (id < 0 || id >= config.Vocabulary) throw new InputException("request", "ids", $"{id} is no token; ids are 0 to {config.Vocabulary - 1}.");
        hooks ??= [];
        watches ??= [];
        long positions = tokens.Length;
        var captured = hooks.Sum(h => positions * (h.Site == Site.Pattern ? config.Heads * positions : model.WidthOf(h.Site)));
        if (captured > Largest || (long)(tokens.Length - Math.Min(logitsFrom, tokens.Length)) * config.Vocabulary > Largest)
            throw new InputException("request", "hooks", $"{tokens.Length} tokens with {hooks.Count} hooks and their logits are more than one pass can return.", "Ask for fewer hooks, for fewer positions of logits, or for a shorter text.");
        chunk = chunk == 0 ? tokens.Length : chunk;
        if (chunk < tokens.Length && hooks.Any(h => h.Site == Site.Pattern))
            throw new InputException("request", "hooks", "attention patterns need all tokens in one step.");

        using var kv = model.CreateKeyValues(PageTokens);
        var pages = Enumerable.Range(0, (tokens.Length + PageTokens - 1) / PageTokens).ToArray();
        kv.EnsurePages(pages.Length);
        var sequence = new SequenceHooks(config.Layers, config.Width, model.Vectors, interventions ?? [], watches, captureRows: false, lastFrom: tokens.Length - 1);
        special ??= new bool[tokens.Length];
        var result = new Inspection(tokens.Length, config.Vocabulary, logitsFrom, watches.Count, sequence.Caps);
        foreach (var hook in hooks)
            result.Hooks[hook.ToString()] = hook.Site == Site.Pattern ? [] : new float[tokens.Length * model.WidthOf(hook.Site)];

        var (rows, plan, slots) = (new StepRows(), new HookPlan(), new int[hooks.Count]);
        for (var start = 0; start < tokens.Length; start += chunk)
        {
            var count = Math.Min(chunk, tokens.Length - start);
            rows.Clear();
            plan.Clear();
            rows.Add(tokens.Slice(start, count), start, pages);
            var first = plan.Add(sequence, 0, count, start, count, special);
            for (var h = 0; h < hooks.Count; h++)
            {
                if (hooks[h].Site == Site.Pattern) plan.Patterns[hooks[h].Layer] = new AttentionPattern(config.Heads, count, count);
                else slots[h] = plan.Capture(hooks[h], count, model.WidthOf(hooks[h].Site));
            }

            // The final norm's hook lies behind the last block, so at least one row of logits is asked for.
            var from = Math.Min(Math.Max(start, logitsFrom), start + count - 1);
            var wanted = Enumerable.Range(from - start, start + count - from).ToArray();
            model.Forward(rows, kv, plan, wanted);
            for (var i = 0; i < wanted.Length; i++)
                if (start + wanted[i] >= logitsFrom)
                    model.Logits(i).CopyTo(result.Logits.AsSpan((start + wanted[i] - logitsFrom) * config.Vocabulary));
            result.Keep(sequence, model.Ops.Results, first, start, count);
            for (var h = 0; h < hooks.Count; h++)
            {
                var name = hooks[h].ToString();
                if (hooks[h].Site == Site.Pattern) result.Hooks[name] = plan.Patterns[hooks[h].Layer].Values;
                else model.Ops.Results.Slice(slots[h], count * model.WidthOf(hooks[h].Site)).CopyTo(result.Hooks[name].AsSpan(start * model.WidthOf(hooks[h].Site)));
            }
        }

        return result;
    }
}

/// <summary>What an <see cref="Inspector"/> saw. All arrays are row-major with one row per position.</summary>
public sealed class Inspection
{
    internal Inspection(int tokens, int vocabulary, int logitsFrom, int watches, IReadOnlyList<CapSlot> caps)
    {
        Logits = new float[Math.Max(0, tokens - logitsFrom) * vocabulary];
        Pre = [.. Enumerable.Range(0, watches).Select(_ => new float[tokens])];
        Post = [.. Enumerable.Range(0, watches).Select(_ => new float[tokens])];
        Touched = [.. caps.Select(c => (c.Layer, new bool[tokens]))];
    }

    /// <summary>[positions from logitsFrom on, vocabulary].</summary>
    public float[] Logits { get; }

    /// <summary>Hook values by name; patterns are [heads, queries, keys], the rest [positions, width].</summary>
    public Dictionary<string, float[]> Hooks { get; } = [];

    /// <summary>Projections of each watch before its block's interventions, [positions].</summary>
    public float[][] Pre { get; }

    /// <summary>Projections of each watch after them.</summary>
    public float[][] Post { get; }

    /// <summary>For each cap and layer, in order: which positions it lifted.</summary>
    public (int Layer, bool[] Tokens)[] Touched { get; }

    internal void Keep(SequenceHooks hooks, ReadOnlySpan<float> results, int first, int start, int count)
    {
        for (var w = 0; w < Pre.Length; w++)
        {
            results.Slice(first + hooks.Watches[w].Pre * count, count).CopyTo(Pre[w].AsSpan(start));
            results.Slice(first + hooks.Watches[w].Post * count, count).CopyTo(Post[w].AsSpan(start));
        }

        for (var c = 0; c < Touched.Length; c++)
            for (var i = 0; i < count; i++)
                Touched[c].Tokens[start + i] = results[first + hooks.Caps[c].Unit * count + i] != 0;
    }
}
