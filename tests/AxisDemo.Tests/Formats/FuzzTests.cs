using AxisDemo.Formats;

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

    private void Fuzz(string seedFile, Action<string> read)
    {
        var valid = File.ReadAllBytes(Repository.Fixture(seedFile.Split('/')));
        var refused = 0;
        for (var seed = 0; seed < Mutations.Cases; seed++)
        {
            var path = _folder.Write("damaged", Mutations.Of(valid, seed));
            var error = Bounds.Within(64 << 20, $"{seedFile}, seed {seed}", () => Record.Exception(() => read(path)));
            if (error is null) continue;
            refused++;
            Assert.True(error is InputException { Fault.Length: > 0 } && !error.Message.Contains('\n', StringComparison.Ordinal), $"{seedFile}, seed {seed}: {error}");
        }
        Assert.InRange(refused, 1, Mutations.Cases);
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
