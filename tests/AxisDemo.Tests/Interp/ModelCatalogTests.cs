using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Interp;

public sealed class ModelCatalogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static string Smollm => Repository.Fixture("tiny-models", "smollm", "smollm.gguf");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_in_parts_is_one_of_their_size()
    {
        SplitModel.CopyTo(folder.Path);
        File.Copy(Smollm, folder.File("whole.gguf"));
        var catalog = Read();
        Assert.Empty(catalog.Faults);
        Assert.Equal([(folder.File(SplitModel.First), 2, 615_296L + 420_896), (folder.File("whole.gguf"), 1, 1_035_968)], catalog.Models.Select(m => (m.Path, m.Files, m.Bytes)));
        Assert.Equal(catalog.Models[1].Parameters, catalog.Models[0].Parameters);
    }

    [Fact]
    public void What_is_wrong_with_a_model_in_parts_is_one_fault_and_the_rest_is_listed()
    {
        foreach (var n in (int[])[2, 3, 5]) GgufEdit.Of(SplitModel.Fixture(SplitModel.Second)).Set("split.no", n - 1).Set("split.count", 5).Save(folder.File($"big-0000{n}-of-00005.gguf"));
        SplitModel.CopyTo(folder.Path, "damaged");
        File.WriteAllText(folder.File("damaged-00002-of-00002.gguf"), "GGUF");
        File.Copy(Smollm, folder.File("whole.gguf"));
        var catalog = Read();
        Assert.Equal([folder.File("whole.gguf")], catalog.Models.Select(m => m.Path));
        Assert.Equal(2, catalog.Faults.Count);
        Assert.StartsWith(folder.File("big-00002-of-00005.gguf") + ": split.count: is 5, and 2 files are missing: big-00001-of-00005.gguf, big-00004-of-00005.gguf. ", catalog.Faults[0], StringComparison.Ordinal);
        Assert.StartsWith(folder.File("damaged-00002-of-00002.gguf") + ": ", catalog.Faults[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("general.architecture", "clip")]
    [InlineData("general.type", "imatrix")]
    [InlineData("general.type", "mmproj")]
    public void What_lies_beside_models_is_no_fault(string key, string value)
    {
        GgufEdit.Of(Smollm).Set(key, value).Save(folder.File("beside.gguf"));
        var catalog = Read();
        Assert.Empty(catalog.Models);
        Assert.Empty(catalog.Faults);
    }

    [Fact]
    public void A_link_that_leads_back_lists_nothing_twice()
    {
        File.Copy(Smollm, folder.File("one.gguf"));
        Directory.CreateSymbolicLink(folder.File("loop"), ".");
        Directory.CreateSymbolicLink(folder.File("here"), folder.Path);
        Assert.Equal([folder.File("one.gguf")], Read().Models.Select(m => m.Path));
    }

    [Fact]
    public void Ordinary_files_with_the_names_of_parts_are_models_of_their_own()
    {
        foreach (var n in (int[])[1, 2]) File.Copy(Smollm, folder.File($"m-0000{n}-of-00002.gguf"));
        Assert.Equal([1, 1], Read().Models.Select(m => m.Files));
    }

    [Fact]
    public void Folders_in_the_folder_are_looked_into()
    {
        SplitModel.CopyTo(folder.File("Tiny-GGUF"));
        File.WriteAllText(folder.File("Tiny-GGUF/config.json"), "{}"); // of the model that it was made from
        Directory.CreateDirectory(folder.File("tiny-folder"));
        foreach (var file in (string[])["config.json", "model.safetensors"]) File.Copy(Repository.Fixture("tiny-models", "smollm", file), folder.File("tiny-folder/" + file));
        Directory.CreateDirectory(folder.File(".cache"));
        Directory.CreateDirectory(folder.File("lost+found"));
        foreach (var skipped in (string[])[".cache/half.gguf", "lost+found/half.gguf", "._tiny.gguf"]) File.WriteAllText(folder.File(skipped), "GGUF");
        Directory.CreateDirectory(folder.File("notes"));
        var catalog = Read();
        Assert.Empty(catalog.Faults);
        Assert.Equal([folder.File("Tiny-GGUF/" + SplitModel.First), folder.File("tiny-folder")], catalog.Models.Select(m => m.Path));
        Assert.Equal(new FileInfo(folder.File("tiny-folder/model.safetensors")).Length, catalog.Models[1].Bytes);
    }

    [Fact]
    public void Of_a_link_the_size_is_that_of_what_it_leads_to_and_one_that_leads_nowhere_is_one_fault()
    {
        File.CreateSymbolicLink(folder.File("linked.gguf"), Smollm);
        Directory.CreateDirectory(folder.File("parts"));
        foreach (var part in (string[])[SplitModel.First, SplitModel.Second]) File.CreateSymbolicLink(folder.File("parts/" + part), SplitModel.Fixture(part));
        Directory.CreateSymbolicLink(folder.File("qwen"), Repository.Fixture("tiny-models", "qwen3"));
        foreach (var gone in (string[])["gone.gguf", "gone.axis.safetensors", "gone-folder"]) File.CreateSymbolicLink(folder.File(gone), "/nowhere/secret");
        var catalog = Read();
        Assert.Equal([("linked.gguf", 1_035_968L), (SplitModel.First, 1_036_192), ("qwen", 487_104 + 289_064)], catalog.Models.Select(m => (Path.GetFileName(m.Path), m.Bytes)));
        Assert.Equal([folder.File("gone-folder"), folder.File("gone.axis.safetensors"), folder.File("gone.gguf")], catalog.Faults.Select(f => f[..f.IndexOf(": file: is a link that leads nowhere", StringComparison.Ordinal)]).Order());
        Assert.DoesNotContain("secret", string.Concat(catalog.Faults), StringComparison.Ordinal);
    }

    // The hash has its own tests; here it would be each model's file, read whole.
    private ModelCatalog Read() => ModelCatalog.Read(folder.Path, _ => "");
}
