namespace AxisDemo.Tests.Cli;

public class InspectCommandTests
{
    [Fact]
    public void The_header_of_the_embedded_model_is_one_JSON_object()
    {
        var run = Axis.Run("inspect", Repository.Model, "--json");
        Assert.Equal(0, run.ExitCode);
        var header = run.Json;
        Assert.Equal("llama", header.GetProperty("metadata").GetProperty("general.architecture").GetString());
        Assert.Equal(49152, header.GetProperty("metadata").GetProperty("tokenizer.ggml.tokens").GetArrayLength());
        var embedding = header.GetProperty("tensors").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "token_embd.weight");
        Assert.Equal("Q8_0", embedding.GetProperty("type").GetString());
        Assert.Equal([49152, 576], embedding.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()));
    }

    [Fact]
    public void A_safetensors_file_is_read_too()
    {
        var run = Axis.Run("inspect", Repository.Fixture("interventions", "ops.safetensors"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(": safetensors, ", run.Out, StringComparison.Ordinal);
        Assert.Contains("F32", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_takes_any_part_of_a_model_in_parts()
    {
        var part = Repository.Fixture("reports", "split", "tiny-00002-of-00002.gguf");
        var header = Axis.Run("inspect", part, "--json").Json;
        Assert.Equal(("GGUF 3, 2 files", 38, "tiny-smollm"), (header.GetProperty("format").GetString(), header.GetProperty("tensors").GetArrayLength(), header.GetProperty("metadata").GetProperty("general.name").GetString()));
        var whole = Repository.Fixture("tiny-models", "smollm", "smollm.gguf");
        Assert.Equal(Axis.RunWithInput("the rain", "tokenize", "--model", whole).Out, Axis.RunWithInput("the rain", "tokenize", "--model", part).Out);
        string Ids(string model) => string.Join(' ', Axis.Run("generate", "--model", model, "--ids", "1,50,60,70,80,90", "--greedy", "--max-tokens", "8", "--json").JsonLines.Where(e => e.GetProperty("kind").GetString() == "token").Select(e => e.GetProperty("id").GetInt32()));
        // llama.cpp's tokens for these parts (node-llama-cpp 3.22.1, on the CPU).
        Assert.Equal("271 234 172 216 216 216 216 69", Ids(part));
        Assert.Equal(Ids(whole), Ids(part));
    }

    [Fact]
    public void A_file_that_does_not_exist_is_named() => Axis.Run("inspect", "no-such.gguf").AssertBadInput("no-such.gguf", "does not exist");

    [Theory]
    [InlineData("gguf-truncated-data.gguf", "alpha.weight")]
    [InlineData("gguf-bad-magic.gguf", "GGUF")]
    [InlineData("gguf-kv-count-huge.gguf", "kv_count")]
    public void A_damaged_file_is_one_line_with_the_field(string name, string field) =>
        Axis.Run("inspect", Repository.Fixture("malformed", name)).AssertBadInput(name, field);

    [Fact]
    public void A_PyTorch_file_is_listed_by_the_names_inside_it()
    {
        var run = Axis.Run("inspect", Repository.Fixture("pt", "e_capping_config.pt"), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains(run.Json.GetProperty("tensors").EnumerateArray(), t => t.GetProperty("name").GetString()!.StartsWith("vectors.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x_os_system_reduce.pt", "system")]
    [InlineData("x_pickle_self_list.pt", "x_pickle_self_list.pt")]
    [InlineData("x_pickle_billion_laughs.pt", "x_pickle_billion_laughs.pt")]
    public void A_hostile_PyTorch_file_is_refused_and_nothing_of_it_runs(string name, string word) =>
        Axis.Run("inspect", Repository.Fixture("pt", name)).AssertBadInput(word);
}
