using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model;

namespace AxisDemo.Tests.Interp;

public sealed class VectorReferenceTests : IDisposable
{
    private const int Layers = 4, Width = 3;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // What is there, what is written, and what that means: name, tensor, layer.
    [Theory]
    [InlineData("v", "v", "v", null, null)]
    [InlineData("v", "v@3", "v", null, "3")]
    [InlineData("v", "v#t", "v", "t", null)]
    [InlineData("v", "v#t@3", "v", "t", "3")]
    [InlineData("v", "v#a#b@3", "v", "a#b", "3")]
    [InlineData("v", "v#a@b@3", "v", "a@b", "3")]
    [InlineData("v", "v@x", "v", null, "x")]
    [InlineData("v@3", "v@3", "v@3", null, null)]
    [InlineData("v@3", "v@3@4", "v@3", null, "4")]
    [InlineData("v#t", "v#t", "v#t", null, null)]
    [InlineData("v|v#t", "v#t", "v#t", null, null)]
    [InlineData("v|v#t", "v#t#u", "v#t", "u", null)]
    [InlineData("v|v@3", "v@3", "v@3", null, null)]
    [InlineData("v|v@3", "v@3#t@4", "v@3", "t", "4")]
    [InlineData("a@b#c/v.safetensors", "a@b#c/v.safetensors", "a@b#c/v.safetensors", null, null)]
    [InlineData("a@b#c/v.safetensors", "a@b#c/v.safetensors#t", "a@b#c/v.safetensors", "t", null)]
    [InlineData("a@b#c/v.safetensors", "a@b#c/v.safetensors#t@3", "a@b#c/v.safetensors", "t", "3")]
    [InlineData(@"C:\x@1\y#2\v.safetensors", @"C:\x@1\y#2\v.safetensors#t@3", @"C:\x@1\y#2\v.safetensors", "t", "3")]
    // What is not there: the file that was meant.
    [InlineData("", "v", "v", null, null)]
    [InlineData("", "v.safetensors@3", "v.safetensors", null, "3")]
    [InlineData("", "v.safetensors#t@3", "v.safetensors", "t", "3")]
    [InlineData("", "a@b#c/v.safetensors", "a@b#c/v.safetensors", null, null)]
    [InlineData("", "a@b#c/v.safetensors@3", "a@b#c/v.safetensors", null, "3")]
    [InlineData("", "a@b#c/v.safetensors#t@3", "a@b#c/v.safetensors", "t", "3")]
    [InlineData("", "#t@3", "", "t", "3")]
    [InlineData("", "@3", "", null, "3")]
    [InlineData("", "", "", null, null)]
    public void What_is_there_decides_what_the_marks_mean(string there, string text, string name, string? tensor, string? layer) =>
        Assert.Equal(new VectorReference(name, tensor, layer), VectorReference.OfWatch(text, there.Split('|').Contains));

    [Fact]
    public void A_layer_is_the_business_of_watches_alone() =>
        Assert.Equal(new VectorReference("v", "t@3"), VectorReference.OfVector("v#t@3", "v".Equals));

    [Fact]
    public void A_long_text_of_marks_is_not_tried_at_every_one()
    {
        var tries = 0;
        bool Count(string name) => tries++ < 0;
        VectorReference.OfWatch(new string('#', 4000), Count);
        VectorReference.OfWatch(new string('#', 1 << 20) + "@1", Count);
        Assert.InRange(tries, 1, 200);
    }

    [Theory]
    [InlineData("a@b#c", "v@1#2.axis.safetensors", "w#1@2.safetensors")]
    [InlineData("plain", "v.axis.safetensors", "w.safetensors")]
    [InlineData("50% of 'it' \"é\" e\u0301 ünï", "-v %40 %23.axis.safetensors", "--w.safetensors")]
    public void Real_files_with_marks_in_their_names_are_watched_and_steered_with(string name, string axisFile, string vectorFile)
    {
        Directory.CreateDirectory(folder.File(name));
        string File(string file) => Path.Combine(folder.File(name), file);
        var rows = Enumerable.Range(0, Layers * Width).Select(i => i + 1f).ToArray();
        new AxisFile(new AxisParts { Layers = Layers, Width = Width, Axis = rows, Provenance = new() { Name = "Test axis", ModelName = "Tiny", ModelSha256 = "abc", DisplayLayer = 2 } }).Write(File(axisFile));
        SafetensorsWriter.Write(File(vectorFile), [("one", [(long)Width], [3f, 0, 4]), ("a@b", [(long)Width], [1f, 0, 0]), ("x#y", [(long)Layers, Width], rows)]);
        var library = new VectorLibrary(new ModelInfo("Tiny", "tiny.gguf", "abc", "llama", 1, "F32", Layers, Width, 64, 10, "CPU"), path => path);

        (string, int) Watch(string reference) => library.Watch(reference) is var watch ? (watch.Axis, watch.Layer) : default;
        Assert.Equal([("Test axis", 2), ("Test axis", 3)], [Watch(File(axisFile)), Watch(File(axisFile) + "@3")]);
        Assert.Equal([("one", 1), ("a@b", 0), ("x#y", 3)], [Watch(File(vectorFile) + "#one@1"), Watch(File(vectorFile) + "#a@b@0"), Watch(File(vectorFile) + "#x#y@3")]);
        Assert.Equal(5, library.Vector(File(vectorFile) + "#one").At(0).Norm);
        Assert.Equal(1, library.Vector(File(vectorFile) + "#a@b").At(0).Norm);
        Assert.Equal("Test axis", library.Vector(File(axisFile)).Name);

        // A missing file is called what the user called it; a tensor without a layer is told so.
        string Refused(string reference) => Assert.Throws<InputException>(() => library.Watch(reference)).Message;
        foreach (var missing in (string[])["gone.safetensors", "gone.axis.safetensors"])
            foreach (var more in (string[])["", "@1", "#one@1"])
                Assert.StartsWith($"{File(missing)}: file: does not exist", Refused(File(missing) + more), StringComparison.Ordinal);
        Assert.Contains("a tensor says nothing of a layer", Refused(File(vectorFile) + "#one"), StringComparison.Ordinal);
        Assert.Contains("@0 to @3", Refused(File(axisFile) + "@4"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_opened_once_however_it_is_called()
    {
        SafetensorsWriter.Write(folder.File("v.safetensors"), [("one", [(long)Width], [3f, 0, 4])]);
        var library = new VectorLibrary(new ModelInfo("Tiny", "tiny.gguf", "abc", "llama", 1, "F32", Layers, Width, 64, 10, "CPU"), name => folder.File(name.ToLowerInvariant()));
        Assert.Same(library.Vector("v.safetensors#one"), library.Vector("V.SafeTensors#one"));
    }
}
