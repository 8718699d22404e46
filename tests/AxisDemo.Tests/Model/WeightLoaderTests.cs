using System.Runtime.InteropServices;
using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;

namespace AxisDemo.Tests.Model;

/// <summary>What the small tensors hold, and tensors that are no part of a model.</summary>
public sealed class WeightLoaderTests
{
    [Theory]
    [InlineData("qwen2", "model.norm.weight", float.NaN)]
    [InlineData("qwen2", "model.layers.2.input_layernorm.weight", float.PositiveInfinity)]
    [InlineData("qwen2", "model.layers.1.self_attn.k_proj.bias", float.NegativeInfinity)]
    [InlineData("gemma3", "model.layers.3.self_attn.q_norm.weight", float.NaN)]
    [InlineData("gemma3", "model.layers.3.post_feedforward_layernorm.weight", float.NaN)]
    public void A_norm_or_bias_that_holds_no_number_is_refused_by_name(string family, string name, float value)
    {
        using var folder = Rewritten(family, tensor => tensor.Name == name ? [.. tensor.ToFloats()[..^1], value] : tensor.ToFloats());
        var refused = Assert.Throws<InputException>(() => LoadedModel.Load(folder.Path, new CpuOps(new CpuOptions { Threads = 1 })));
        Assert.Equal(name, refused.Field);
        Assert.Contains(value.ToString(), refused.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-2f)]
    [InlineData(float.NaN)]
    [InlineData(float.Epsilon)]
    [InlineData(float.PositiveInfinity)]
    public void Divisors_of_the_rotation_that_give_none_are_refused_by_name(float value)
    {
        using var folder = new TemporaryFolder();
        var path = Repository.Fixture("tiny-models", "llama3", "llama3.gguf");
        using var file = GgufFile.Open(path);
        Assert.True(file.TryGet("rope_freqs.weight", out var divisors));
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes<float>(divisors.ToFloats()));
        BitConverter.TryWriteBytes(bytes.AsSpan(at + 4 * 5), value);
        Assert.Equal("rope_freqs.weight", Assert.Throws<InputException>(() => EditedModel.Logits(folder.Write("model.gguf", bytes))).Field);
    }

    [Theory]
    [InlineData("lm_head.bias")]
    [InlineData("model.norm.bias")]
    public void A_part_of_the_head_that_is_not_known_is_refused_by_name(string name)
    {
        using var folder = Rewritten("qwen3", t => t.ToFloats(), (name, [64L], new float[64]));
        Assert.Equal(name, Assert.Throws<InputException>(() => LoadedModel.Load(folder.Path, new CpuOps(new CpuOptions { Threads = 1 }))).Field);
    }

    [Fact]
    public void Another_tensor_is_told_of_and_what_follows_from_the_numbers_is_not()
    {
        using var folder = Rewritten("qwen3", t => t.ToFloats(), ("model.embed_norm.weight", [64L], new float[64]), ("model.rotary_emb.inv_freq", [16L], new float[16]), ("vision_tower.patch.weight", [4L], new float[4]));
        using var model = LoadedModel.Load(folder.Path, new CpuOps(new CpuOptions { Threads = 1 }));
        Assert.Equal($"{folder.Path}: model.embed_norm.weight: not known here, and not applied: answers may differ from what the model's makers had in mind.", Assert.Single(model.Info.Warnings));
    }

    // A tiny model's weights in one file, some of them changed, some added.
    private static FolderModel Rewritten(string family, Func<TensorView, float[]> values, params (string, long[], float[])[] more)
    {
        var folder = FolderModel.Copy(family);
        List<(string, long[], float[])> tensors = [.. more];
        using (var source = AxisDemo.Model.Loading.ModelSource.Open(Repository.Fixture("tiny-models", family)))
            foreach (var tensor in source.Tensors) tensors.Add((tensor.Name, tensor.Shape, values(tensor)));
        foreach (var file in Directory.GetFiles(folder.Path, "model*")) File.Delete(file);
        SafetensorsWriter.Write(folder.File("model.safetensors"), tensors, new Dictionary<string, string>());
        return folder;
    }
}
