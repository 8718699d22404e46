using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AxisDemo.Torch;

/// <summary>Operations on rows, and products. What decides about the residual stream is float32; products take the engine's precision.</summary>
public sealed partial class TorchOps
{
    private static readonly long[] LastDimension = [-1];
    private readonly Dictionary<(RopeFrequencies, int), RopeTable> ropes = [];

    /// <inheritdoc/>
    public void Embed(IWeight table, float scale, IBuffer y)
    {
        var (weight, to) = (Torch(table), Torch(y));
        Same(weight.Inputs, to.Width, "Embedding width");
        foreach (var token in step.Tokens)
            if ((uint)token >= (uint)weight.Outputs) throw new ArgumentOutOfRangeException(nameof(table), token, $"The table has {weight.Outputs} tokens.");
        using var scope = NewDisposeScope();
        var ids = tokens[weight.Device] ??= ForStep(Indices(step.Tokens, weight.Device));
        var rows = weight.Tensor.index_select(0, ids).to(ScalarType.Float32);
        to.Set(scale == 1 ? rows : Scaled(rows, scale), weight.Device);
    }

    /// <inheritdoc/>
    public void RmsNorm(IBuffer x, IVector? gain, float epsilon, IBuffer y)
    {
        var (from, to) = (Torch(x), Torch(y));
        Same(from.Width, to.Width, "Width of a norm");
        using var scope = NewDisposeScope();
        var device = gain is null ? from.Device : ((TorchVector)gain).HomeDevice;
        Move(from, device);
        var normed = Normalized(from.Tensor, epsilon);
        if (gain is not null) normed.mul_(Torch(gain, from.Width).On(devices, device));
        // In place it stays float32: a post-norm's result is added to the residual stream.
        to.Set(from == to ? normed : normed.to(compute), device);
    }

    /// <inheritdoc/>
    public void RmsNormHeads(IBuffer x, int heads, IVector gain, float epsilon)
    {
        var b = Torch(x);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        Same(b.Width % heads, 0, "Width over heads");
        using var scope = NewDisposeScope();
        var normed = Normalized(b.Tensor.view(b.Rows, heads, b.Width / heads), epsilon).mul_(Torch(gain, b.Width / heads).On(devices, b.Device));
        b.Set(normed.to(compute).view(b.Rows, b.Width), b.Device);
    }

    /// <inheritdoc/>
    public void MatMul(IBuffer x, params ReadOnlySpan<MatMulOutput> outputs)
    {
        var from = Torch(x);
        using var scope = NewDisposeScope();
        foreach (ref readonly var output in outputs)
        {
            var (weight, y) = (Torch(output.Weight), Torch(output.Y));
            Same(weight.Inputs, from.Width, "Inputs of a product");
            Same(weight.Outputs, y.Width, "Outputs of a product");
            if (from == y) throw new ArgumentException("A product needs two buffers.", nameof(outputs));
            var bias = output.Bias is null ? null : Torch(output.Bias, weight.Outputs).On(devices, weight.Device, compute);
            y.Set(Product(from.Tensor, from.Device, weight, bias), weight.Device);
        }
    }

