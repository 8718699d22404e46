using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Serving;
using AxisDemo.Web.Conversations;

namespace AxisDemo.Web.Charts;

/// <summary>
/// An answer seen at every block: layer x token. The numbers come from reading prompt and answer again, all positions in one go, with
/// a watch on every block; ordinary streaming watches one block and stays cheap. What the engine computes does not depend on how a
/// sequence is cut into steps, so this reading repeats the answer's own run bit for bit.
/// </summary>
public sealed class LayerMap
{
    private readonly float[] pre;
    private readonly float[] post;
    private readonly float[]? read;

    private LayerMap(IReadOnlyList<Watch> watches, IReadOnlyList<string> tokens, float[] pre, float[] post, float[]? read)
    {
        Layers = [.. watches.Select(w => w.Layer)];
        (Tokens, this.pre, this.post, this.read) = (tokens, pre, post, read);
    }

    /// <summary>Blocks, from the first row on.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>The answer's tokens as text; half a character shows as U+FFFD.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Whether the answer's run was changed: only then do readings differ.</summary>
    public bool Changed => read is not null;

    /// <summary>
    /// Projection of a token at a block: in the answer's run before the block's interventions, after them, or of the plain model
    /// reading the text. Without interventions all three are one number.
    /// </summary>
    public float Value(Reading reading, int row, int token) => (reading switch
    {
        Reading.Pre => pre,
        Reading.Post => post,
        _ => read ?? pre,
    })[row * Tokens.Count + token];

    /// <summary>How far the block's own interventions moved the token along the axis: after minus before.</summary>
    public float Moved(int row, int token) => post[row * Tokens.Count + token] - pre[row * Tokens.Count + token];

    /// <summary>A row's own scale, as the plain model reads the text: for an axis that brings none.</summary>
    public BlockScale Scale(int row)
    {
        var ascending = Enumerable.Range(0, Tokens.Count).Select(t => Value(Reading.Read, row, t)).Order().ToArray();
        return new BlockScale(At(0.5f), At(0.9f) - At(0.1f));

        // Between neighbours by linear interpolation, as percentiles of an axis are.
        float At(float share)
        {
            var place = share * (ascending.Length - 1);
            var below = (int)place;
            return ascending[below] + (place - below) * (ascending[Math.Min(below + 1, ascending.Length - 1)] - ascending[below]);
        }
    }

    /// <summary>A row in numbers.</summary>
    public LayerRow Row(int row)
    {
        var count = Tokens.Count;
        double readSum = 0, preSum = 0, moved = 0;
        var touched = 0;
        for (var t = 0; t < count; t++)
        {
            readSum += Value(Reading.Read, row, t);
            preSum += Value(Reading.Pre, row, t);
            var by = Moved(row, t);
            if (by == 0) continue;
            moved += by;
            touched++;
        }

        return new LayerRow(Layers[row], (float)(readSum / count), (float)(preSum / count), touched, touched == 0 ? 0 : (float)(moved / touched));
    }

    /// <summary>
    /// The values as a script draws them: for each row all tokens, int16 little endian in tenths, first `read`, then `pre`, then
    /// `post` (`read` alone where nothing was changed).
    /// </summary>
    public byte[] Pack()
    {
        var all = read is null ? new[] { pre } : [read, pre, post];
        var bytes = new byte[all.Sum(a => a.Length) * 2];
        var at = 0;
        foreach (var values in all)
            foreach (var value in values)
            {
                var tenths = (short)Math.Clamp(MathF.Round(value * 10), short.MinValue, short.MaxValue);
                bytes[at++] = (byte)tenths;
                bytes[at++] = (byte)(tenths >> 8);
            }

        return bytes;
    }

    /// <summary>Reads an answer again.</summary>
    /// <param name="generator">The model that wrote it.</param>
    /// <param name="asked">The request that it answered: its prompt and interventions are used.</param>
    /// <param name="answer">The ids of the answer, at least one.</param>
    /// <param name="watches">One watch for each row, of the same axis.</param>
    /// <param name="progress">Told the part that is done, 0..1.</param>
    /// <param name="cancellation">Stops the work in the engine.</param>
    /// <exception cref="InputException">The engine refuses the request: too long for the context, too many visitors.</exception>
    /// <exception cref="GenerationFailedException">The engine failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task<LayerMap> ReadAsync(IGenerator generator, GenerationRequest asked, IReadOnlyList<int> answer, IReadOnlyList<Watch> watches,
        IProgress<double> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(progress);
        // An answer that filled the context ends one token beyond what a prompt may be.
        var count = Math.Min(answer.Count, generator.Model.Context - 1 - asked.Prompt.Count);
        if (count < 1) throw new InputException("answer", "", "there is no token to look at.", "Choose an answer that has text.");
        answer = [.. answer.Take(count)];
        var changed = asked.Interventions.Count > 0;
        var runs = new[] { Request(asked.Interventions), Request([]) }[..(changed ? 2 : 1)];
        var done = new double[runs.Length];
        var read = await Task.WhenAll(runs.Select((request, i) => RunAsync(generator, request, part => Advance(i, part), cancellation))).ConfigureAwait(false);
        // U+FFFD for what is no text by itself, as everywhere a single token is named.
        return new LayerMap(watches, [.. answer.Select(id => generator.Tokenizer.Decode([id]))], Answer(read[0], p => p.Pre), Answer(read[0], p => p.Post), changed ? Answer(read[1], p => p.Pre) : null);

        GenerationRequest Request(IReadOnlyList<Intervention> interventions) => new()
        {
            Prompt = [.. asked.Prompt, .. answer],
            PromptSpecial = asked.PromptSpecial is { } special ? [.. special, .. answer.Select(generator.Tokenizer.IsControl)] : null,
            MaxTokens = 0,
            Interventions = interventions,
            Watch = watches,
            WatchPrompt = true,
        };

        void Advance(int run, double part)
        {
            lock (done)
            {
                done[run] = part;
                progress.Report(done.Average());
            }
        }

        float[] Answer(IReadOnlyList<PromptProjection> rows, Func<PromptProjection, float[]> values) =>
            [.. rows.SelectMany(row => values(row).Skip(asked.Prompt.Count))];
    }

    private static async Task<IReadOnlyList<PromptProjection>> RunAsync(IGenerator generator, GenerationRequest request, Action<double> advance, CancellationToken cancellation)
    {
        IReadOnlyList<PromptProjection>? rows = null;
        await generator.RunAsync(request, happened =>
        {
            if (happened is PrefillEvent { Total: > 0 } prefill) advance((double)prefill.Done / prefill.Total);
            if (happened is PromptEvent read) rows = read.Projections;
        }, cancellation).ConfigureAwait(false);
        advance(1);
        return rows ?? throw new GenerationFailedException("The engine gave no projections.");
    }
}

/// <summary>What colours of a block are measured with.</summary>
/// <param name="Middle">Median: no colour.</param>
/// <param name="Spread">Distance between the 10th and the 90th percentile.</param>
public readonly record struct BlockScale(float Middle, float Spread);

/// <summary>A block in numbers, over an answer's tokens.</summary>
/// <param name="Layer">Block.</param>
/// <param name="Read">Mean projection as the plain model reads the text.</param>
/// <param name="Pre">Mean projection in the answer's run, before the block's interventions.</param>
/// <param name="Touched">Tokens that the block's interventions moved.</param>
/// <param name="Moved">By how much on average, of those moved; 0 where none was.</param>
public sealed record LayerRow(int Layer, float Read, float Pre, int Touched, float Moved);
