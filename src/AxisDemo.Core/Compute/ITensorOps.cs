using AxisDemo.Formats;

namespace AxisDemo.Compute;

/// <summary>
/// The coarse tensor operations that a transformer is written in; one implementation per engine (CPU, TorchSharp).
/// Activations are float32 matrices [rows, width], one row a token of the step; row i of every buffer belongs to token i of the
/// <see cref="StepRows"/> given to <see cref="Begin"/>. Calls take effect in the order they are made; nothing is read back on
/// the host before <see cref="End"/>. One thread calls at a time.
/// </summary>
/// <remarks>
/// Row independence (CPU: bit for bit; Torch: within tolerance): a row's result depends neither on the other rows of the step,
/// nor on how a sequence was cut into steps, nor on the number of threads.
/// </remarks>
public interface ITensorOps : IDisposable
{
    /// <summary>What runs here, for people: "CPU, 2 threads, AVX2".</summary>
    string Description { get; }

    /// <summary>Whether weights lie in the machine's own memory, so that what it has left decides whether a model fits.</summary>
    bool InHostMemory => true;

    /// <summary>The devices that blocks are spread over, in order (<see cref="DeviceRoom.IndexOf"/>); empty: weights lie in the machine's own memory.</summary>
    IReadOnlyList<DeviceRoom> Devices => [];

    /// <summary>Bytes that each weight takes whatever its type in the file; null: weights stay as they lie in the file.</summary>
    int? BytesPerWeight => null;

    /// <summary>
    /// What is made from here on belongs to this block of so many: an engine with several devices spreads the blocks over them.
    /// Block 0 has the embedding with it; block = blocks stands for the final norm and the head.
    /// </summary>
    void Place(int block, int blocks);

    /// <summary>
    /// Prepares a matrix [outputs, inputs] for <see cref="MatMul"/>, <see cref="Embed"/> and <see cref="Head"/>. The file stays open
    /// as long as the weight lives. <paramref name="rowOrder"/>, when given, says which file row each output row is taken from.
    /// </summary>
    IWeight Matrix(TensorView matrix, ReadOnlySpan<int> rowOrder = default);

    /// <summary>Uploads a small vector: a norm's gain, a bias, a direction.</summary>
    IVector Vector(ReadOnlySpan<float> values);

    /// <summary>A reusable activation buffer; it grows to the rows of the step. Content is undefined after <see cref="Begin"/>.</summary>
    IBuffer Buffer(int width);

    /// <summary>Page storage for keys and values of all layers.</summary>
    IKvStore KeyValues(int layers, int kvHeads, int headDim, int pageTokens);

    /// <summary>Starts a step over these rows with room for <paramref name="results"/> floats of <see cref="Results"/>, all zero.</summary>
    void Begin(StepRows rows, int results);

    /// <summary>y[i] = table[token i] * scale.</summary>
    void Embed(IWeight table, float scale, IBuffer y);

    /// <summary>y = x / sqrt(mean(x²) + epsilon) * gain, per row; <paramref name="gain"/> null: 1. A row without a finite norm becomes NaN, and stays it to its logits.</summary>
    void RmsNorm(IBuffer x, IVector? gain, float epsilon, IBuffer y);

    /// <summary>The same per head, in place: each row is heads x headDim, gain [headDim].</summary>
    void RmsNormHeads(IBuffer x, int heads, IVector gain, float epsilon);

    /// <summary>y_j = x W_j^T + b_j for each output; one pass over the input.</summary>
    void MatMul(IBuffer x, params ReadOnlySpan<MatMulOutput> outputs);

    /// <summary>Rotates each head (rotate-half order: channel c pairs with c + rotary/2) to the row's position, in place.</summary>
    void Rope(IBuffer x, int heads, RopeFrequencies frequencies);

