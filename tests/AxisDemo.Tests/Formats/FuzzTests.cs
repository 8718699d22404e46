using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Interp.Import;
using AxisDemo.Compute;
using AxisDemo.Model;

namespace AxisDemo.Tests.Formats;

/// <summary>Whatever the bytes, a reader gives tensors that lie in the file, or an <see cref="InputException"/>, soon and in little memory.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("malformed/valid-mini.gguf")]
    [InlineData("malformed/valid-tiny-llama.gguf")]
    [InlineData("controlvector/cv-sparse-unordered.gguf")]
    public void A_damaged_gguf_file_is_read_or_refused(string seedFile) => Fuzz(seedFile, path => Touch(GgufFile.Open(path)));

    [Theory]
    [InlineData("malformed/valid.safetensors")]
    [InlineData("malformed/valid-empty.safetensors")]
    public void A_damaged_safetensors_file_is_read_or_refused(string seedFile) => Fuzz(seedFile, path => Touch(SafetensorsFile.Open(path)));

    [Theory]
    [InlineData("pt/b_axis_with_metadata.pt")]
    [InlineData("pt/g_handmade.pt")]
    [InlineData("pt/h_legacy_dict.pt")]
    [InlineData("pt/i_legacy_protocol4.pt")]
    public void A_damaged_pytorch_file_is_read_or_refused(string seedFile) => Fuzz(seedFile, path =>
    {
        using var file = TorchFile.Open(path);
        Touch(file.Root, depth: 3);
    });

    [Theory]
    [InlineData("controlvector/cv-sparse-unordered.gguf")]
    [InlineData("pt/a_raw_f32.pt")]
    [InlineData("pt/d_role_vectors.pt")]
    [InlineData("pt/e_capping_config.pt")]
    [InlineData("pt/h_legacy_bf16_list.pt")]
    public void A_damaged_published_file_is_imported_or_refused(string seedFile) => Fuzz(seedFile, path =>
    {
        switch (AxisImport.Read(path, new ImportOptions()))
        {
            case ImportedAxis axis: _ = new AxisFile(axis.Parts).Watch(); break;
            case ImportedVectors vectors:
                vectors.Vectors.Write(_folder.File("out.safetensors"));
                foreach (var experiment in vectors.Experiments) ExperimentFile.Write(_folder.File("out.json"), experiment, vectors.VectorLayers, "out.safetensors");
                break;
        }
    });

    [Fact]
    public void A_damaged_capping_configuration_goes_into_an_axis_or_is_refused()
    {
        var axis = (ImportedAxis)AxisImport.Read(Repository.Fixture("pt", "a_raw_f32.pt"), new ImportOptions());
        var (layers, width) = (axis.Parts.Layers, axis.Parts.Width);
        TorchWriter.Capping(_folder.File("caps.pt"), Enumerable.Range(0, layers).Select(l => ($"v{l}", l, axis.Parts.Axis[(l * width)..((l + 1) * width)].Select(v => -v).ToArray())),
            [("layers_3:5-p0.25", [("v3", -1), ("v4", -2)]), ("layers_3:5-p0.5", [("v3", -0.5), ("v4", -1.5)]), ("mine", [("v2", 0.5)])]);
        Fuzzing.Run("capping configuration", seed => _folder.Write("damaged", Mutations.Of(File.ReadAllBytes(_folder.File("caps.pt")), seed)), path =>
        {
            var parts = PublishedCaps.AddTo(axis, path, null).Parts;
            _ = new AxisFile(parts).Cap(parts.Recommended!.From, parts.Recommended.To, parts.Recommended.Percentile);
        });
    }

    [Fact]
    public void A_damaged_axis_file_is_read_or_refused()
    {
        var percentiles = Enumerable.Range(0, 3 * AxisFile.Percentiles).Select(i => (float)i).ToArray();
        var parts = new AxisParts
        {
            Layers = 3,
            Width = 4,
            Axis = [.. Enumerable.Range(1, 12).Select(i => (float)i)],
            PercentileTable = percentiles,
            MeanNorm = [1, 2, 3],
            Offset = [0, 1, 2],
            RoleNames = ["bard", "ghost"],
            RoleVectors = [1, 2, 3, 4, 5, 6, 7, 8],
            DefaultVector = [1, 1, 1, 1],
            Provenance = new AxisProvenance { DisplayLayer = 1, ModelName = "Sample", ModelSha256 = new string('a', 64) },
            Recommended = new CalibrationRow { From = 1, To = 2, Percentile = 75, RoleExpression = 1, Change = -0.5, Price = 0.1, Lifted = 0.5, Answers = 9 },
        };
        new AxisFile(parts).Write(_folder.File("seed"));
        Fuzzing.Run("axis file", seed => _folder.Write("damaged", Mutations.Of(File.ReadAllBytes(_folder.File("seed")), seed)), path =>
        {
            var axis = AxisFile.Open(path);
            axis.EnsureMatches("Sample", new string('a', 64), 3, 4);
            _ = axis.Watch();
            _ = axis.Steer(0, 0.5);
            _ = axis.Cap(0, 2, 75);
            _ = axis.PercentileOf(2, 300);
        });
    }

    [Theory]
    [InlineData("malformed/valid-tiny-llama.gguf")]
    public void A_damaged_model_is_loaded_or_refused(string seedFile) => Fuzz(seedFile, path =>
    {
        using var model = LoadedModel.Load(path, new CpuOps(new CpuOptions { Threads = 1 }));
        _ = model.Tokenizer.Decode(model.Tokenizer.Encode("a b", parseSpecial: true));
        // Damaged weights may be anything, so the logits may be too; they must be there.
        Assert.Equal(model.Info.Vocabulary, Inspector.Run(model.Transformer, [0, 1]).Logits.Length / 2);
    });

    private void Fuzz(string seedFile, Action<string> read)
    {
        var valid = File.ReadAllBytes(Repository.Fixture(seedFile.Split('/')));
        Fuzzing.Run(seedFile, seed => _folder.Write("damaged", Mutations.Of(valid, seed)), read);
    }

    private static void Touch(IWeightFile file)
    {
        using (file)
            foreach (var tensor in file.Tensors) Touch(tensor);
    }

    private static void Touch(object? value, int depth)
    {
        if (value is TorchTensor { DType: TorchDType.Float32 or TorchDType.Float64 or TorchDType.Float16 or TorchDType.BFloat16 } floats) Assert.Equal(floats.Count, floats.ToFloats().Length);
        else if (value is TorchTensor integers) Assert.Equal(integers.Count, integers.ToInt64s().Length);
        else if (depth > 0 && value is TorchList list) foreach (var item in list.Items) Touch(item, depth - 1);
        else if (depth > 0 && value is TorchDictionary dictionary) foreach (var (_, item) in dictionary.Entries) Touch(item, depth - 1);
    }

    // Every byte of a tensor must lie in the file: reading one outside of the mapping would end the process.
    private static unsafe void Touch(TensorView tensor)
    {
        var sum = 0;
        foreach (var b in new ReadOnlySpan<byte>((void*)tensor.Data, checked((int)tensor.Bytes))) sum += b;
        Assert.True(sum >= 0);
        Assert.InRange(tensor.Bytes, 0, new FileInfo(tensor.File).Length);
    }
}
