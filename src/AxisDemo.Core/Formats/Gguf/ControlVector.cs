using System.Globalization;

namespace AxisDemo.Formats;

/// <summary>
/// A control vector: a direction for each of some blocks, added to the block's output. The file is GGUF with
/// <c>general.architecture</c> "controlvector" and one-dimensional tensors <c>direction.N</c>, N the 0-based block, N at least 1.
/// Source: repeng (<c>export_gguf</c>) and llama.cpp (<c>--control-vector</c>).
/// </summary>
/// <param name="ModelHint">The architecture it was made for (<c>controlvector.model_hint</c>); empty when the file does not say.</param>
/// <param name="Width">Elements of each direction: the model's width.</param>
/// <param name="Directions">float32 [Width] by block; a block that is absent has no vector.</param>
/// <param name="Warnings">What is odd about the file and does not keep it from being used.</param>
public sealed record ControlVector(string ModelHint, int Width, IReadOnlyDictionary<int, float[]> Directions, IReadOnlyList<string> Warnings)
{
    private const string ArchitectureKey = "general.architecture";
    private const string Architecture = "controlvector";
    private const string HintKey = "controlvector.model_hint";
    private const string CountKey = "controlvector.layer_count";
    private const string Prefix = "direction.";
    private const int MostLayers = 1024;

    // Ours; other readers skip keys they do not know.
    private const string SignKey = "axisdemo.points_to";
    private const string ModelNameKey = "axisdemo.model_name";
    private const string ModelHashKey = "axisdemo.model_sha256";

    /// <summary>"assistant" or "role" where the file says which end is positive; files of others do not.</summary>
    public string PointsTo { get; init; } = "";

    /// <summary>The model it was made for, where the file says.</summary>
    public string ModelName { get; init; } = "";

    /// <summary>That model's sha256, where the file says.</summary>
    public string ModelSha256 { get; init; } = "";

    /// <summary>Blocks that the model has at least: block 0 and all that the file names or counts.</summary>
    public int LeastLayers { get; private init; }

    /// <summary>Reads a control vector file.</summary>
    /// <exception cref="InputException">The file is no control vector, or a direction is missing, misnamed, of another length or not finite.</exception>
    public static ControlVector Read(string path)
    {
        using var file = GgufFile.Open(path);
        if (file.Metadata.String(ArchitectureKey) is var architecture and not Architecture)
            throw new InputException(path, ArchitectureKey, $"is '{Printable.Text(architecture)}'; '{Architecture}' is needed.", "Give a control vector, not a model.");
        // llama.cpp does not need the count and repeng writes how many there are, so it can only warn.
        uint? count = file.Metadata.TryUInt32(CountKey, out var found) ? found : null;
        file.Metadata.TryString(HintKey, out var hint);

        var directions = new SortedDictionary<int, float[]>();
        var warnings = new List<string>();
        var width = 0;
        foreach (var tensor in file.Tensors)
        {
            var layer = Layer(tensor);
            if (tensor.Shape.Length != 1) throw Fault(tensor, $"has {tensor.Shape.Length} dimensions; a direction has one.");
            if (tensor.Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16)) throw Fault(tensor, $"is {tensor.Type}; F32 is needed.");
            if (width == 0) width = tensor.Columns;
            if (tensor.Columns != width) throw Fault(tensor, $"has {tensor.Columns} elements where '{file.Tensors[0].Name}' has {width}.");
            var direction = tensor.ToFloats();
            if (Array.FindIndex(direction, v => !float.IsFinite(v)) is >= 0 and var at) throw Fault(tensor, $"element {at} is not finite.");
            if (layer >= MostLayers) throw Fault(tensor, $"is for a block beyond {MostLayers}, which no model has.");
            if (layer > count) warnings.Add($"{path}: {tensor.Name} lies beyond {CountKey}, which is {count}.");
            directions.Add(layer, direction);
        }
        if (directions.Count == 0) throw new InputException(path, $"{Prefix}N", "the file holds no direction.", "Give a control vector with at least one.");
        string Text(string key) => file.Metadata.TryString(key, out var text) ? Printable.Text(text) : "";
        var sign = Text(SignKey);
        if (sign is not ("" or "assistant" or "role")) throw new InputException(path, SignKey, $"is '{sign}'; 'assistant' or 'role' is possible.", "Export the control vector again.");
        return new ControlVector(hint ?? "", width, directions, warnings)
        {
            PointsTo = sign,
            ModelName = Text(ModelNameKey),
            ModelSha256 = Text(ModelHashKey),
            LeastLayers = 1 + Math.Max(directions.Keys.Max(), (int)Math.Min(count ?? 0, MostLayers)),
        };
    }

    /// <summary>Writes a control vector file that repeng and llama.cpp read.</summary>
    /// <param name="path">The destination; replaced when the file is complete.</param>
    /// <param name="modelHint">The model's architecture, for example "llama".</param>
    /// <param name="directions">float32 of one length by block, each block at least 1 (llama.cpp refuses 0).</param>
    /// <param name="pointsTo">Which end is positive, "assistant" or "role"; null writes nothing of it.</param>
    /// <param name="model">Name and sha256 of the model it was made for; empty or null ones are not written.</param>
    /// <exception cref="ArgumentException">There is none, one is for block 0 or below, or the lengths differ.</exception>
    /// <exception cref="InputException">The destination cannot be written.</exception>
    public static void Write(string path, string modelHint, IReadOnlyDictionary<int, float[]> directions, string? pointsTo = null, (string Name, string Sha256)? model = null)
    {
        var layers = directions.Keys.Order().ToList();
        if (layers.Count == 0 || layers[0] < 1) throw new ArgumentException("Directions for blocks from 1 on are needed; llama.cpp has none for block 0.", nameof(directions));
        if (directions.Values.Any(d => d.Length == 0 || d.Length != directions[layers[0]].Length)) throw new ArgumentException("Directions of one length are needed.", nameof(directions));
        var notes = new[] { (SignKey, pointsTo), (ModelNameKey, model?.Name), (ModelHashKey, model?.Sha256) };
        GgufWriter.Write(
            path,
            [(ArchitectureKey, Architecture), (HintKey, modelHint), (CountKey, (uint)layers[^1]), .. notes.Where(n => n.Item2 is { Length: > 0 }).Select(n => (n.Item1, (object)n.Item2!))],
            layers.ConvertAll(l => ($"{Prefix}{l}", directions[l])));
    }

    private static int Layer(TensorView tensor)
    {
        if (!tensor.Name.StartsWith(Prefix, StringComparison.Ordinal)) throw Fault(tensor, $"is no direction; {Prefix}1, {Prefix}2, ... are.");
        var digits = tensor.Name[Prefix.Length..];
        // "01" would be a second name for 1.
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) || layer.ToString(CultureInfo.InvariantCulture) != digits)
            throw Fault(tensor, "does not end in the number of a block.");
        return layer > 0 ? layer : throw Fault(tensor, "is for block 0, which control vectors cannot steer (llama.cpp refuses it).");
    }

    private static InputException Fault(TensorView tensor, string fault) =>
        new(tensor.File, Printable.Text(tensor.Name), fault, "Export the control vector again.");
}
