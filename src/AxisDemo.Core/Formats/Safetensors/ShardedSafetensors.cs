using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AxisDemo.Formats;

/// <summary>
/// A model in several safetensors files, opened by its <c>model.safetensors.index.json</c>. The index names, for each tensor, a file
/// beside itself; a name with a folder in it is refused, so that an index cannot reach out of its own folder.
/// Tensors that the index does not list are not offered.
/// </summary>
public sealed class ShardedSafetensors : IWeightFile
{
    private const long LongestIndex = 64 << 20;
    private const int MostShards = 1024;

    private readonly List<SafetensorsFile> _shards = [];
    private readonly List<TensorView> _tensors = [];
    private readonly Dictionary<string, TensorView> _byName = new(StringComparer.Ordinal);

    private ShardedSafetensors(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TensorView> Tensors => _tensors;

    /// <summary>Reads the index and maps every file it names.</summary>
    /// <exception cref="InputException">The index or a file is missing or broken, or a tensor is not where the index says.</exception>
    public static ShardedSafetensors Open(string path)
    {
        var file = new ShardedSafetensors(path);
        try
        {
            file.OpenShards(ReadWeightMap(path));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(string name, [NotNullWhen(true)] out TensorView? tensor) => _byName.TryGetValue(name, out tensor);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shard in _shards) shard.Dispose();
        _shards.Clear();
    }

    private void OpenShards(List<(string Tensor, string Shard)> weightMap)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        var shards = weightMap.Select(w => w.Shard).Distinct(StringComparer.Ordinal).Take(MostShards + 1).ToList();
        if (shards.Count > MostShards) throw new InputException(Path, "weight_map", $"names more than {MostShards} files.", "Download the index again.");
        if (MissingFiles.Among(shards.Order(StringComparer.Ordinal).Select(shard => System.IO.Path.Combine(folder, shard))) is { } missing)
            throw new InputException(Path, "weight_map", $"names {shards.Count} files, and {missing}.", "Download all files of the model.");
        var byFile = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var (name, shardName) in weightMap)
        {
            if (!byFile.TryGetValue(shardName, out var shard))
            {
                shard = SafetensorsFile.Open(System.IO.Path.Combine(folder, shardName));
                _shards.Add(shard);
                byFile.Add(shardName, shard);
            }
            if (!shard.TryGet(name, out var tensor))
                throw new InputException(Path, Printable.Text(name), $"is not in {shardName}, where weight_map says it is.", "Download all files of the model again.");
            if (!_byName.TryAdd(name, tensor))
                throw new InputException(Path, Printable.Text(name), "occurs twice in weight_map.", "Download the index again.");
            _tensors.Add(tensor);
        }
    }

    private static List<(string Tensor, string Shard)> ReadWeightMap(string path)
    {
        InputException Fault(string fault, Exception? inner = null) =>
            new(path, "weight_map", fault, "Download the index again.", inner);
        using var file = MappedFile.Open(path);
        if (file.Length > LongestIndex) throw Fault($"cannot be read: the index has {file.Length} bytes, {LongestIndex} at most are expected.");
        try
        {
            using var json = JsonInput.Parse(file.Span(0, (int)file.Length), path);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
                throw Fault("is missing, or is no JSON object.");
            var entries = new List<(string, string)>();
            foreach (var entry in map.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String) throw Fault($"'{Printable.Text(entry.Name)}' is no file name.");
                var shard = entry.Value.GetString()!;
                if (shard is "" or "." or ".." || shard.AsSpan().IndexOfAny("/\\:\0") >= 0)
                    throw Fault($"'{Printable.Text(entry.Name)}' names '{Printable.Text(shard)}', which is no plain file name beside the index.");
                entries.Add((entry.Name, shard));
            }
            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Fault("cannot be read: the index is not valid JSON.", e);
        }
    }
}
