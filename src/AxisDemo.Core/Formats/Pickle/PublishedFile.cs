namespace AxisDemo.Formats;

/// <summary>
/// The PyTorch files that the Assistant Axis is published in: an axis, role vectors, or a capping configuration. Only the shape of the
/// content is known here; which end of a vector is positive is for whoever imports it. Source: safety-research/assistant-axis.
/// </summary>
public abstract record PublishedFile
{
    // Far above any model; below it the copies stay affordable.
    private const int MostLayers = 1024, MostWidth = 1 << 17;
    // A pickle names one object as often as it likes, so what is copied out of a capping configuration is counted: 256 MB of vectors, a
    // million ceilings.
    private const long MostNumbers = 1 << 26, MostCaps = 1 << 20;

    /// <summary>Reads one of the three, told apart by what the file holds.</summary>
    /// <exception cref="InputException">The file cannot be read, holds something else, or a value that is not finite.</exception>
    public static PublishedFile Read(string path)
    {
        using var file = TorchFile.Open(path);
        return file.Root switch
        {
            TorchTensor or TorchList => new PublishedAxis(Layers(path, "axis", file.Root)),
            TorchDictionary d when d.TryGet("axis", out var axis) => new PublishedAxis(Layers(path, "axis", axis)) { ModelName = Model(d) },
            TorchDictionary d when d.TryGet("vectors", out var vectors) && d.TryGet("experiments", out var experiments) => Capping(path, vectors, experiments),
            TorchDictionary d when d.TryGet("vector", out _) => new PublishedRoles([Role(path, "role", d)]),
            TorchDictionary { Entries: { Count: > 0 } entries } when entries.All(e => e.Value is TorchDictionary r && r.TryGet("vector", out _)) =>
                new PublishedRoles([.. entries.Select(e => Role(path, $"{e.Key}", (TorchDictionary)e.Value!))]),
            var other => throw Fault(path, "content", $"the file holds {TorchFile.Describe(other)}{Keys(other)}; an axis (a tensor [layers, width], a list of one tensor per layer, or a dict with 'axis'), role vectors or a capping configuration is needed."),
        };
    }

    // {"axis": ..., "metadata": {"model": "..."}}
    private static string Model(TorchDictionary file) =>
        file.TryGet("metadata", out var metadata) && metadata is TorchDictionary m && m.TryGet("model", out var name) && name is string text ? Printable.Text(text) : "";

    private static string Keys(object? value) => value is TorchDictionary d ? $" with the keys {string.Join(", ", d.Entries.Take(8).Select(e => Printable.Text($"{e.Key}")))}" : "";

    // [L, d] as one tensor or as L tensors [d].
    private static float[][] Layers(string path, string field, object? value)
    {
        if (value is TorchTensor { Shape: [> 0 and <= MostLayers, > 0 and <= MostWidth] } whole)
        {
            var width = (int)whole.Shape[1];
            var all = whole.ToFloats();
            return CheckFinite(path, [.. Enumerable.Range(0, (int)whole.Shape[0]).Select(l => all[(l * width)..((l + 1) * width)])]);
        }
        if (value is not TorchList { Items: { Count: > 0 and <= MostLayers } items }) throw Fault(path, field, $"is {TorchFile.Describe(value)}; a tensor [layers, width] or a list of one tensor per layer is needed.");
        var first = items[0] as TorchTensor;
        for (var l = 0; l < items.Count; l++)
            if (items[l] is not TorchTensor { Shape: [> 0 and <= MostWidth] } layer || layer.Count != first!.Count)
                throw Fault(path, field, $"layer {l} is {TorchFile.Describe(items[l])}; a tensor [width] of the same width for each layer is needed.");
        return CheckFinite(path, [.. items.Select(i => ((TorchTensor)i!).ToFloats())]);
    }

    private static float[][] CheckFinite(string path, float[][] layers)
    {
        for (var l = 0; l < layers.Length; l++)
            if (Array.FindIndex(layers[l], v => !float.IsFinite(v)) is >= 0 and var at) throw Fault(path, $"layer {l}", $"element {at} is not finite.");
        return layers;
    }

    private static PublishedRole Role(string path, string key, TorchDictionary role)
    {
        role.TryGet("vector", out var vector);
        var name = role.TryGet("role", out var own) && own is string text ? text : key;
        return new PublishedRole(name, role.TryGet("type", out var type) ? type as string ?? "" : "", Layers(path, Printable.Text($"vector of '{name}'"), vector));
    }

