using AxisDemo.Compute;
using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>Cosines and signed sines of one rotation on one device, and the rows of them that a step needs.</summary>
internal sealed class RopeTable(RopeFrequencies frequencies) : IDisposable
{
    private readonly int pairs = frequencies.Inverse.Count;
    private Tensor? table, cos, sin;
    private int known;
    private Tensor? positions;

    /// <summary>Cosines and sines of the step's positions, [rows, 1, 2 * pairs] each; the sines of the first half are negative.</summary>
    /// <param name="at">The step's positions on the device; another tensor each step.</param>
    /// <param name="longest">One past the largest position.</param>
    /// <param name="upload">Brings values to the device.</param>
    public (Tensor Cos, Tensor Sin) Rows(Tensor at, int longest, Upload upload)
    {
        if (cos is not null && ReferenceEquals(positions, at)) return (cos, sin!);
        Ensure(longest, upload);
        Forget();
        var rows = table!.index_select(0, at).unsqueeze(1);
        (cos, sin) = (rows.narrow(2, 0, 2 * pairs).DetachFromDisposeScope(), rows.narrow(2, 2 * pairs, 2 * pairs).DetachFromDisposeScope());
        positions = at;
        return (cos, sin);
    }

    public void Dispose()
    {
        Forget();
        table?.Dispose();
        table = null;
    }

    private void Ensure(int longest, Upload upload)
    {
        if (longest <= known) return;
        known = Math.Max(longest, Math.Max(256, known * 2));
        frequencies.Ensure(known);
        var values = new float[(long)known * 4 * pairs];
        for (var p = 0; p < known; p++)
        {
            var from = frequencies.At(p);
            var to = values.AsSpan(p * 4 * pairs, 4 * pairs);
            from[..pairs].CopyTo(to);
            from[..pairs].CopyTo(to[pairs..]);
            for (var c = 0; c < pairs; c++) to[2 * pairs + c] = -from[pairs + c];
            from[pairs..].CopyTo(to[(3 * pairs)..]);
        }

        table?.Dispose();
        table = upload(values).view(known, 4 * pairs).DetachFromDisposeScope();
    }

    private void Forget()
    {
        cos?.Dispose();
        sin?.Dispose();
        (cos, sin) = (null, null);
    }
}

/// <summary>Brings values to a device.</summary>
internal delegate Tensor Upload(ReadOnlySpan<float> values);
