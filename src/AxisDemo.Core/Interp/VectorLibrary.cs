using System.Globalization;
using AxisDemo.Formats;
using AxisDemo.Interp.Import;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Interp;

/// <summary>
/// The axis files and vectors that an intervention may name, read once. <c>FILE#NAME</c> is a tensor of a safetensors file, [d] or
/// [L, d]; an axis is an axis file. Which path a name stands for is the caller's business: a command line takes any path, a server
/// only the axes it offers. See <see cref="VectorReference"/> for names with the marks <c>#</c> and <c>@</c> in them.
/// </summary>
/// <param name="model">The model they will act on; what was made for another is refused.</param>
/// <param name="resolve">The path that a file's name stands for; throws <see cref="InputException"/> for a name it does not allow.</param>
/// <param name="offers">Whether a name stands for anything; null: whether there is a file at the path.</param>
public sealed class VectorLibrary(ModelInfo model, Func<string, string> resolve, Func<string, bool>? offers = null)
{
    private readonly Func<string, bool> offers = offers ?? (name => File.Exists(resolve(name)));

    // By path and tensor: a name can be spelled in many ways.
    private readonly Dictionary<string, AxisFile> axes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Path, string? Tensor), LayerVectors> vectors = [];

    /// <summary>The model the vectors act on.</summary>
    public ModelInfo Model { get; } = model;

    /// <summary>The axis files opened so far.</summary>
    public IReadOnlyCollection<AxisFile> Axes => axes.Values;

    /// <summary>An axis file, checked to belong to the model.</summary>
    /// <exception cref="InputException">It is no axis file, or was made for another model.</exception>
    public AxisFile Axis(string name)
    {
        var path = resolve(name);
        if (axes.TryGetValue(path, out var axis)) return axis;
        axis = AxisFile.Open(path);
        axis.EnsureMatches(Model.Name, Model.Sha256, Model.Layers, Model.Width);
        return axes[path] = axis;
    }

    /// <summary>A vector by its reference: <c>FILE#NAME</c>, or an axis file (the axis at each layer, as stored).</summary>
    /// <exception cref="InputException">The file or the tensor is missing, or has another shape than the model.</exception>
    public LayerVectors Vector(string reference) => Vector(VectorReference.OfVector(reference, offers));

    /// <summary>What <c>--watch</c> takes: an axis file or <c>FILE#NAME</c>, with <c>@LAYER</c>; without it, an axis file's display layer.</summary>
    /// <exception cref="InputException">The layer is missing or no number, or as for <see cref="Vector(string)"/>.</exception>
    public Watch Watch(string reference)
    {
        var read = VectorReference.OfWatch(reference, offers);
        int? layer = null;
        if (read.Layer is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number >= Model.Layers)
                throw new InputException("watch", reference, $"'{text}' is no block of {Model.Name}.", $"Give @0 to @{Model.Layers - 1}.");
            layer = number;
        }

        if (read.Tensor is null) return Axis(read.Name).Watch(layer);
        if (layer is null) throw new InputException("watch", reference, "a tensor says nothing of a layer.", $"Write {reference}@LAYER.");
        var vector = Vector(read).At(layer.Value);
        return new Watch(vector.Name, layer.Value, vector);
    }

    private LayerVectors Vector(VectorReference reference)
    {
        var key = (resolve(reference.Name), reference.Tensor);
        if (vectors.TryGetValue(key, out var found)) return found;
        if (reference.Tensor is not null) return vectors[key] = Read(key.Item1, reference.Tensor);
        var axis = Axis(reference.Name);
        return vectors[key] = new LayerVectors(axis.Name, axis.At);
    }

    // Axis files and imported vectors may say what they were made for; a tensor of another file is checked by its shape alone.
    private void EnsureMadeForModel(SafetensorsFile file)
    {
        var format = file.Metadata.GetValueOrDefault("format");
        if (format == AxisStorage.Format) AxisFile.Open(file.Path).EnsureMatches(Model.Name, Model.Sha256, Model.Layers, Model.Width);
        if (format != VectorsFile.Format || !file.Metadata.TryGetValue(VectorsFile.ModelSha256Key, out var made) || string.Equals(made, Model.Sha256, StringComparison.OrdinalIgnoreCase)) return;
        throw new InputException(file.Path, "model", $"its vectors were made for {Printable.Text(file.Metadata.GetValueOrDefault(VectorsFile.ModelNameKey, "another model"))} (sha256 {Printable.Text(made)}); the loaded model is {Model.Name} (sha256 {Model.Sha256}).", "Load the model they were made for, or import them for this one.");
    }

    private LayerVectors Read(string path, string name)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.TryGet(name, out var tensor))
            throw new InputException(path, name, "there is no such tensor.", $"It has: {string.Join(", ", file.Tensors.Take(12).Select(t => t.Name))}{(file.Tensors.Count > 12 ? ", …" : "")}.");
        EnsureMadeForModel(file);
        var (width, layers) = (Model.Width, Model.Layers);
        var fits = tensor.Shape is [var d] && d == width || tensor.Shape is [var l, var w] && l == layers && w == width;
        if (!fits)
        {
            var made = file.Metadata.GetValueOrDefault(VectorsFile.ModelNameKey) is { Length: > 0 } own ? $"it was made for {Printable.Text(own)}; " : "";
            throw new InputException(path, name, $"{made}its shape is [{string.Join(", ", tensor.Shape)}]; [{width}] or [{layers}, {width}] is needed.", $"Use a vector made for {Model.Name}.");
        }

        var values = tensor.ToFloats();
        if (tensor.Shape.Length == 1)
        {
            var one = new Direction(name, values);
            return new LayerVectors(name, _ => one);
        }

        return new LayerVectors(name, layer => new Direction(name, values.AsSpan(layer * width, width)));
    }
}

/// <summary>A direction for each layer.</summary>
/// <param name="Name">Its name in events.</param>
/// <param name="At">The direction at a layer.</param>
public sealed record LayerVectors(string Name, Func<int, Direction> At);
