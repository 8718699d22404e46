using System.Globalization;
using AxisDemo.Formats;
using AxisDemo.Interp.Import;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;

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
    // Half a gigabyte of float32: a run's rows of one site in all layers are far smaller.
    private const long LargestTensor = 1 << 27;

    private readonly Func<string, bool> offers = offers ?? (name => File.Exists(resolve(name)));

    // By path and tensor: a name can be spelled in many ways.
    private readonly Dictionary<string, AxisFile> axes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Path, string? Tensor), LayerVectors> vectors = [];
    private readonly Dictionary<(string Path, string Tensor), StoredTensor> tensors = [];

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
    public LayerVectors Vector(string reference) => Vector(reference, Model.Width);

    /// <summary>The same for a site whose rows are so wide. With <c>{layer}</c> in the name each layer has a tensor of its own.</summary>
    public LayerVectors Vector(string reference, int width) => ForLayer(reference, 0) == reference
        ? Vector(VectorReference.OfVector(reference, offers), width)
        : new LayerVectors(reference, layer => Vector(VectorReference.OfVector(ForLayer(reference, layer), offers), width).At(layer));

    /// <summary>A head's mean from a tensor of all heads' means: [layers, heads * headDim] or [layers, heads, headDim].</summary>
    /// <exception cref="InputException">As for <see cref="Vector(string)"/>.</exception>
    public ReadOnlyMemory<float> HeadMean(string reference, int layer, int head)
    {
        var (shape, name) = (Model.Shape, ForLayer(reference, layer));
        var (values, sizes, ofTokens) = Tensor(name);
        var all = shape.Heads * shape.HeadDim;
        long[] expected = name == reference ? [shape.Layers, all] : [all];
        const string Remedy = "Give the means of all heads in a tensor; axis logits --hooks blocks.N.attn.hook_z --mean writes those of a text, which FILE#blocks.{layer}.attn.hook_z names.";
        if (!Flat(sizes).SequenceEqual(expected)) throw WrongShape("mean", name, sizes, $"[{string.Join(", ", expected)}]", Remedy);
        if (ofTokens && sizes.Length > 1) throw new InputException("request", "mean", $"{name} has a row for each token of a run, not for each layer.", Remedy);
        return values.AsMemory((name == reference ? layer * all : 0) + head * shape.HeadDim, shape.HeadDim);

        // [.., heads, headDim] is [.., heads * headDim].
        long[] Flat(long[] s) => s.Length > 1 && s[^1] == shape.HeadDim && s[^2] == shape.Heads ? [.. s[..^2], all] : s;
    }

    /// <summary>
    /// Another run's rows of a site: [positions, width], or [layers, positions, width] with a row of the model's or of the named layers.
    /// Patterns: [heads, positions, keys], or the same by layer.
    /// </summary>
    /// <param name="reference"><c>FILE#NAME</c>; <c>{layer}</c> in the name stands for the layer.</param>
    /// <param name="site">What the rows are of.</param>
    /// <param name="layer">The block they are for.</param>
    /// <param name="index">Which of the named blocks it is.</param>
    /// <param name="layers">How many are named.</param>
    /// <param name="positions">The positions wanted, in the order of the rows where there are no others; null: all that there are.</param>
    /// <exception cref="InputException">As for <see cref="Vector(string)"/>.</exception>
    public Activations Rows(string reference, Site site, int layer, int index, int layers, IReadOnlyList<int>? positions)
    {
        var name = ForLayer(reference, layer);
        var (values, sizes, _) = Tensor(name);
        var (width, rank) = (Model.Shape.WidthOf(site), site == Site.Pattern ? 3 : 2);
        var whole = sizes.Length == rank && (name != reference || layers == 1);
        if (!whole && !(sizes.Length == rank + 1 && (sizes[0] == layers || sizes[0] == Model.Layers)) || (site == Site.Pattern ? sizes[^3] : sizes[^1]) != width || sizes.Contains(0))
            throw WrongShape("values", name, sizes, site == Site.Pattern ? $"[{width}, positions, keys]{(layers > 1 ? " for each layer" : "")}" : $"[{(layers > 1 ? $"{layers}, " : "")}positions, {width}]", "axis logits --hooks writes rows of that shape.");
        var part = values.Length / (whole ? 1 : (int)sizes[0]);
        var rows = values.AsSpan((whole ? 0 : sizes[0] == layers ? index : layer) * part, part).ToArray();
        var count = (int)sizes[^2];
        if (site == Site.Pattern) rows = ByPosition(rows, width, count, (int)sizes[^1]);
        if (positions is not null && positions.Count == count && positions.All(p => p < count) && !positions.Order().SequenceEqual(positions))
            throw new InputException("request", "positions", $"{name} has a row for each position, and the list is not in order: it is not clear which row goes where.", "Give the positions in ascending order, and the rows with them.");
        if (positions is null || positions.All(p => p < count)) return new Activations(name, [.. Enumerable.Range(0, count)], rows);
        if (positions.Count != count || positions.Distinct().Count() != count)
            throw new InputException("request", "values", $"{name} has {count} rows, which reach neither to position {positions.Max()} nor are one for each of the {positions.Count} positions.", "Give a whole run's rows, or as many as positions.");
        var size = rows.Length / count;
        return new Activations(name, [.. positions.Order()], [.. positions.Select((p, i) => (p, i)).OrderBy(p => p.p).SelectMany(p => rows[(p.i * size)..((p.i + 1) * size)])]);
    }

    /// <summary>What <c>--watch</c> takes: an axis file or <c>FILE#NAME</c>, with <c>@LAYER</c>; without it, an axis file's display layer.</summary>
    /// <exception cref="InputException">The layer is missing or no number, or as for <see cref="Vector(string)"/>.</exception>
    public Watch Watch(string reference)
    {
        var read = VectorReference.OfWatch(reference, offers);
        int? layer = null;
        if (read.Layer is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number >= Model.Layers)
                throw new InputException("watch", reference, $"'{text}' is no block of {Model.Name}.", $"Give @0 to @{Model.Layers - 1}.") { Kind = FaultKind.Request };
            layer = number;
        }

        if (read.Tensor is null) return Axis(read.Name).Watch(layer);
        if (layer is null) throw new InputException("watch", reference, "a tensor says nothing of a layer.", $"Write {reference}@LAYER.") { Kind = FaultKind.Request };
        var vector = Vector(read, Model.Width).At(layer.Value);
        return new Watch(vector.Name, layer.Value, vector);
    }

    private static string ForLayer(string reference, int layer) => reference.Replace("{layer}", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static InputException WrongShape(string field, string name, long[] sizes, string needed, string remedy) =>
        new("request", field, $"the shape of {name} is [{string.Join(", ", sizes)}]; {needed} is needed.", remedy);

    // [heads, positions, keys] as [positions, heads, keys]: a row is a position's.
    private static float[] ByPosition(float[] values, int heads, int positions, int keys)
    {
        var rows = new float[values.Length];
        for (var head = 0; head < heads; head++)
            for (var p = 0; p < positions; p++)
                values.AsSpan((head * positions + p) * keys, keys).CopyTo(rows.AsSpan((p * heads + head) * keys));
        return rows;
    }

    private StoredTensor Tensor(string reference)
    {
        var read = VectorReference.OfVector(reference, offers);
        if (read.Tensor is null) throw new InputException("request", "values", $"'{Printable.Text(reference)}' names no tensor.", "Write FILE#NAME.");
        var key = (resolve(read.Name), read.Tensor);
        if (tensors.TryGetValue(key, out var found)) return found;
        using var file = SafetensorsFile.Open(key.Item1);
        var tensor = Find(file, read.Tensor);
        EnsureMadeForModel(file);
        if (tensor.Count > LargestTensor) throw new InputException(key.Item1, read.Tensor, $"it has {tensor.Count} elements; {LargestTensor} are possible.", "Give fewer positions or layers.");
        return tensors[key] = new(tensor.ToFloats(), tensor.Shape, OfTokens(file));
    }

    private LayerVectors Vector(VectorReference reference, int width)
    {
        var key = (resolve(reference.Name), reference.Tensor);
        if (vectors.TryGetValue(key, out var found)) return found;
        if (reference.Tensor is not null) return vectors[key] = Read(key.Item1, reference.Tensor, width);
        var axis = Axis(reference.Name);
        return vectors[key] = new LayerVectors(axis.Name, axis.At);
    }

    // What axis logits writes has a row for each of the tokens that it names.
    private static bool OfTokens(SafetensorsFile file) => file.Metadata.ContainsKey("ids");

    // Axis files and imported vectors may say what they were made for; a tensor of another file is checked by its shape alone.
    private void EnsureMadeForModel(SafetensorsFile file)
    {
        var format = file.Metadata.GetValueOrDefault("format");
        if (format == AxisStorage.Format) AxisFile.Open(file.Path).EnsureMatches(Model.Name, Model.Sha256, Model.Layers, Model.Width);
        if (format != VectorsFile.Format || !file.Metadata.TryGetValue(VectorsFile.ModelSha256Key, out var made) || string.Equals(made, Model.Sha256, StringComparison.OrdinalIgnoreCase)) return;
        throw new InputException(file.Path, "model", $"its vectors were made for {Printable.Text(file.Metadata.GetValueOrDefault(VectorsFile.ModelNameKey, "another model"))} (sha256 {Printable.Text(made)}); the loaded model is {Model.Name} (sha256 {Model.Sha256}).", "Load the model they were made for, or import them for this one.");
    }

    private static TensorView Find(SafetensorsFile file, string name) => file.TryGet(name, out var tensor) ? tensor
        : throw new InputException(file.Path, name, "there is no such tensor.", $"It has: {string.Join(", ", file.Tensors.Take(12).Select(t => t.Name))}{(file.Tensors.Count > 12 ? ", …" : "")}.");

    private LayerVectors Read(string path, string name, int width)
    {
        using var file = SafetensorsFile.Open(path);
        var tensor = Find(file, name);
        EnsureMadeForModel(file);
        var layers = Model.Layers;
        var fits = tensor.Shape is [var d] && d == width || tensor.Shape is [var l, var w] && l == layers && w == width;
        if (!fits)
        {
            var made = file.Metadata.GetValueOrDefault(VectorsFile.ModelNameKey) is { Length: > 0 } own ? $"it was made for {Printable.Text(own)}; " : "";
            throw new InputException(path, name, $"{made}its shape is [{string.Join(", ", tensor.Shape)}]; [{width}] or [{layers}, {width}] is needed.", $"Use a vector made for {Model.Name}.");
        }

        if (tensor.Shape.Length > 1 && OfTokens(file)) throw new InputException(path, name, "it has a row for each token of a run, not for each layer.", "Give one vector, or one for each layer: axis logits --mean writes the mean over the tokens.");
        var values = tensor.ToFloats();
        if (tensor.Shape.Length > 1) return new LayerVectors(name, layer => Named(values.AsSpan(layer * width, width)));
        var one = Named(values);
        return new LayerVectors(name, _ => one, PerLayer: false);

        // What is wrong with a vector is the file's fault.
        Direction Named(ReadOnlySpan<float> vector)
        {
            try
            {
                return new Direction(name, vector);
            }
            catch (InputException e)
            {
                throw new InputException(path, name, e.Fault, e.Remedy, e);
            }
        }
    }

    private readonly record struct StoredTensor(float[] Values, long[] Shape, bool OfTokens);
}

/// <summary>A direction for each layer.</summary>
/// <param name="Name">Its name in events.</param>
/// <param name="At">The direction at a layer.</param>
/// <param name="PerLayer">Whether each layer has one of its own; else the same serves everywhere.</param>
public sealed record LayerVectors(string Name, Func<int, Direction> At, bool PerLayer = true);
