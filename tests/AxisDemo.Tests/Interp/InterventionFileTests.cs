using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Interp;

public sealed class InterventionFileTests : IDisposable
{
    private const int Layers = 4, Width = 3;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("axis-test-");
    private readonly VectorLibrary library;

    public InterventionFileTests()
    {
        library = new VectorLibrary(new ModelInfo("Tiny", "tiny.gguf", "abc", "llama", 1, "F32", Layers, Width, 64, 10, "CPU"), name => Path.Combine(folder.FullName, name));
        var axis = new float[Layers * Width];
        var percentiles = new float[Layers * AxisFile.Percentiles];
        for (var l = 0; l < Layers; l++)
        {
            axis[l * Width + 1] = l + 1;
            for (var p = 0; p < AxisFile.Percentiles; p++) percentiles[l * AxisFile.Percentiles + p] = l * 1000 + p;
        }

        SafetensorsFileWith("v.safetensors", ("one", [Width], [3f, 0, 4]), ("all", [Layers, Width], axis), ("m", [Width], [1f, 1, 1]), ("wide", [5], new float[5]));
        new AxisFile(new AxisParts { Layers = Layers, Width = Width, Axis = axis, PercentileTable = percentiles, Provenance = Provenance("abc") }).Write(Path.Combine(folder.FullName, "a.axis.safetensors"));
        new AxisFile(new AxisParts { Layers = Layers, Width = Width, Axis = axis, Provenance = Provenance("other") }).Write(Path.Combine(folder.FullName, "foreign.axis.safetensors"));
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static AxisProvenance Provenance(string sha) => new() { Name = "Test axis", ModelName = "Tiny", ModelSha256 = sha, DisplayLayer = 2, PointsTo = "assistant" };

    private void SafetensorsFileWith(string name, params (string, long[], float[])[] tensors) => SafetensorsWriter.Write(Path.Combine(folder.FullName, name), tensors);

    private IReadOnlyList<Intervention> Parse(string json) => InterventionFile.Parse(JsonDocument.Parse(json).RootElement, library);

    [Fact]
    public void A_percentile_is_each_layers_own_floor_and_layers_are_half_open()
    {
        var cap = Assert.Single(Parse("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":"p75"}]"""));
        Assert.Equal(InterventionKind.Cap, cap.Kind);
        Assert.Equal([(1, 1075f), (2, 2075f)], cap.Layers.Select(l => (l.Layer, l.Amount)));
        Assert.Equal(Positions.All, cap.Positions);
    }

    [Fact]
    public void A_field_given_twice_is_refused()
    {
        var path = Path.Combine(folder.FullName, "twice.json");
        File.WriteAllText(path, """[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":1,"threshold":2}]""");
        Assert.Contains("threshold", Assert.Throws<InputException>(() => InterventionFile.Read(path, library)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_before_the_list_is_passed_over()
    {
        var path = Path.Combine(folder.FullName, "i.json");
        File.WriteAllText(path, """[{"kind":"add","vector":"v.safetensors#one","layers":3,"coefficient":2}]""", new System.Text.UTF8Encoding(true));
        Assert.Equal(2, Assert.Single(InterventionFile.Read(path, library)).Layers[0].Amount);
        File.WriteAllText(path, "[]", System.Text.Encoding.Unicode);
        Assert.Equal($"{path}: it is UTF-16 or UTF-32. Save it as UTF-8.", Assert.Throws<InputException>(() => InterventionFile.Read(path, library)).Message);
    }

    [Fact]
    public void A_tensor_of_all_layers_gives_each_layer_its_row()
    {
        var cap = Assert.Single(Parse("""[{"kind":"cap","vector":"v.safetensors#all","layers":"0:4","threshold":[1,2,3,-4.5],"positions":"no-special"}]"""));
        Assert.Equal([1f, 2, 3, -4.5f], cap.Layers.Select(l => l.Amount));
        Assert.Equal([1d, 2, 3, 4], cap.Layers.Select(l => l.Vector.Norm));
        Assert.Equal(Positions.NoSpecial, cap.Positions);
    }

    [Fact]
    public void Items_keep_their_order_and_every_kind_is_known()
    {
        var list = Parse("""
            [{"kind":"add","vector":"v.safetensors#one","layers":"3","coefficient":2.0},
             {"kind":"ablate","vector":"v.safetensors#one","layers":0},
             {"kind":"ablate","vector":"v.safetensors#one","layers":0,"coefficient":0.5},
             {"kind":"mean_ablate","vector":"v.safetensors#one","mean":"v.safetensors#m","layers":"2","positions":"last"}]
            """);
        Assert.Equal([InterventionKind.Add, InterventionKind.Ablate, InterventionKind.Ablate, InterventionKind.Ablate], list.Select(i => i.Kind));
        Assert.Equal((3, 2f), (list[0].Layers[0].Layer, list[0].Layers[0].Amount));
        Assert.Null(list[1].Layers[0].Addend);
        Assert.Equal((0.5f, "one"), (list[2].Layers[0].Amount, list[2].Layers[0].Addend!.Name));
        Assert.Equal((1f, "m", Positions.Last), (list[3].Layers[0].Amount, list[3].Layers[0].Addend!.Name, list[3].Positions));
    }

    [Theory]
    [InlineData("""{}""", "no list")]
    [InlineData("""[3]""", "interventions[0]: it is no object")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","treshold":"p75"}]""", "treshold")]
    [InlineData("""[{"kind":"cup","axis":"a.axis.safetensors","layers":"1:3","threshold":1}]""", "cup")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3"}]""", "threshold")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":[1]}]""", "1 numbers for 2 layers")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":"p101"}]""", "p101")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":"p0.25"}]""", "Write p75")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":1e99}]""", "no number")]
    [InlineData("""[{"kind":"cap","vector":"v.safetensors#one","layers":"1:3","threshold":"p75"}]""", "axis file")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"3:5","threshold":1}]""", "interventions[0].layers: 3:5 are no blocks of")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"3:3","threshold":1}]""", "3:3")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"-1:2","threshold":1}]""", "-1:2")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","vector":"v.safetensors#one","layers":"1","threshold":1}]""", "both")]
    [InlineData("""[{"kind":"cap","axis":"foreign.axis.safetensors","layers":"1","threshold":1}]""", "foreign.axis")]
    [InlineData("""[{"kind":"cap","layers":"1","threshold":1}]""", "neither")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":"1"}]""", "coefficient")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":"1","coefficient":1,"threshold":1}]""", "threshold")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#nobody","layers":"1","coefficient":1}]""", "nobody")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#wide","layers":"1","coefficient":1}]""", "[5]")]
    [InlineData("""[{"kind":"add","vector":"none.safetensors#x","layers":"1","coefficient":1}]""", "none.safetensors")]
    [InlineData("""[{"kind":"mean_ablate","vector":"v.safetensors#one","layers":"1"}]""", "mean")]
    [InlineData("""[{"kind":"ablate","vector":"v.safetensors#one","layers":"1","positions":"first"}]""", "first")]
    public void What_cannot_be_meant_is_refused_by_name(string json, string word) =>
        Assert.Contains(word, Assert.Throws<InputException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a.axis.safetensors", "Test axis", 2)]
    [InlineData("a.axis.safetensors@3", "Test axis", 3)]
    [InlineData("v.safetensors#one@1", "one", 1)]
    public void A_watch_names_its_axis_and_layer(string reference, string name, int layer)
    {
        var watch = library.Watch(reference);
        Assert.Equal((name, layer), (watch.Axis, watch.Layer));
    }

    [Theory]
    [InlineData("v.safetensors#one", "@LAYER")]
    [InlineData("a.axis.safetensors@4", "@0 to @3")]
    [InlineData("a.axis.safetensors@x", "'x'")]
    public void A_watch_without_a_block_of_the_model_is_refused(string reference, string word) =>
        Assert.Contains(word, Assert.Throws<InputException>(() => library.Watch(reference)).Message, StringComparison.Ordinal);
}
