using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model.Hooks;
using AxisDemo.Model;

namespace AxisDemo.Tests.Interp;

public sealed class InterventionFileTests : IDisposable
{
    private const int Layers = 4, Width = 3;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("axis-test-");
    private readonly VectorLibrary library;

    public InterventionFileTests()
    {
        library = new VectorLibrary(new ModelInfo("Tiny", "tiny.gguf", "abc", "llama", 1, "F32", Layers, Width, 64, 10, "CPU") { Heads = 2, KvHeads = 1, HeadDim = 2 }, name => Path.Combine(folder.FullName, name));
        var axis = new float[Layers * Width];
        var percentiles = new float[Layers * AxisFile.Percentiles];
        for (var l = 0; l < Layers; l++)
        {
            axis[l * Width + 1] = l + 1;
            for (var p = 0; p < AxisFile.Percentiles; p++) percentiles[l * AxisFile.Percentiles + p] = l * 1000 + p;
        }

        SafetensorsFileWith("v.safetensors", ("one", [Width], [3f, 0, 4]), ("all", [Layers, Width], axis), ("m", [Width], [1f, 1, 1]), ("of1", [Width], [1f, 0, 0]), ("of2", [Width], [0f, 2, 0]), ("wide", [5], new float[5]));
        float[] Count(int n) => [.. Enumerable.Range(0, n).Select(i => (float)i)];
        SafetensorsFileWith("run.safetensors", ("rows", [5, Width], Count(5 * Width)), ("two", [2, Width], Count(2 * Width)), ("each", [2, 5, Width], Count(2 * 5 * Width)), ("whole", [Layers, 5, Width], Count(Layers * 5 * Width)),
            ("blocks.2.attn.hook_z", [5, 4], Count(20)), ("blocks.3.attn.hook_z", [5, 4], [.. Count(20).Select(v => v + 100)]), ("keys", [5, 2], Count(10)),
            ("nan", [Width], [1f, float.NaN, 1]), ("blocks.1.attn.hook_pattern", [2, 5, 5], Count(50)), ("means", [Layers, 4], Count(Layers * 4)), ("means3", [Layers, 2, 2], Count(Layers * 4)));
        // As many tokens as layers: only the file says that they are tokens.
        SafetensorsWriter.Write(Path.Combine(folder.FullName, "tokens.safetensors"), [("rows", [Layers, Width], Count(Layers * Width)), ("z", [Layers, 4], Count(Layers * 4)), ("mean", [4], Count(4))], new Dictionary<string, string> { ["ids"] = "1,2,3,4" });
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
    public void Null_is_as_if_missing_and_a_whole_number_may_be_written_as_a_fraction()
    {
        var item = Assert.Single(Parse("""[{"kind":"add","vector":"v.safetensors#one","axis":null,"layers":3.0,"site":null,"coefficient":1,"positions":[2e0,5],"threshold":null}]"""));
        Assert.Equal((3, Site.ResidPost, Positions.At([2, 5])), (item.Layers[0].Layer, item.Site, item.Positions));
        Assert.Contains("2.5 is no position", Assert.Throws<InputException>(() => Parse("""[{"kind":"mask_head","heads":[],"positions":[2.5]}]""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_position_behind_the_prompt_is_named_with_its_item()
    {
        var list = JsonDocument.Parse("""[{"kind":"patch","site":"resid_pre","layers":1,"positions":[4],"values":"run.safetensors#rows"}]""").RootElement;
        Assert.Single(InterventionFile.Parse(list, library, prompt: 5));
        Assert.Equal("interventions[0].positions", Assert.Throws<InputException>(() => InterventionFile.Parse(list, library, prompt: 4)).Field);
    }

    [Fact]
    public void Each_layer_may_have_a_tensor_of_its_own()
    {
        var add = Assert.Single(Parse("""[{"kind":"add","vector":"v.safetensors#of{layer}","layers":"1:3","coefficient":1}]"""));
        Assert.Equal([1f, 0, 0], add.Layers[0].Vector.Values.ToArray());
        Assert.Equal([0f, 2, 0], add.Layers[1].Vector.Values.ToArray());
        var mean = Assert.Single(Parse("""[{"kind":"mean_ablate","vector":"v.safetensors#one","mean":"v.safetensors#of{layer}","layers":2}]"""));
        Assert.Equal([0f, 2, 0], mean.Layers[0].Addend!.Values.ToArray());
    }

    [Fact]
    public void What_is_no_file_or_has_nothing_in_it_is_said()
    {
        var path = Path.Combine(folder.FullName, "empty.json");
        File.WriteAllText(path, " \n");
        Assert.Contains("it is empty", Assert.Throws<InputException>(() => InterventionFile.Read(path, library)).Message, StringComparison.Ordinal);
        Assert.Contains("it is a folder", Assert.Throws<InputException>(() => InterventionFile.Read(folder.FullName, library)).Message, StringComparison.Ordinal);
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
        Assert.Equal([InterventionKind.Add, InterventionKind.Ablate, InterventionKind.Ablate, InterventionKind.MeanAblate], list.Select(i => i.Kind));
        Assert.Equal((3, 2f), (list[0].Layers[0].Layer, list[0].Layers[0].Amount));
        Assert.Null(list[1].Layers[0].Addend);
        Assert.Equal((0.5f, "one"), (list[2].Layers[0].Amount, list[2].Layers[0].Addend!.Name));
        Assert.Equal((1f, "m", Positions.Last), (list[3].Layers[0].Amount, list[3].Layers[0].Addend!.Name, list[3].Positions));
    }

    [Fact]
    public void A_site_and_positions_can_be_named_for_every_kind()
    {
        var list = Parse("""
            [{"kind":"cap","vector":"v.safetensors#one","layers":1,"threshold":1,"site":"attn_out","positions":"generated"},
             {"kind":"add","vector":"v.safetensors#one","layers":1,"coefficient":1,"site":"resid_pre","positions":[4,2,2]},
             {"kind":"ablate","vector":"v.safetensors#one","site":"embed"},
             {"kind":"ablate","vector":"run.safetensors#means","layers":"2","site":"z"}]
            """);
        Assert.Equal([Site.AttnOut, Site.ResidPre, Site.Embed, Site.Z], list.Select(i => i.Site));
        Assert.Equal([Positions.Generated, Positions.At([2, 4]), Positions.All, Positions.All], list.Select(i => i.Positions));
        Assert.Equal([2, 4], list[1].Positions.List);
        Assert.Equal([1, 1, -1, 2], list.Select(i => i.Blocks.Single()));
        Assert.Equal([8f, 9, 10, 11], list[3].Layers[0].Vector.Values.ToArray());
    }

    [Fact]
    public void Heads_are_masked_by_zero_or_by_their_own_mean()
    {
        var list = Parse("""
            [{"kind":"mask_head","heads":[[0,1],[3,0]],"value":"zero"},
             {"kind":"mask_head","heads":[[2,1]],"value":"mean","mean":"run.safetensors#means","positions":"last"},
             {"kind":"mask_head","heads":[[2,1]],"mean":"run.safetensors#means3"},
             {"kind":"mask_head","heads":[]}]
            """);
        Assert.Equal([(0, 1), (3, 0)], list[0].Masked.Select(m => (m.Layer, m.Head)));
        Assert.All(list[0].Masked, m => Assert.True(m.Mean.IsEmpty));
        Assert.Equal([10f, 11], list[1].Masked[0].Mean.ToArray());
        Assert.Equal(Positions.Last, list[1].Positions);
        Assert.Equal([10f, 11], list[2].Masked[0].Mean.ToArray());
        Assert.Empty(list[3].Masked);
    }

    [Fact]
    public void Rows_of_another_run_are_taken_by_position_and_by_layer()
    {
        var list = Parse("""
            [{"kind":"patch","site":"resid_pre","layers":1,"values":"run.safetensors#rows"},
             {"kind":"patch","site":"mlp_out","layers":1,"positions":[3,1],"values":"run.safetensors#rows"},
             {"kind":"patch","site":"resid_pre","layers":1,"positions":[30,10],"values":"run.safetensors#two"},
             {"kind":"patch","site":"resid_pre","layers":"1:3","values":"run.safetensors#each"},
             {"kind":"patch","site":"resid_pre","layers":"1:3","values":"run.safetensors#whole"},
             {"kind":"patch","site":"z","layers":"2:4","heads":[1],"values":"run.safetensors#blocks.{layer}.attn.hook_z"},
             {"kind":"patch","site":"v","layers":0,"values":"run.safetensors#keys"},
             {"kind":"freeze","layers":1,"heads":[0],"positions":[2],"values":"run.safetensors#blocks.{layer}.attn.hook_pattern"}]
            """);
        Assert.Equal([0, 1, 2, 3, 4], list[0].Positions.List);
        Assert.Equal([9f, 10, 11], list[1].Given[0].Values.Row(3).ToArray());
        Assert.Equal(Positions.At([1, 3]), list[1].Positions);
        // As many rows as positions: in their order.
        Assert.Equal([0f, 1, 2], list[2].Given[0].Values.Row(30).ToArray());
        Assert.Equal([3f, 4, 5], list[2].Given[0].Values.Row(10).ToArray());
        Assert.Equal([(1, 0f), (2, 15f)], list[3].Given.Select(g => (g.Layer, g.Values.Row(0)[0])));
        Assert.Equal([(1, 15f), (2, 30f)], list[4].Given.Select(g => (g.Layer, g.Values.Row(0)[0])));
        Assert.Equal([(2, 19f), (3, 119f)], list[5].Given.Select(g => (g.Layer, g.Values.Row(4)[3])));
        Assert.Equal([1], list[5].Heads);
        Assert.Null(list[6].Heads);
        // Of [heads, queries, keys] a position's row is [heads, keys].
        Assert.Equal([.. Enumerable.Range(10, 5).Concat(Enumerable.Range(35, 5)).Select(i => (float)i)], list[7].Given[0].Values.Row(2).ToArray());
    }

    [Theory]
    [InlineData("""[{"kind":"patch","layers":1,"values":"run.safetensors#rows"}]""", "interventions[0].site")]
    [InlineData("""[{"kind":"patch","site":"pattern","layers":1,"values":"run.safetensors#rows"}]""", "'pattern' is no place")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1}]""", "interventions[0].values: it is missing")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"values":"v.safetensors"}]""", "names no tensor")]
    [InlineData("""[{"kind":"patch","site":"z","layers":1,"values":"run.safetensors#rows"}]""", "[positions, 4] is needed")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":"0:3","values":"run.safetensors#each"}]""", "[3, positions, 3] is needed")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"positions":[7],"values":"run.safetensors#rows"}]""", "5 rows")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"positions":"last","values":"run.safetensors#rows"}]""", "'last' does not say which rows")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"positions":[-1],"values":"run.safetensors#rows"}]""", "-1 is no position")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"positions":["a"],"values":"run.safetensors#rows"}]""", "is no position")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"heads":[0],"values":"run.safetensors#rows"}]""", "has no heads")]
    [InlineData("""[{"kind":"patch","site":"v","layers":1,"heads":["x"],"values":"run.safetensors#keys"}]""", "is no head")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"values":"run.safetensors#rows","threshold":1}]""", "threshold: does not belong")]
    [InlineData("""[{"kind":"freeze","layers":1,"values":"run.safetensors#rows"}]""", "[2, positions, keys] is needed")]
    [InlineData("""[{"kind":"freeze","site":"z","layers":1,"values":"run.safetensors#rows"}]""", "site: does not belong")]
    [InlineData("""[{"kind":"ablate","axis":"a.axis.safetensors","site":"embed"}]""", "axis: has a direction for each block")]
    [InlineData("""[{"kind":"mask_head"}]""", "heads: they are missing")]
    [InlineData("""[{"kind":"mask_head","heads":3}]""", "heads: 3 is not a list")]
    [InlineData("""[{"kind":"mask_head","heads":[[0,1],[1,1],[0,1]]}]""", "interventions[0].heads: [0, 1] is named twice")]
    [InlineData("""[{"kind":"mask_head","heads":[[0,0]],"value":"mean","mean":"tokens.safetensors#z"}]""", "a row for each token")]
    [InlineData("""[{"kind":"add","vector":"tokens.safetensors#rows","layers":1,"coefficient":1}]""", "a row for each token")]
    [InlineData("""[{"kind":"add","vector":"run.safetensors#nan","layers":1,"coefficient":1}]""", "run.safetensors: nan: it holds a value that is not a number")]
    [InlineData("""[{"kind":"patch","site":"v","layers":1,"heads":[2],"values":"run.safetensors#keys"}]""", "interventions[0].heads: head 2 does not exist")]
    [InlineData("""[{"kind":"patch","site":"resid_pre","layers":1,"positions":[1,0],"values":"run.safetensors#two"}]""", "interventions[0].positions: run.safetensors#two has a row for each position, and the list is not in order")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#of{layer}","layers":"1:4","coefficient":1}]""", "v.safetensors: of3: there is no such tensor")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":1,"coefficient":1,"positions":7}]""", "interventions[0].positions: 7 is neither")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":1,"coefficient":1,"coefficient":2}]""", "interventions[0].coefficient: is given twice")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":1,"site":"attn_out","threshold":"p75"}]""", "threshold: p75 is a percentile of projections at the block's output, and the site is attn_out")]
    [InlineData("""[{"kind":"mask_head","heads":[[0]]}]""", "is no [layer, head]")]
    [InlineData("""[{"kind":"mask_head","heads":[["a",0]]}]""", "is no [layer, head]")]
    [InlineData("""[{"kind":"mask_head","heads":[[0,2]]}]""", "heads 0 to 1")]
    [InlineData("""[{"kind":"mask_head","heads":[[4,0]]}]""", "blocks 0 to 3")]
    [InlineData("""[{"kind":"mask_head","heads":[[0,0]],"value":"one"}]""", "'one' is not known")]
    [InlineData("""[{"kind":"mask_head","heads":[[0,0]],"value":"mean"}]""", "mean: it is missing")]
    [InlineData("""[{"kind":"mask_head","heads":[[0,0]],"value":"zero","mean":"run.safetensors#means"}]""", "the value is zero")]
    [InlineData("""[{"kind":"mask_head","heads":[[0,0]],"value":"mean","mean":"run.safetensors#rows"}]""", "[4, 4] is needed")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":1,"coefficient":1,"site":"nowhere"}]""", "'nowhere' is no place")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":1,"coefficient":1,"site":"embed"}]""", "layers: do not belong")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":1,"coefficient":1,"site":"v"}]""", "[2] or [4, 2] is needed")]
    [InlineData("""[{"kind":"add","vector":"v.safetensors#one","layers":1,"coefficient":1,"heads":[0]}]""", "heads: does not belong")]
    public void What_a_patch_cannot_mean_is_refused_by_name(string json, string word) =>
        Assert.Contains(word, Assert.Throws<InputException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{}""", "not a list")]
    [InlineData("""[3]""", "interventions[0]: it is no object")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","treshold":"p75"}]""", "treshold")]
    [InlineData("""[{"kind":"cup","axis":"a.axis.safetensors","layers":"1:3","threshold":1}]""", "cup")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3"}]""", "threshold")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":[1]}]""", "1 numbers for 2 layers")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":"p101"}]""", "p101")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":"p0.25"}]""", "Write p75")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"1:3","threshold":1e99}]""", "no number")]
    [InlineData("""[{"kind":"cap","vector":"v.safetensors#one","layers":"1:3","threshold":"p75"}]""", "axis file")]
    [InlineData("""[{"kind":"cap","axis":"a.axis.safetensors","layers":"3:5","threshold":1}]""", "interventions[0].layers: 3:5: ")]
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
