using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>Which positions of a sequence are captured: some of the prompt's, or those of the answer.</summary>
public sealed class CaptureSpan
{
    private CaptureSpan(IReadOnlyList<int>? positions) => Positions = positions;

    /// <summary>Every token of the answer, a given beginning included.</summary>
    public static CaptureSpan Answer { get; } = new(null);

    /// <summary>Positions of the prompt, ascending; null: the answer.</summary>
    public IReadOnlyList<int>? Positions { get; }

    /// <summary>These positions of the prompt, in any order.</summary>
    public static CaptureSpan At(IEnumerable<int> positions) => new([.. positions.Distinct().Order()]);

    /// <summary>Positions from .. to - 1 of the prompt; those of a message: <c>Prompt.Span</c>.</summary>
    public static CaptureSpan Between(int from, int to) => At(Enumerable.Range(from, Math.Max(0, to - from)));
}

/// <summary>Activations that a request returns: a site in some blocks, over a span of positions, as rows or as their mean.</summary>
/// <param name="Name">What the span is called by who asks: "answer", "message 3".</param>
/// <param name="Site">The place.</param>
/// <param name="Layers">Blocks from 0, at least one; [-1] for places outside blocks.</param>
/// <param name="Span">Positions.</param>
/// <param name="Mean">The mean over the span in the place of its rows.</param>
public sealed record Capture(string Name, Site Site, IReadOnlyList<int> Layers, CaptureSpan Span, bool Mean = false)
{
    /// <summary>The mean of every block's output over the answer: what axes are made of.</summary>
    public static Capture AnswerMean(int layers) => new("answer", Site.ResidPost, [.. Enumerable.Range(0, layers)], CaptureSpan.Answer, Mean: true);

    /// <summary>One hook point at every position of a prompt.</summary>
    public static Capture Rows(HookPoint point, int tokens) => new(point.ToString(), point.Site, [point.Layer], CaptureSpan.Between(0, tokens));

    /// <summary>Bytes that its result takes at most, and the rows of one step on their way there.</summary>
    /// <param name="shape">The model's sizes.</param>
    /// <param name="answer">Tokens of the answer at most.</param>
    /// <param name="keys">Positions that a pattern's row reaches over.</param>
    /// <param name="step">Most rows that one step computes of a prompt.</param>
    /// <param name="answerStep">The same of the answer.</param>
    internal long Bytes(ModelShape shape, int answer, int keys, int step, int answerStep)
    {
        var row = (long)shape.WidthOf(Site) * (Site == Site.Pattern ? keys : 1) * Layers.Count;
        var rows = Span.Positions?.Count ?? answer;
        return row * (Mean ? sizeof(double) : (long)sizeof(float) * rows) + row * sizeof(float) * Math.Min(rows, Span.Positions is null ? answerStep : step);
    }

    /// <summary>Says what is wrong with it, if anything.</summary>
    internal void Check(ModelShape shape, int prompt)
    {
        if (Layers.Count == 0) throw Fault("it names no block.", "Give at least one.");
        foreach (var layer in Layers)
        {
            if (!Site.InBlocks() && layer != -1) throw Fault($"{Site.Name()} is outside the blocks, and block {layer} was given.", "Give -1.");
            if (Site.InBlocks() && (layer < 0 || layer >= shape.Layers)) throw Fault($"block {layer} does not exist; the model has blocks 0 to {shape.Layers - 1}.");
        }

        if (Layers.Distinct().Count() != Layers.Count) throw Fault("a block is named twice.", "Name each once.");
        if (Span.Positions is not { } positions) return;
        if (positions.Count == 0) throw Fault("it names no position.", "Give at least one.");
        if (positions[0] < 0 || positions[^1] >= prompt) throw Fault($"position {(positions[0] < 0 ? positions[0] : positions[^1])} is none of the prompt's {prompt}.", "Positions are counted from 0; the answer's are captured by the span of the answer.");
    }

    private InputException Fault(string fault, string remedy = "") => new("request", "captures", $"{Name}: {fault}", remedy);
}

/// <summary>What a <see cref="Capture"/> brought.</summary>
public sealed class Captured
{
    private readonly float[][] rows;

    internal Captured(Capture capture, int width, IReadOnlyList<int> positions, float[][] rows, float[]? norms) =>
        (Capture, Width, Positions, this.rows, MeanNorms) = (capture, width, positions, rows, norms);

    /// <summary>What was asked for.</summary>
    public Capture Capture { get; }

    /// <summary>Numbers in a row. Of patterns: heads * keys.</summary>
    public int Width { get; }

    /// <summary>The positions seen, ascending: those of the span that the run came to.</summary>
    public IReadOnlyList<int> Positions { get; }

    /// <summary>Of a mean: the mean of |row| over the span in each of the capture's blocks; else null.</summary>
    public float[]? MeanNorms { get; }

    /// <summary>Rows of one of the capture's blocks, [positions, width]; of a mean [width].</summary>
    /// <param name="index">Index into the capture's layers.</param>
    public ReadOnlySpan<float> Values(int index) => rows[index];

    /// <summary>The same of all blocks in a row, [layers, positions, width]; of a mean [layers, width].</summary>
    public float[] AllValues() => [.. rows.SelectMany(r => r)];

    /// <summary>The rows of one of the capture's blocks as a patch takes them.</summary>
    /// <param name="index">Index into the capture's layers.</param>
    public Activations Activations(int index) => Capture.Mean
        ? throw new InvalidOperationException("A mean has no rows.")
        : new Activations(new HookPoint(Capture.Site, Capture.Layers[index]).ToString(), Positions, rows[index]);
}