    private static PublishedCapping Capping(string path, object? vectors, object? experiments)
    {
        if (vectors is not TorchDictionary { Entries.Count: > 0 } named) throw Fault(path, "vectors", $"is {TorchFile.Describe(vectors)}; a dict of named vectors is needed.");
        var byName = new Dictionary<string, PublishedLayerVector>(StringComparer.Ordinal);
        long numbers = 0, caps = 0;
        foreach (var (key, value) in named.Entries)
        {
            var field = Printable.Text($"vectors['{key}']");
            if (key is not string name || value is not TorchDictionary entry || !entry.TryGet("layer", out var layer) || layer is not (>= 0L and < MostLayers) || !entry.TryGet("vector", out var stored))
                throw Fault(path, field, "is no dict of a vector and its layer.");
            if (stored is not TorchTensor { Shape: [> 0 and <= MostWidth] } vector) throw Fault(path, field, $"is {TorchFile.Describe(stored)}; a tensor [width] is needed.");
            if ((numbers += vector.Count) > MostNumbers) throw Fault(path, "vectors", $"they hold more than {MostNumbers} numbers.");
            var values = vector.ToFloats();
            if (!values.All(float.IsFinite)) throw Fault(path, field, $"the vector of layer {layer} is not finite.");
            byName.Add(name, new PublishedLayerVector((int)(long)layer, values));
        }
        if (experiments is not TorchList { Items: var list }) throw Fault(path, "experiments", $"is {TorchFile.Describe(experiments)}; a list is needed.");
        foreach (var item in list)
            if ((caps += 1 + (item is TorchDictionary e && e.TryGet("interventions", out var stored) && stored is TorchList { Items.Count: var count } ? count : 0)) > MostCaps)
                throw Fault(path, "experiments", $"they hold more than {MostCaps} interventions.");
        return new PublishedCapping(byName, [.. list.Select((e, i) => Experiment(path, $"experiments[{i}]", e, byName))]);
    }

    private static PublishedExperiment Experiment(string path, string field, object? value, Dictionary<string, PublishedLayerVector> vectors)
    {
        if (value is not TorchDictionary experiment || !experiment.TryGet("id", out var id) || id is not string name || !experiment.TryGet("interventions", out var stored) || stored is not TorchList list)
            throw Fault(path, field, "is no dict of an id and interventions.");
        var caps = new List<PublishedCap>();
        foreach (var item in list.Items)
        {
            if (item is not TorchDictionary cap || !cap.TryGet("vector", out var vector) || vector is not string reference || !vectors.ContainsKey(reference))
                throw Fault(path, field, "has an intervention whose vector is not among the vectors.");
            cap.TryGet("cap", out var ceiling);
            var number = ceiling switch { double d => d, long n => n, TorchTensor { Count: 1 } t => t.ToDoubles()[0], _ => double.NaN };
            if (!double.IsFinite(number)) throw Fault(path, field, $"has a cap that is {TorchFile.Describe(ceiling)}; a finite number is needed.");
            caps.Add(new PublishedCap(reference, number));
        }
        return new PublishedExperiment(name, caps);
    }

    private static InputException Fault(string path, string field, string fault) => new(path, field, fault, "Give a published axis, role vector or capping file.");
}

/// <summary>An axis or contrast vector: float32 by layer and width.</summary>
/// <param name="Layers">One row of equal length per block, from block 0.</param>
public sealed record PublishedAxis(float[][] Layers) : PublishedFile
{
    /// <summary>The model it was made for; empty when the file does not say.</summary>
    public string ModelName { get; init; } = "";
}

/// <summary>One or many role vectors.</summary>
/// <param name="Roles">In the file's order.</param>
public sealed record PublishedRoles(IReadOnlyList<PublishedRole> Roles) : PublishedFile;

/// <summary>The mean activation of a role.</summary>
/// <param name="Role">Its name.</param>
/// <param name="Type">Which rollouts were averaged ("pos_3": those scored fully in role); empty when the file does not say.</param>
/// <param name="Layers">float32 by layer and width.</param>
public sealed record PublishedRole(string Role, string Type, float[][] Layers);

/// <summary>Capping configurations: vectors by name, and experiments that refer to them.</summary>
/// <param name="Vectors">The vectors with their blocks.</param>
/// <param name="Experiments">Each a set of ceilings that are applied together.</param>
public sealed record PublishedCapping(IReadOnlyDictionary<string, PublishedLayerVector> Vectors, IReadOnlyList<PublishedExperiment> Experiments) : PublishedFile;

/// <summary>A vector of one block.</summary>
/// <param name="Layer">The block, from 0.</param>
/// <param name="Vector">float32 [width].</param>
public sealed record PublishedLayerVector(int Layer, float[] Vector);

/// <summary>A capping experiment.</summary>
/// <param name="Id">For example "layers_46:54-p0.25".</param>
/// <param name="Caps">Its ceilings.</param>
public sealed record PublishedExperiment(string Id, IReadOnlyList<PublishedCap> Caps);

/// <summary>A ceiling on the projection on a vector.</summary>
/// <param name="Vector">The vector's name.</param>
/// <param name="Ceiling">On the vector of length 1: h is moved by -max(h.v/|v| - ceiling, 0) v/|v|.</param>
public sealed record PublishedCap(string Vector, double Ceiling);
