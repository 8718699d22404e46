using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Interp.Import;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Tests.Interp;

public sealed class AxisImportTests : IDisposable
{
    private static readonly ImportModel SmallModel = new("Small 1B", new string('a', 64), "llama", 6, 8);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a_raw_f32.pt", 6, 8, 3, "")]
    [InlineData("b_axis_with_metadata.pt", 6, 8, 3, "example-27b")]
    [InlineData("b2_bf16_axis.pt", 10, 16, 5, "")]
    [InlineData("c_list_of_layers.pt", 6, 8, 3, "")]
    [InlineData("h_legacy_dict.pt", 6, 8, 3, "example-27b")]
    public void A_published_axis_becomes_an_axis_file_with_its_source(string name, int layers, int width, int shown, string model)
    {
        var path = Repository.Fixture("pt", name);
        var values = Assert.IsType<PublishedAxis>(PublishedFile.Read(path)).Layers.SelectMany(row => row);
        Store(Assert.IsType<ImportedAxis>(AxisImport.Read(path, new())).Parts, "x.axis.safetensors");
        var axis = AxisFile.Open(folder.File("x.axis.safetensors"));

        Assert.Equal((layers, width, shown), (axis.Layers, axis.Width, axis.DisplayLayer));
        Assert.Equal(values, axis.Parts.Axis);
        Assert.Equal(("assistant", "assistant", model), (axis.Provenance.PointsTo, axis.Provenance.SourcePointsTo, axis.Provenance.ModelName));
        Assert.Equal($"{name}, sha256 {FileHash.Sha256(path)}", axis.Provenance.ImportedFrom);
        Assert.Equal(shown, axis.Watch().Layer);
        Assert.Contains("threshold as a number", Assert.Throws<InputException>(() => axis.Threshold(1, 75)).Message, StringComparison.Ordinal);
        Assert.Contains("coefficient", Assert.Throws<InputException>(() => axis.Steer(1, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_points_to_the_role_is_negated_and_says_so()
    {
        var path = Repository.Fixture("pt", "a_raw_f32.pt");
        var asItIs = Assert.IsType<ImportedAxis>(AxisImport.Read(path, new())).Parts;
        var turned = Assert.IsType<ImportedAxis>(AxisImport.Read(path, new() { PointsTo = "role" })).Parts;
        Assert.Equal(asItIs.Axis.Select(v => -v), turned.Axis);
        Assert.Equal(("assistant", "role"), (turned.Provenance.PointsTo, turned.Provenance.SourcePointsTo));
        Assert.DoesNotContain(turned.Axis, v => v == 0 && float.IsNegative(v));
    }

    [Fact]
    public void An_axis_tied_to_a_model_is_refused_by_others_with_both_names()
    {
        var path = Repository.Fixture("pt", "a_raw_f32.pt");
        var axis = new AxisFile(Assert.IsType<ImportedAxis>(AxisImport.Read(path, new() { Model = SmallModel })).Parts);
        axis.EnsureMatches("Small 1B", SmallModel.Sha256, 6, 8);
        Names(() => axis.EnsureMatches("Other", new string('b', 64), 6, 8), "Small 1B", "Other");
        Names(() => axis.EnsureMatches("Other", SmallModel.Sha256, 6, 9), "Small 1B", "Other", "width 9");
        Names(() => AxisImport.Read(Repository.Fixture("pt", "b2_bf16_axis.pt"), new() { Model = SmallModel }), "Small 1B", "10 layers, width 16");
        Names(() => AxisImport.Read(Repository.Fixture("pt", "b_axis_with_metadata.pt"), new() { Model = SmallModel with { Width = 9 } }), "Small 1B", "example-27b");
        Names(() => AxisImport.Read(Repository.Fixture("pt", "e_capping_config.pt"), new() { Model = SmallModel with { Layers = 5 } }), "Small 1B", "up to layer 5");
    }

    [Fact]
    public void A_layer_to_show_must_be_there()
    {
        Names(() => AxisImport.Read(Repository.Fixture("pt", "a_raw_f32.pt"), new() { DisplayLayer = 6 }), "--display-layer", "0, 1, 2, 3, 4, 5");
        Assert.Equal(5, Assert.IsType<ImportedAxis>(AxisImport.Read(Repository.Fixture("pt", "a_raw_f32.pt"), new() { DisplayLayer = 5 })).Parts.Provenance.DisplayLayer);
    }

    [Theory]
    [InlineData("e_capping_config.pt", "layers_3:5-p0.25", 2)]
    [InlineData("e2_capping_config_tensor_caps.pt", "layers_3:4-p0.25", 1)]
    public void A_ceiling_becomes_a_floor_on_the_negated_vector_and_both_give_the_same(string name, string id, int caps)
    {
        var path = Repository.Fixture("pt", name);
        var published = Assert.IsType<PublishedCapping>(PublishedFile.Read(path));
        var import = Assert.IsType<ImportedVectors>(AxisImport.Read(path, new()));
        Assert.Equal(("role", "assistant"), (import.SourcePointsTo, import.Vectors.PointsTo));
        import.Vectors.Write(folder.File("v.safetensors"));
        ExperimentFile.Write(folder.File("e.json"), import.Experiments.First(e => e.Id == id), import.VectorLayers, "v.safetensors");

        var read = InterventionFile.Read(folder.File("e.json"), Library(6, 8));
        var source = published.Experiments.First(e => e.Id == id).Caps;
        Assert.Equal(caps, read.Count);
        Assert.All(read.Zip(source), pair =>
        {
            var (cap, ceiling) = (Assert.Single(pair.First.Layers), pair.Second.Ceiling);
            var vector = published.Vectors[pair.Second.Vector];
            Assert.Equal((InterventionKind.Cap, vector.Layer, (float)-ceiling), (pair.First.Kind, cap.Layer, cap.Amount));
            Assert.Equal(vector.Vector.Select(v => -v), cap.Vector.Values.ToArray());
            AssertSame(vector.Vector, ceiling, cap.Vector.Unit, cap.Amount);
        });
    }

    // The published formula on v and c beside the floor on a and t: h - max(h.v - c, 0) v = h - min(h.a - t, 0) a, v and a of length 1.
    private static void AssertSame(float[] vector, double ceiling, ReadOnlySpan<float> unit, float floor)
    {
        var random = new Random(3);
        var norm = Math.Sqrt(vector.Sum(v => (double)v * v));
        for (var trial = 0; trial < 20; trial++)
        {
            var h = vector.Select(_ => random.NextDouble() * 4 - 2).ToArray();
            double onVector = 0, onUnit = 0;
            for (var i = 0; i < h.Length; i++)
            {
                onVector += h[i] * vector[i] / norm;
                onUnit += h[i] * unit[i];
            }

            for (var i = 0; i < h.Length; i++)
                Assert.Equal(h[i] - Math.Max(onVector - ceiling, 0) * vector[i] / norm, h[i] - Math.Min(onUnit - floor, 0) * unit[i], 1e-5);
        }
    }

    [Fact]
    public void Role_vectors_keep_their_sign_and_serve_as_vectors_of_every_layer()
    {
        var import = Assert.IsType<ImportedVectors>(AxisImport.Read(Repository.Fixture("pt", "d_role_vectors.pt"), new()));
        Assert.Equal(("role", "role"), (import.SourcePointsTo, import.Vectors.PointsTo));
        import.Vectors.Write(folder.File("roles.safetensors"));
        var published = Assert.IsType<PublishedRoles>(PublishedFile.Read(Repository.Fixture("pt", "d_role_vectors.pt"))).Roles;
        Assert.Equal(["pirate", "ghost", "therapist"], published.Select(r => r.Role));
        foreach (var role in published)
            Assert.Equal(role.Layers[4], Library(6, 8).Vector($"roles.safetensors#{role.Role}").At(4).Values.ToArray());
        Names(() => AxisImport.Read(Repository.Fixture("pt", "d_role_vectors.pt"), new() { PointsTo = "assistant" }), "--points-to", "point to the role");
    }

    [Fact]
    public void Vectors_tied_to_a_model_are_refused_by_others_with_both_names()
    {
        Assert.IsType<ImportedVectors>(AxisImport.Read(Repository.Fixture("pt", "d_role_vectors.pt"), new() { Model = SmallModel })).Vectors.Write(folder.File("roles.safetensors"));
        Assert.NotNull(Library(6, 8, SmallModel.Sha256).Vector("roles.safetensors#ghost"));
        Names(() => Library(6, 8).Vector("roles.safetensors#ghost"), "Small 1B", "Tiny");
        Names(() => Library(6, 16, SmallModel.Sha256).Vector("roles.safetensors#ghost"), "Small 1B", "Tiny", "[6, 16]");
        Store(Assert.IsType<ImportedAxis>(AxisImport.Read(Repository.Fixture("pt", "a_raw_f32.pt"), new() { Model = SmallModel })).Parts, "x.axis.safetensors");
        Names(() => Library(6, 8).Vector("x.axis.safetensors#axis"), "Small 1B", "Tiny");
    }

    [Theory]
    [InlineData("cv-layer-count-u32.gguf", 30, 15)]
    [InlineData("cv-layer-count-i32.gguf", 30, 15)]
    [InlineData("cv-sparse-unordered.gguf", 30, 12)]
    public void A_control_vector_becomes_an_axis_and_comes_back_as_it_was(string name, int layers, int shown)
    {
        var path = Repository.Fixture("controlvector", name);
        var golden = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Repository.Fixture("controlvector", "directions.f32.bin"))).ToArray();
        Store(Assert.IsType<ImportedAxis>(AxisImport.Read(path, new())).Parts, "cv.axis.safetensors");
        var axis = AxisFile.Open(folder.File("cv.axis.safetensors"));
        Assert.Equal((layers, 576, shown, "llama"), (axis.Layers, axis.Width, axis.DisplayLayer, axis.Provenance.Architecture));
        Assert.False(axis.HasLayer(0));
        var own = ControlVector.Read(path);
        Assert.Equal(own.Directions.Keys, Enumerable.Range(0, layers).Where(axis.HasLayer));
        Assert.All(own.Directions.Keys, l => Assert.Equal(golden[((l - 1) * 576)..(l * 576)], axis.At(l).Values.ToArray()));
    }

    [Fact]
    public void A_control_vector_without_all_layers_is_completed_by_its_model()
    {
        var cv = folder.File("few.gguf");
        ControlVector.Write(cv, "llama", new Dictionary<int, float[]> { [2] = [1, 2, 0, 0, 0, 0, 0, 0] });
        Assert.Equal(3, Assert.IsType<ImportedAxis>(AxisImport.Read(cv, new())).Parts.Layers);
        Assert.Equal(6, Assert.IsType<ImportedAxis>(AxisImport.Read(cv, new() { Model = SmallModel })).Parts.Layers);
        Names(() => AxisImport.Read(cv, new() { Model = SmallModel with { Layers = 2 } }), "3 layers", "Small 1B");
    }

    [Fact]
    public void A_control_vector_that_names_its_sign_is_believed()
    {
        var cv = folder.File("sign.gguf");
        ControlVector.Write(cv, "llama", new Dictionary<int, float[]> { [1] = [1, 2] }, "role", ("Small 1B", SmallModel.Sha256));
        var parts = Assert.IsType<ImportedAxis>(AxisImport.Read(cv, new())).Parts;
        Assert.Equal([0f, 0, -1, -2], parts.Axis);
        Assert.Equal(("role", "Small 1B", SmallModel.Sha256), (parts.Provenance.SourcePointsTo, parts.Provenance.ModelName, parts.Provenance.ModelSha256));
        Names(() => AxisImport.Read(cv, new() { PointsTo = "assistant" }), "axisdemo.points_to", "--points-to assistant");
    }

    [Fact]
    public void A_control_vector_that_names_its_model_is_given_to_no_other()
    {
        var cv = folder.File("tied.gguf");
        ControlVector.Write(cv, "llama", new Dictionary<int, float[]> { [2] = [1, 2, 0, 0, 0, 0, 0, 0] }, "assistant", ("Small 1B", SmallModel.Sha256));
        Assert.Equal(SmallModel.Sha256, Assert.IsType<ImportedAxis>(AxisImport.Read(cv, new() { Model = SmallModel })).Parts.Provenance.ModelSha256);
        Names(() => AxisImport.Read(cv, new() { Model = SmallModel with { Name = "Other 2B", Sha256 = new string('f', 64) } }), "axisdemo.model_sha256", "Small 1B", "Other 2B");
    }

    [Fact]
    public void A_name_that_a_file_cannot_have_is_replaced()
    {
        Assert.Equal("layers_46_54-p0.25", ExperimentFile.FileName("layers_46:54-p0.25"));
        Assert.Equal(".._.._etc", ExperimentFile.FileName("../../etc"));
        Assert.Equal("a_b", VectorsFile.TensorName("a#b"));
    }

    [Fact]
    public void The_published_contrast_vectors_of_a_large_model_become_an_axis()
    {
        var data = Environment.GetEnvironmentVariable("AXISDEMO_DATA");
        Assert.SkipWhen(string.IsNullOrEmpty(data), "AXISDEMO_DATA is not set: it names the folder with neuronpedia-llama-3.3-70b/contrast_vectors.pt.");
        var parts = Assert.IsType<ImportedAxis>(AxisImport.Read(Path.Combine(data!, "neuronpedia-llama-3.3-70b", "contrast_vectors.pt"), new())).Parts;
        Store(parts, "llama.axis.safetensors");
        var axis = AxisFile.Open(folder.File("llama.axis.safetensors"));
        Assert.Equal((80, 8192, 40), (axis.Layers, axis.Width, axis.DisplayLayer));
        // Stored in bf16: every value has its lower half empty.
        Assert.All(axis.Parts.Axis, v => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(v) & 0xFFFF));
    }

    private void Store(AxisParts parts, string name) => new AxisFile(parts).Write(folder.File(name));

    private VectorLibrary Library(int layers, int width, string sha = "abc") =>
        new(new ModelInfo("Tiny", "tiny.gguf", sha, "llama", 1, "F32", layers, width, 64, 10, "CPU"), folder.File);

    private static void Names(Action act, params string[] words)
    {
        var message = Assert.Throws<InputException>(act).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }
}
