using System.Security.Cryptography;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;
using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;

namespace AxisDemo.Tests.Model;

/// <summary>The tiny smollm model in two parts (tests/fixtures/reports/split) is the model that the whole file is.</summary>
public sealed class SplitModelTests
{
    private static string Whole => Repository.Fixture("tiny-models", "smollm", "smollm.gguf");

    [Theory]
    [InlineData(SplitModel.First)]
    [InlineData(SplitModel.Second)]
    public void Logits_are_those_of_the_whole_file_bit_for_bit(string part)
    {
        using var whole = TestModel.Open(Whole);
        using var split = TestModel.Open(SplitModel.Fixture(part));
        using var golden = new Golden(Repository.Fixture("tiny-models", "smollm", "golden.json"), Repository.Fixture("tiny-models", "smollm", "golden.safetensors"));
        for (var p = 0; p < 3; p++)
        {
            var logits = Inspector.Run(split.Transformer, golden.Ints($"prompt.{p}.input_ids")).Logits;
            Assert.Equal(Inspector.Run(whole.Transformer, golden.Ints($"prompt.{p}.input_ids")).Logits, logits);
            // The tolerance of TinyModelTests.
            Golden.Close(golden.Floats($"prompt.{p}.logits"), logits, 1e-4, $"prompt {p}");
        }
    }

    [Theory]
    [InlineData(SplitModel.First)]
    [InlineData(SplitModel.Second)]
    public void The_loaded_model_has_the_tokenizer_the_numbers_and_the_hash_of_all_parts(string part)
    {
        using var model = LoadedModel.Load(SplitModel.Fixture(part), new CpuOps(new CpuOptions { Threads = 1 }), cancellation: TestContext.Current.CancellationToken);
        using var whole = ModelSource.Open(Whole);
        Assert.Equal(("tiny-smollm", whole.Parameters, whole.Config.Context, 300), (model.Info.Name, model.Info.Parameters, model.Info.Context, model.Tokenizer.VocabularySize));
        // sha256sum tiny-*.gguf | cut -c-64 | sha256sum
        Assert.Equal("4b8f2bb356ff7f7b80811437d0275d3457265a7fdb1ff0653183d2a26b6f2f47", model.Info.Sha256);
    }

    [Fact]
    public void The_hash_follows_content_and_order_but_not_the_name()
    {
        using var folder = new TemporaryFolder();
        SplitModel.CopyTo(folder.Path, "my own name @ home");
        using var renamed = ModelSource.Open(folder.File("my own name @ home-00002-of-00002.gguf"));
        var lines = string.Concat(renamed.Files.Select(f => FileHash.Sha256(f) + "\n"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(lines))), renamed.Hash(TestContext.Current.CancellationToken));
        using var original = ModelSource.Open(SplitModel.Fixture(SplitModel.First));
        Assert.Equal(original.Hash(TestContext.Current.CancellationToken), renamed.Hash(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_model_without_a_name_inside_is_called_by_its_files_name()
    {
        using var folder = new TemporaryFolder();
        SplitModel.CopyTo(folder.Path, "Llama 70B");
        GgufEdit.Of(folder.File("Llama 70B-00001-of-00002.gguf")).Remove("general.name").Save(folder.File("Llama 70B-00001-of-00002.gguf"));
        using var source = ModelSource.Open(folder.File("Llama 70B-00002-of-00002.gguf"));
        Assert.Equal(("Llama 70B", folder.File("Llama 70B-00001-of-00002.gguf")), (source.Name, source.Path));
    }
}
