using System.Text;
using System.Text.Json.Nodes;
using AxisDemo.Formats;
using AxisDemo.Model.Loading;

namespace AxisDemo.Tests.Model;

/// <summary>The files of a folder: which must be there, and how their JSON may begin.</summary>
public sealed class FolderFilesTests
{
    private const string Index = "model.safetensors.index.json";

    [Fact]
    public void Byte_order_marks_before_a_folders_JSON_are_passed_over_and_UTF_16_is_named()
    {
        using var folder = FolderModel.Copy("qwen3");
        foreach (var name in (string[])["config.json", "generation_config.json", Index]) Rewrite(folder, name, new UTF8Encoding(true));
        using (var source = ModelSource.Open(folder.Path))
        {
            Assert.Equal("qwen3", source.Config.Architecture);
            Assert.NotEmpty(source.ReadTokenizer().EndOfTurn);
        }

        foreach (var name in (string[])["config.json", Index])
        {
            Rewrite(folder, name, Encoding.Unicode);
            Assert.Equal($"{folder.File(name)}: it is UTF-16 or UTF-32. Save it as UTF-8.", Refused(folder));
            Rewrite(folder, name, new UTF8Encoding(false), Encoding.Unicode);
        }
    }

    [Fact]
    public void All_files_that_the_index_names_and_that_are_missing_are_named()
    {
        using var folder = FolderModel.Copy("qwen3");
        File.Delete(folder.File("model-00002-of-00002.safetensors"));
        Assert.Equal($"{folder.File(Index)}: weight_map: names 2 files, and model-00002-of-00002.safetensors is missing. Download all files of the model.", Refused(folder));
        File.Delete(folder.File("model-00001-of-00002.safetensors"));
        Assert.Equal($"{folder.File(Index)}: weight_map: names 2 files, and 2 files are missing: model-00001-of-00002.safetensors, model-00002-of-00002.safetensors. Download all files of the model.", Refused(folder));
        Unlink(folder, Index);
        folder.Write(Index, new JsonObject { ["weight_map"] = new JsonObject(Enumerable.Range(0, 2000).Select(i => KeyValuePair.Create($"t{i}", (JsonNode?)$"s{i}"))) }.ToJsonString());
        Assert.Contains("weight_map: names more than 1024 files", Refused(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void One_file_of_several_is_not_the_model()
    {
        using var folder = FolderModel.Copy("qwen3");
        File.Delete(folder.File(Index));
        Assert.Contains($"{Index}: is missing, and there are 2 weight files.", Refused(folder), StringComparison.Ordinal);
        File.Delete(folder.File("model-00001-of-00002.safetensors"));
        Assert.Contains($"{Index}: is missing, and there is one weight file of several, model-00002-of-00002.safetensors.", Refused(folder), StringComparison.Ordinal);

        using var single = FolderModel.Copy("smollm");
        File.Move(single.File("model.safetensors"), single.File("model-00001-of-00001.safetensors"));
        using var source = ModelSource.Open(single.Path);
        Assert.Equal([single.File("model-00001-of-00001.safetensors")], source.Files);
    }

    private static string Refused(FolderModel folder) => Assert.Throws<InputException>(() => ModelSource.Open(folder.Path).Dispose()).Message;

    private static void Rewrite(FolderModel folder, string name, Encoding encoding, Encoding? from = null)
    {
        var text = File.ReadAllText(folder.File(name), from ?? Encoding.UTF8);
        Unlink(folder, name);
        File.WriteAllText(folder.File(name), text, encoding);
    }

    // It may be a link to a fixture, or a copy that cannot be written.
    private static void Unlink(FolderModel folder, string name) => File.Delete(folder.File(name));
}
