using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>
/// What a PyTorch file holds, as flat names: <c>axis</c>, <c>[3]</c>, <c>vectors.pirate.vector</c>. The walk is bounded: a file may hold
/// a list that holds itself, or one object a billion times.
/// </summary>
internal sealed class TorchListing
{
    private const int Deepest = 32;
    private const int Most = 100_000;
    private readonly string path;

    public TorchListing(TorchFile file)
    {
        path = file.Path;
        Walk("", file.Root, 0);
    }

    public List<(string Name, TorchTensor Tensor)> Tensors { get; } = [];

    public Dictionary<string, object> Values { get; } = [];

    private void Walk(string name, object? value, int depth)
    {
        if (depth > Deepest) throw new InputException(path, name, $"it is nested more than {Deepest} deep.");
        if (Tensors.Count + Values.Count >= Most) throw new InputException(path, name, $"it holds more than {Most:N0} values.");
        switch (value)
        {
            case TorchTensor tensor: Tensors.Add((name, tensor)); break;
            case TorchDictionary { Entries.Count: > 0 } dictionary:
                foreach (var (key, item) in dictionary.Entries) Walk(name.Length > 0 ? $"{name}.{key}" : $"{key}", item, depth + 1);
                break;
            case TorchList { Items.Count: > 0 } list:
                for (var i = 0; i < list.Items.Count; i++) Walk($"{name}[{i}]", list.Items[i], depth + 1);
                break;
            default: Values[name] = value is null or string or long or double or bool ? value ?? "None" : TorchFile.Describe(value); break;
        }
    }
}