    /// <summary>
    /// Stores k, v of the step's rows in the pages of their sequences at <paramref name="layer"/>, then
    /// z[row, head] = softmax(scale * q·K, causal, window, soft cap) V, over positions 0..position of the row's own sequence.
    /// Query head h uses kv head h / (heads / kvHeads).
    /// </summary>
    /// <param name="q">Queries, [rows, heads * headDim].</param>
    /// <param name="k">Keys, [rows, kvHeads * headDim].</param>
    /// <param name="v">Values, [rows, kvHeads * headDim].</param>
    /// <param name="store">The pages.</param>
    /// <param name="layer">Block, from 0.</param>
    /// <param name="settings">What distinguishes the block's attention.</param>
    /// <param name="z">Receives the heads' results, [rows, heads * headDim].</param>
    /// <param name="seen">Rows whose softmaxed scores are wanted; they are there when the step ends. A key beyond a row's numbers is left out.</param>
    /// <param name="given">Rows whose softmaxed scores are given; they take the place of computed ones. A key beyond a row's numbers counts as zero.</param>
    void Attend(IBuffer q, IBuffer k, IBuffer v, IKvStore store, int layer, in AttentionSettings settings, IBuffer z, AttentionRows? seen = null, AttentionRows? given = null);

    /// <summary>y = act(gate) * up, elementwise; y may be gate.</summary>
    void Gate(IBuffer gate, IBuffer up, Activation activation, IBuffer y);

    /// <summary>x += delta, elementwise.</summary>
    void Add(IBuffer x, IBuffer delta);

    /// <summary>Gathers rows: y[j] = x[rows[j]] (y has as many rows as asked for, fewer than the step's).</summary>
    void Gather(IBuffer x, ReadOnlySpan<int> rows, IBuffer y);

    /// <summary>logits[j] = x[j] W^T for the first <paramref name="count"/> rows of x; softCap c &gt; 0: c * tanh(logits / c).</summary>
    void Head(IBuffer x, int count, IWeight head, float softCap, IBuffer logits);

    /// <summary>
    /// Chooses tokens from rows of logits, of which the first <paramref name="vocabulary"/> ids are somebody's (some models pad their
    /// head). At most once a step; what came of it is in <see cref="Chosen"/>: <see cref="ChosenToken.Nothing"/> for rows that are not finite.
    /// </summary>
    void Choose(IBuffer logits, int vocabulary, ReadOnlySpan<TokenChoice> choices);

    /// <summary>Results[slot + i] = x[from + i] · unit, for count rows.</summary>
    void Project(IBuffer x, IVector unit, int from, int count, int slot);

    /// <summary>
    /// Activation capping: x[i] -= min(x[i]·unit - floor, 0) * unit; a row at or above the floor keeps its bits.
    /// Results[touchedSlot + i] = 1 where the row was lifted, else 0 (slot below 0: not wanted).
    /// </summary>
    void Floor(IBuffer x, IVector unit, float floor, int from, int count, int touchedSlot);

    /// <summary>x[i] += coefficient * vector; coefficient 0 keeps the bits.</summary>
    void AddVector(IBuffer x, IVector vector, float coefficient, int from, int count);

    /// <summary>x[i] -= (x[i]·unit) unit, then, when given, x[i] += coefficient * addend.</summary>
    void Ablate(IBuffer x, IVector unit, IVector? addend, float coefficient, int from, int count);

    /// <summary>x[from + i][column ...] = values, in count rows: a head's channels become the same in all of them.</summary>
    void Fill(IBuffer x, IVector values, int column, int from, int count);

    /// <summary>x[from + i][column ... column + w) = values[i], in count rows; w = values.Length / count. The values are read before it returns.</summary>
    void Write(IBuffer x, ReadOnlySpan<float> values, int column, int from, int count);

    /// <summary>x gets further rows behind those it has: those of a segment that enters at this block (<see cref="StepRows.Enter"/>).</summary>
    void Append(IBuffer x, ReadOnlySpan<float> rows);

