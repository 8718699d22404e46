using TorchSharp;
using static TorchSharp.torch;

namespace AxisDemo.Torch;

/// <summary>Takes its part of what a step brings back to the host.</summary>
internal delegate void TakeResults(ReadOnlySpan<float> values);

/// <summary>
/// What the host is to learn of a step: small tensors, left where they were computed and joined at the end, so that all of them come in
/// one copy.
/// </summary>
internal sealed class ResultPieces(Device home)
{
    private readonly List<Piece> list = [];

    public int Count => list.Count;

    /// <summary>Values that belong to results[slot ...].</summary>
    public void Add(Tensor values, int slot) => list.Add(new Piece(values.DetachFromDisposeScope(), values.NumberOfElements, slot, null));

    /// <summary>Values that somebody takes apart himself.</summary>
    public void Add(Tensor values, TakeResults take) => list.Add(new Piece(values.DetachFromDisposeScope(), values.NumberOfElements, -1, take));

    /// <summary>All of them in a row, float32, on the last device.</summary>
    public Tensor Concatenated()
    {
        var parts = new Tensor[list.Count];
        for (var i = 0; i < parts.Length; i++) parts[i] = list[i].Values.to(ScalarType.Float32, home, non_blocking: true).reshape(-1);
        return parts.Length == 1 ? parts[0] : cat(parts);
    }

    /// <summary>Gives everyone his part.</summary>
    public void HandOut(ReadOnlySpan<float> all, float[] results)
    {
        foreach (var piece in list)
        {
            var part = all[..(int)piece.Count];
            all = all[(int)piece.Count..];
            if (piece.Take is { } take) take(part);
            else part.CopyTo(results.AsSpan(piece.Slot));
        }
    }

    public void Clear()
    {
        foreach (var piece in list) piece.Values.Dispose();
        list.Clear();
    }

    private readonly record struct Piece(Tensor Values, long Count, int Slot, TakeResults? Take);
}
