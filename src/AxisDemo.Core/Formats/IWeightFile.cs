using System.Diagnostics.CodeAnalysis;

namespace AxisDemo.Formats;

/// <summary>A mapped file (or sharded set of files) of named tensors. Disposing it ends the validity of every view it gave.</summary>
public interface IWeightFile : IDisposable
{
    /// <summary>The path it was opened from.</summary>
    string Path { get; }

    /// <summary>All tensors by name, in the file's order.</summary>
    IReadOnlyList<TensorView> Tensors { get; }

    /// <summary>Finds a tensor by its exact name.</summary>
    bool TryGet(string name, [NotNullWhen(true)] out TensorView? tensor);
}
