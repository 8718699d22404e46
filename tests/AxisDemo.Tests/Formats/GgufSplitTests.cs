using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

/// <summary>Models in several files, as llama.cpp's gguf-split makes them (tests/fixtures/reports/split).</summary>
public sealed class GgufSplitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(SplitModel.First)]
    [InlineData(SplitModel.Second)]
    public void Whichever_part_is_named_all_are_one_file(string named)
    {
        using var whole = GgufFile.Open(Repository.Fixture("tiny-models", "smollm", "smollm.gguf"));
        using var split = GgufFile.Open(SplitModel.Fixture(named));
        Assert.Equal([SplitModel.Fixture(SplitModel.First), SplitModel.Fixture(SplitModel.Second)], split.Files);
        Assert.Equal(split.Files[0], split.Path);
        Assert.Equal("tiny-smollm", split.Metadata.String("general.name"));
        Assert.Equal(whole.Tensors.Select(t => t.Name).Order(), split.Tensors.Select(t => t.Name).Order());
        foreach (var tensor in whole.Tensors)
        {
            Assert.True(split.TryGet(tensor.Name, out var same));
            Assert.Equal(tensor.Shape, same.Shape);
            Assert.Equal(tensor.ToFloats(), same.ToFloats());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Three_parts_are_in_their_order_and_one_may_have_no_tensors(int named)
    {
        string Part(int n) => folder.File($"m-0000{n}-of-00003.gguf");
        GgufEdit.Of(SplitModel.Fixture(SplitModel.First)).Set("split.count", 3).Save(Part(1));
        folder.Write("m-00002-of-00003.gguf", SplitModel.Empty(("split.no", 1), ("split.count", 3), ("split.tensors.count", 38)));
        GgufEdit.Of(SplitModel.Fixture(SplitModel.Second)).Set("split.no", 2).Set("split.count", 3).Save(Part(3));
        using var file = GgufFile.Open(Part(named));
        Assert.Equal([Part(1), Part(2), Part(3)], file.Files);
        Assert.Equal(38, file.Tensors.Count);
    }

    [Fact]
    public void A_file_that_says_it_is_the_only_one_is_an_ordinary_file()
    {
        var path = GgufEdit.Of(Repository.Fixture("tiny-models", "smollm", "smollm.gguf")).Set("split.no", 0u).Set("split.count", 1u).Set("split.tensors.count", 38).Save(folder.File("any name.gguf"));
        using (var file = GgufFile.Open(path)) Assert.Equal([path], file.Files);
        File.Copy(Repository.Fixture("tiny-models", "smollm", "smollm.gguf"), folder.File("b-00001-of-00002.gguf"));
        using (var file = GgufFile.Open(folder.File("b-00001-of-00002.gguf"))) Assert.Single(file.Files);
    }

    [Theory]
    [InlineData(SplitModel.First, SplitModel.Second)]
    [InlineData(SplitModel.Second, SplitModel.First)]
    public void A_missing_part_is_named_whichever_is_asked_for(string there, string missing)
    {
        File.Copy(SplitModel.Fixture(there), folder.File(there));
        foreach (var named in (string[])[there, missing])
            Assert.Equal($"{folder.File(named)}: split.count: is 2, and {missing} is missing. Put all parts into one folder; download those that are missing.", Refused(named));
    }

    [Fact]
    public void Of_many_missing_parts_some_are_named_and_all_are_counted()
    {
        GgufEdit.Of(SplitModel.Fixture(SplitModel.First)).Set("split.count", 900).Save(folder.File("m-00001-of-00900.gguf"));
        var message = Refused("m-00001-of-00900.gguf");
        Assert.Contains("is 900, and 899 files are missing: m-00002-of-00900.gguf, m-00003-of-00900.gguf, ", message, StringComparison.Ordinal);
        Assert.Contains(" and 891 more. ", message, StringComparison.Ordinal);
        Assert.True(message.Length < 600);
    }

    [Theory]
    [InlineData(65535u, "is 65535; up to 1024 files are read as one model")]
    [InlineData(uint.MaxValue, "is 4294967295; up to 1024")]
    public void A_wild_count_is_refused_before_anything_is_looked_for(uint count, string words)
    {
        GgufEdit.Of(SplitModel.Fixture(SplitModel.First)).Set("split.count", count).Save(folder.File("m-00001-of-65535.gguf"));
        Assert.Contains(words, Bounds.Within(4 << 20, "refusing it", () => Refused("m-00001-of-65535.gguf")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.gguf")]
    [InlineData("tiny-00002-of-00002.gguf")]
    [InlineData("tiny-00001-of-00003.gguf")]
    [InlineData("tiny-1-of-2.gguf")]
    public void A_renamed_part_is_told_what_it_must_be_called(string name)
    {
        File.Copy(SplitModel.Fixture(SplitModel.First), folder.File(name));
        var message = Refused(name);
        Assert.StartsWith($"{folder.File(name)}: split.count: is 2, ", message, StringComparison.Ordinal);
        Assert.Contains("must end in -00001-of-00002.gguf", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("split.no", 7, "split.no: is 7 of 2 parts")]
    [InlineData("split.no", null, "split.no: the key is missing")]
    [InlineData("split.count", null, "says nothing of 2 parts")]
    [InlineData("split.count", 3, "must end in -00002-of-00003.gguf")]
    [InlineData("split.count", -1, "split.count: is -1")]
    [InlineData("split.tensors.count", 39, "split.tensors.count: is 39, where part 1 has 38")]
    [InlineData("split.tensors.count", null, "split.tensors.count: the key is missing")]
    [InlineData("llama.block_count", 5, "llama.block_count: differs from the first part's")]
    [InlineData("llama.rope.scale_linear", 4, "llama.rope.scale_linear: is not in the first part")]
    public void What_a_later_part_says_otherwise_is_refused_by_name(string key, int? value, string words)
    {
        SplitModel.CopyTo(folder.Path);
        var edit = GgufEdit.Of(folder.File(SplitModel.Second));
        (value is { } v ? edit.Set(key, v) : edit.Remove(key)).Save(folder.File(SplitModel.Second));
        var message = Refused(SplitModel.First);
        Assert.StartsWith(folder.File(SplitModel.Second) + ": ", message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_part_may_repeat_what_the_first_says_and_lie_otherwise()
    {
        SplitModel.CopyTo(folder.Path);
        GgufEdit.Of(folder.File(SplitModel.Second)).Set("general.name", "tiny-smollm").Set("general.alignment", 32u).Save(folder.File(SplitModel.Second));
        using var file = GgufFile.Open(folder.File(SplitModel.Second));
        Assert.Equal(38, file.Tensors.Count);
    }

    [Fact]
    public void Parts_of_other_models_are_refused_by_name()
    {
        // Another model's part with another number of tensors in all; an ordinary model under a part's name; one tensor in two parts.
        SplitModel.CopyTo(folder.Path);
        var other = Repository.Fixture("tiny-models", "qwen2", "qwen2.gguf");
        GgufEdit.Of(other).Set("split.no", 1).Set("split.count", 2).Set("split.tensors.count", 50).Save(folder.File(SplitModel.Second));
        Assert.Contains($"{SplitModel.Second}: split.tensors.count: is 50", Refused(SplitModel.First), StringComparison.Ordinal);
        File.Copy(other, folder.File(SplitModel.Second), overwrite: true);
        Assert.Contains($"{SplitModel.Second}: split.count: the file says nothing of 2 parts: it is another model", Refused(SplitModel.First), StringComparison.Ordinal);
        GgufEdit.Of(folder.File(SplitModel.First)).Set("split.no", 1).Save(folder.File(SplitModel.Second));
        Assert.Contains($"{SplitModel.Second}: token_embd.weight: the tensor is in {SplitModel.First} too", Refused(SplitModel.First), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(37)]
    [InlineData(39)]
    public void The_parts_hold_as_many_tensors_as_they_say(int stated)
    {
        SplitModel.CopyTo(folder.Path);
        foreach (var part in (string[])[SplitModel.First, SplitModel.Second]) GgufEdit.Of(folder.File(part)).Set("split.tensors.count", stated).Save(folder.File(part));
        Assert.Contains($"split.tensors.count: is {stated}, and the 2 parts have 38 tensors", Refused(SplitModel.Second), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_part_is_named()
    {
        SplitModel.CopyTo(folder.Path);
        File.WriteAllBytes(folder.File(SplitModel.Second), [.. File.ReadAllBytes(folder.File(SplitModel.Second)).Take(2000)]);
        Assert.StartsWith(folder.File(SplitModel.Second) + ": ", Refused(SplitModel.First), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b-00002-of-00010.gguf", "a/b", 1, 10, "b")]
    [InlineData("B.Q4_K_M-00001-of-00001.GGUF", "B.Q4_K_M", 0, 1, "B.Q4_K_M")]
    [InlineData("x-00001-of-00002-00003-of-00004.gguf", "x-00001-of-00002", 2, 4, "x-00001-of-00002")]
    public void The_name_of_a_part_has_a_beginning_a_number_and_a_count(string path, string beginning, int number, int count, string model)
    {
        var name = GgufPartName.Of(path)!;
        Assert.Equal((beginning, number, count), (name.Beginning, name.Number, name.Count));
        Assert.Equal(path, name.Paths()[number]);
        Assert.Equal(model, GgufPartName.ModelName(path));
    }

    [Theory]
    [InlineData("a/b.gguf", "b")]
    [InlineData("a/-00001-of-00002.gguf", "-00001-of-00002")]
    [InlineData("b-00000-of-00002.gguf", "b-00000-of-00002")]
    [InlineData("b-00003-of-00002.gguf", "b-00003-of-00002")]
    [InlineData("b-00001-of-00002.gguf.part", "b-00001-of-00002.gguf.part")]
    [InlineData("b-٠٠٠٠١-of-٠٠٠٠٢.gguf", "b-٠٠٠٠١-of-٠٠٠٠٢")]
    public void Other_names_are_no_parts(string path, string model)
    {
        Assert.Null(GgufPartName.Of(path));
        Assert.Equal((path, model), (GgufPartName.FirstOf(path), GgufPartName.ModelName(path)));
    }

    private string Refused(string name) => Assert.Throws<InputException>(() => GgufFile.Open(folder.File(name)).Dispose()).Message;
}
