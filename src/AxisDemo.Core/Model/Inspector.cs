using AxisDemo.Formats;
using AxisDemo.Compute;
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
    /// <param name="chunk">Tokens per step; 0: all at once.</param>
    /// <param name="marks">What each token is, for <see cref="Positions.NoSpecial"/> and <see cref="Positions.Generated"/>; null: text that nobody generated.</param>
    /// <param name="logitsFrom">First position whose logits are returned; the number of tokens: none.</param>
    public static Inspection Run(Transformer model, ReadOnlySpan<int> tokens, IReadOnlyList<HookPoint>? hooks = null,
        IReadOnlyList<Intervention>? interventions = null, IReadOnlyList<Watch>? watches = null, int chunk = 0, int logitsFrom = 0, IReadOnlyList<TokenMarks>? marks = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var config = model.Config;
        if (tokens.Length == 0) throw new InputException("request", "ids", "there is no token.", "Give at least one.");
        if (tokens.Length > config.Context) throw new InputException("request", "ids", $"{tokens.Length} tokens are more than the context of {config.Context}.");
        foreach (var id in tokens)
            if (id < 0 || id >= config.Vocabulary) throw new InputException("request", "ids", $"{id} is no token; ids are 0 to {config.Vocabulary - 1}.");
        (hooks, watches, interventions) = (hooks ?? [], watches ?? [], interventions ?? []);
        var (count, shape) = (tokens.Length, config.Shape);
        Capture[] captures = [.. hooks.Distinct().Select(h => Capture.Rows(h, count))];
        if (captures.Sum(c => c.Bytes(shape, 0, count, 0, 0)) / sizeof(float) > Largest || (long)(count - Math.Min(logitsFrom, count)) * config.Vocabulary > Largest)
            throw new InputException("request", "hooks", $"{count} tokens with {hooks.Count} hooks and their logits are more than one pass can return.", "Ask for fewer hooks, for fewer positions of logits, or for a shorter text.");
        InterventionCheck.Validate(interventions, shape, count);

        using var kv = model.CreateKeyValues(PageTokens);
        var pages = Enumerable.Range(0, (count + PageTokens - 1) / PageTokens).ToArray();
        kv.EnsurePages(pages.Length);
        var sequence = new SequenceHooks(shape, model.Vectors, interventions, watches, captures, count, count);
        marks ??= new TokenMarks[count];
        var result = new Inspection(count, config.Vocabulary, logitsFrom, watches.Count, sequence.Caps);
        CaptureRun[] runs = [.. captures.Select(c => new CaptureRun(c, shape, count, 0))];
        chunk = chunk == 0 ? count : chunk;
        var (rows, plan) = (new StepRows(), new HookPlan());
        for (var start = 0; start < count; start += chunk)
        {
            var some = Math.Min(chunk, count - start);
            rows.Clear();
            plan.Clear();
            rows.Add(tokens.Slice(start, some), start, pages);
            var first = plan.Add(sequence, 0, some, start, some, marks);
            var from = Math.Min(Math.Max(start, logitsFrom), start + some);
            var wanted = Enumerable.Range(from - start, start + some - from).ToArray();
            model.Forward(rows, kv, plan, wanted);
            for (var i = 0; i < wanted.Length; i++) model.Logits(i).CopyTo(result.Logits.AsSpan((from + i - logitsFrom) * config.Vocabulary));
            result.Keep(sequence, model.Ops.Results, first, start, some);
            for (var c = 0; c < runs.Length; c++)
            {
                var step = plan.Captured(sequence.Captures[c], first, start, some, some, model.Ops.Results);
                for (var i = 0; i < some; i++) runs[c].Take(step, some, i, start + i);
            }
        }

        foreach (var run in runs) result.Hooks[run.Capture.Name] = Values(run, count);
        return result;
    }

    // A captured pattern is by row; it is given by head.
    private static float[] Values(CaptureRun run, int tokens)
    {
        var rows = run.Result()!.AllValues();
        if (run.Capture.Site != Site.Pattern) return rows;
        var byHead = new float[rows.Length];
        var heads = run.Width / tokens;
        for (var row = 0; row < tokens; row++)
            for (var head = 0; head < heads; head++)
                rows.AsSpan((row * heads + head) * tokens, tokens).CopyTo(byHead.AsSpan((head * tokens + row) * tokens));
        return byHead;
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
