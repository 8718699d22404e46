using System.Text.Json.Nodes;

namespace AxisDemo.Tests.Model;

/// <summary>A tiny model's folder for a test to change: the weights are links to the golden ones. Open models outlive the folder, as mappings do.</summary>
internal sealed class FolderModel : IDisposable
{
    private FolderModel(string path) => Path = path;

    public string Path { get; }

    /// <summary>A folder with a family's weights and one of its configurations.</summary>
    public static FolderModel Copy(string family, string config = "config.json")
    {
        var folder = new FolderModel(Directory.CreateTempSubdirectory("axisdemo-model-").FullName);
        foreach (var file in Directory.GetFiles(Repository.Fixture("tiny-models", family)).Where(f => System.IO.Path.GetFileName(f).StartsWith("model", StringComparison.Ordinal)))
            System.IO.File.CreateSymbolicLink(folder.File(System.IO.Path.GetFileName(file)), file);
        System.IO.File.Copy(Repository.Fixture("tiny-models", family, config), folder.File("config.json"));
        System.IO.File.Copy(Repository.Fixture("tiny-models", family, "generation_config.json"), folder.File("generation_config.json"));
        return folder;
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public FolderModel Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return this;
    }

    /// <summary>Sets a value of a JSON file, "a/b" inside objects; "-" takes the key away.</summary>
    public FolderModel Set(string path, string value, string file = "config.json")
    {
        System.IO.File.SetAttributes(File(file), FileAttributes.Normal);
        var root = JsonNode.Parse(System.IO.File.ReadAllText(File(file)))!;
        var names = path.Split('/');
        var node = names[..^1].Aggregate(root, (at, name) => at[name]!);
        if (value == "-") node.AsObject().Remove(names[^1]);
        else node[names[^1]] = JsonNode.Parse(value);
        return Write(file, root.ToJsonString());
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