    /// <summary>Results[slot + i*width ...] = x[from + i], for count rows.</summary>
    void Capture(IBuffer x, int from, int count, int slot);

    /// <summary>Ends the step: all results are on the host when it returns.</summary>
    void End();

    /// <summary>What <see cref="Project"/>, <see cref="Floor"/> and <see cref="Capture"/> wrote; valid from <see cref="End"/> to the next <see cref="Begin"/>.</summary>
    ReadOnlySpan<float> Results { get; }

    /// <summary>What <see cref="Choose"/> chose, in its order; valid from <see cref="End"/> to the next <see cref="Begin"/>.</summary>
    ReadOnlySpan<ChosenToken> Chosen { get; }

    /// <summary>A row of a buffer on the host; valid from <see cref="End"/> to the next <see cref="Begin"/>.</summary>
    ReadOnlySpan<float> Read(IBuffer buffer, int row);
}

/// <summary>A matrix prepared by an engine: [<see cref="Outputs"/>, <see cref="Inputs"/>].</summary>
public interface IWeight : IDisposable
{
    /// <summary>Rows of the matrix: outputs of a product.</summary>
    int Outputs { get; }

    /// <summary>Columns of the matrix: inputs of a product.</summary>
    int Inputs { get; }
}

/// <summary>A small vector held by an engine.</summary>
public interface IVector : IDisposable
{
    /// <summary>Number of elements.</summary>
    int Length { get; }
}

/// <summary>An activation buffer of an engine, [rows of the step, <see cref="Width"/>].</summary>
public interface IBuffer : IDisposable
{
    /// <summary>Elements of a row.</summary>
    int Width { get; }
}

/// <summary>Storage of keys and values in pages of <see cref="PageTokens"/> positions, all layers of a position in one page. Who uses which page is the caller's business.</summary>
public interface IKvStore : IDisposable
{
    /// <summary>Positions in a page.</summary>
    int PageTokens { get; }

    /// <summary>Bytes one page takes.</summary>
    long PageBytes { get; }

    /// <summary>Whether all pages of a budget should be made at the start, because there may be no room for them later.</summary>
    bool Eager => false;

    /// <summary>Makes room for pages 0 .. pages - 1; never shrinks.</summary>
    void EnsurePages(int pages);

    /// <summary>Copies the first <paramref name="tokens"/> positions of a page, all layers.</summary>
    void Copy(int fromPage, int toPage, int tokens);

    /// <summary>Whether every number in a page is finite, used or not.</summary>
    bool IsFinite(int page);

    /// <summary>Fills a page with zeros.</summary>
    void Clear(int page);
}

/// <summary>One of the products of a <see cref="ITensorOps.MatMul"/>.</summary>
/// <param name="Weight">[outputs, inputs].</param>
/// <param name="Bias">[outputs] or null.</param>
/// <param name="Y">[rows, outputs].</param>
public readonly record struct MatMulOutput(IWeight Weight, IVector? Bias, IBuffer Y);

/// <summary>What attention needs to know of a layer.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key/value heads; divides <paramref name="Heads"/>.</param>
/// <param name="HeadDim">Channels of a head.</param>
/// <param name="Scale">Factor of the scores, usually 1/sqrt(headDim).</param>
/// <param name="Window">Positions a query sees, itself included (query i sees i-w+1..i); 0: all.</param>
/// <param name="SoftCap">c &gt; 0: scores become c * tanh(scores / c) before the softmax; 0: none.</param>
public readonly record struct AttentionSettings(int Heads, int KvHeads, int HeadDim, float Scale, int Window, float SoftCap);

/// <summary>The nonlinearity of a gated MLP.</summary>
public enum Activation
{
    /// <summary>x * sigmoid(x).</summary>
    Silu,
    /// <summary>GELU by its tanh form, computed in full float32 precision.</summary>
    GeluTanh,
}