    /// <inheritdoc/>
    public void Head(IBuffer x, int count, IWeight head, float softCap, IBuffer logits)
    {
        var (from, weight, y) = (Torch(x), Torch(head), Torch(logits));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, from.Rows);
        Same(weight.Inputs, from.Width, "Inputs of the head");
        Same(weight.Outputs, y.Width, "Outputs of the head");
        using var scope = NewDisposeScope();
        var values = Product(from.Tensor.narrow(0, 0, count), from.Device, weight, null).to(ScalarType.Float32);
        y.Set(softCap > 0 ? Capped(values, softCap) : values, weight.Device);
    }

    /// <inheritdoc/>
    public void Rope(IBuffer x, int heads, RopeFrequencies frequencies)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        var b = Torch(x);
        Same(b.Rows, step.Count, "Rows of a rotation");
        Same(b.Width % heads, 0, "Width over heads");
        var (head, pairs) = (b.Width / heads, frequencies.Inverse.Count);
        if (pairs * 2 > head) throw new ArgumentException($"{pairs} pairs do not fit a head of {head}.", nameof(frequencies));
        using var scope = NewDisposeScope();
        if (!ropes.TryGetValue((frequencies, b.Device), out var table)) ropes[(frequencies, b.Device)] = table = Own(new RopeTable(frequencies));
        var at = positions[b.Device];
        // Rows may have entered since.
        if (at is null || at.shape[0] != step.Count) positions[b.Device] = at = ForStep(Indices(step.Positions, b.Device));
        var (cos, sin) = table.Rows(at, longest, values => Upload<float>(values, b.Device));
        var v = b.Tensor.view(b.Rows, heads, head).to(ScalarType.Float32);
        var (low, high) = (v.narrow(2, 0, pairs), v.narrow(2, pairs, pairs));
        // The sine's first half is negative, so both halves are the same product: x cos + swapped sin.
        var turned = (pairs * 2 == head ? v : v.narrow(2, 0, 2 * pairs)).mul(cos).addcmul_(cat([high, low], 2), sin, Scalars.One);
        if (pairs * 2 < head) turned = cat([turned, v.narrow(2, 2 * pairs, head - 2 * pairs)], 2);
        b.Set(turned.to(compute).view(b.Rows, b.Width), b.Device);
    }

    /// <inheritdoc/>
    public void Gate(IBuffer gate, IBuffer up, Activation activation, IBuffer y)
    {
        var (g, u, to) = (Torch(gate), Torch(up), Torch(y));
        Same(g.Width, u.Width, "Width of a gate");
        Same(g.Width, to.Width, "Width of a gate");
        Same(g.Rows, u.Rows, "Rows of a gate");
        using var scope = NewDisposeScope();
        var opened = activation == Activation.Silu ? functional.silu(g.Tensor) : functional.gelu(g.Tensor, TorchSharp.Modules.GELU.Approximate.tanh);
        to.Set(opened.mul_(u.Tensor), g.Device);
    }

    /// <inheritdoc/>
    public void Add(IBuffer x, IBuffer delta)
    {
        var (to, d) = (Torch(x), Torch(delta));
        Same(to.Width, d.Width, "Width of a sum");
        Same(to.Rows, d.Rows, "Rows of a sum");
        using var scope = NewDisposeScope();
        Move(to, d.Device);
        to.Tensor.add_(d.Tensor, Scalars.One);
    }

    /// <inheritdoc/>
    public void Gather(IBuffer x, ReadOnlySpan<int> rows, IBuffer y)
    {
        var (from, to) = (Torch(x), Torch(y));
        Same(from.Width, to.Width, "Width of a gather");
        if (from == to) throw new ArgumentException("A gather needs two buffers.", nameof(y));
        foreach (var row in rows)
            if ((uint)row >= (uint)from.Rows) throw new ArgumentOutOfRangeException(nameof(rows), row, $"The buffer has {from.Rows} rows.");
        using var scope = NewDisposeScope();
        to.Set(from.Tensor.index_select(0, Indices(rows, from.Device)), from.Device);
    }

    private static Tensor Normalized(Tensor x, float epsilon)
    {
        var values = x.to(ScalarType.Float32);
        var mean = values.mul(values).mean(LastDimension, keepdim: true);
        using var least = Scalars.Of(epsilon);
        // Zero times the mean: nothing where it is finite, and NaN where it is not, in the place of dividing by infinity, which leaves zeros.
        return values.mul(mean.add(least, Scalars.One).rsqrt().add_(mean, Scalars.Zero));
    }

    /// <summary>x * factor, in place.</summary>
    private static Tensor Scaled(Tensor x, float factor)
    {
        using var number = Scalars.Of(factor);
        return x.mul_(number);
    }

    /// <summary>cap * tanh(x / cap), in place.</summary>
    private static Tensor Capped(Tensor x, float cap) => Scaled(Scaled(x, 1 / cap).tanh_(), cap);

    /// <summary>x += factor * vector.</summary>
    private static void AddScaled(Tensor x, Tensor vector, float factor)
    {
        using var number = Scalars.Of(factor);
        x.add_(vector, number);
    }

    private Tensor Product(Tensor x, int device, TorchWeight weight, Tensor? bias)
    {
        if (device != weight.Device) x = x.to(devices[weight.Device], non_blocking: true);
        Traffic.WeightBytes += weight.Bytes;
        return functional.linear(x.to(compute), weight.Tensor, bias);
    }

    /// <summary>Activations move where the next block is; with one device never.</summary>
    private void Move(TorchBuffer buffer, int device)
    {
        if (buffer.Device != device) buffer.Set(buffer.Tensor.to(devices[device], non_blocking: true), device);
    }
}
