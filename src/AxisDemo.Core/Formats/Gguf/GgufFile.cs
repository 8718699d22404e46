using System.Diagnostics.CodeAnalysis;

namespace AxisDemo.Formats;

/// <summary>
/// A GGUF file mapped into memory: typed metadata and named tensors. Where a model is split into several files (llama.cpp's
/// gguf-split), they are one: whichever of them is named, all are opened, the tensors are those of all, the metadata the first one's.
/// </summary>
public sealed class GgufFile : IWeightFile
{
    private readonly List<GgufPart> _parts;
    private readonly List<TensorView> _tensors = [];
    private readonly Dictionary<string, TensorView> _byName = new(StringComparer.Ordinal);

    private GgufFile(List<GgufPart> parts)
    {
        _parts = parts;
        foreach (var tensor in parts.SelectMany(p => p.Tensors))
        {
            if (!_byName.TryAdd(tensor.Name, tensor))
                throw new InputException(tensor.File, Printable.Text(tensor.Name), $"the tensor is in {System.IO.Path.GetFileName(_byName[tensor.Name].File)} too.", GgufSplit.Mixed);
            _tensors.Add(tensor);
        }

        GgufSplit.Of(parts[0])?.CheckAll(parts, _tensors.Count);
    }

    /// <summary>The format's version: 2 or 3 (the same layout).</summary>
    public uint Version => _parts[0].Version;

    /// <summary>The key-value pairs; those of the first part.</summary>
    public GgufMetadata Metadata => _parts[0].Metadata;

    /// <summary>The file; of a split model its first part.</summary>
    public string Path => _parts[0].Path;

    /// <summary>The files it consists of, in their order: one, or the parts of a split model.</summary>
    public IReadOnlyList<string> Files => _parts.ConvertAll(p => p.Path);

    /// <inheritdoc/>
    public IReadOnlyList<TensorView> Tensors => _tensors;

    /// <summary>Maps the file, and the other parts of its model, and reads the headers.</summary>
    /// <exception cref="InputException">
    /// A file is missing, cut off or breaks the format, or the parts are not those of one model; the message names file and field.
    /// </exception>
    public static GgufFile Open(string path)
    {
        var parts = new List<GgufPart>();
        try
        {
            GgufSplit.CheckNamed(path);
            parts.Add(GgufPart.Open(path));
            if (GgufSplit.Of(parts[0]) is { } split)
            {
                var paths = split.Paths(path);
                for (var i = 0; i < paths.Count; i++)
                    if (i != split.Number) parts.Insert(i, split.Open(paths[i], i));
            }

            return new GgufFile(parts);
        }
        catch
        {
            foreach (var part in parts) part.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorView? tensor) => _byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }
}
