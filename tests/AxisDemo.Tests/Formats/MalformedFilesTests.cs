using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Compute;
using AxisDemo.Model;

namespace AxisDemo.Tests.Formats;

/// <summary>Every broken container of the golden list is refused with its field named, quickly and in little memory.</summary>
public class MalformedFilesTests
{
    public static TheoryData<string, string> Containers()
    {
        var rows = new TheoryData<string, string>();
        using var list = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("malformed", "malformed.json")));
        foreach (var entry in list.RootElement.EnumerateArray().Where(e => e.GetProperty("level").GetString() == "container"))
            rows.Add(entry.GetProperty("file").GetString()!, entry.GetProperty("field").GetString()!);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void A_broken_container_is_refused_by_field(string file, string field)
    {
        var path = Repository.Fixture("malformed", file);
        var error = Bounds.Within(1 << 20, file, () => Assert.Throws<InputException>(() => Open(path).Dispose()));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        // The list writes "a / b" and "a or b" where either name will do.
        var names = field.Split([" / ", " or "], StringSplitOptions.None);
        Assert.True(names.Any(error.Message[path.Length..].Contains), $"'{field}' is not named: {error.Message}");
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("valid-mini.gguf", 2)]
    [InlineData("valid-tiny-llama.gguf", 11)]
    [InlineData("valid.safetensors", 2)]
    [InlineData("valid-empty.safetensors", 0)]
    public void A_valid_control_opens(string file, int tensors)
    {
        using var opened = Open(Repository.Fixture("malformed", file));
        Assert.Equal(tensors, opened.Tensors.Count);
        Assert.All(opened.Tensors, t => Assert.True(opened.TryGet(t.Name, out var same) && ReferenceEquals(t, same)));
    }

    [Theory]
    [InlineData("model")]
    [InlineData("control vector")]
    public void Files_that_are_wrong_one_level_up_open_as_containers(string level)
    {
        using var list = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("malformed", "malformed.json")));
        foreach (var entry in list.RootElement.EnumerateArray().Where(e => e.GetProperty("level").GetString() == level))
            Open(Repository.Fixture("malformed", entry.GetProperty("file").GetString()!)).Dispose();
    }

    public static TheoryData<string, string, string> Models()
    {
        var rows = new TheoryData<string, string, string>();
        using var list = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("malformed", "malformed.json")));
        foreach (var entry in list.RootElement.EnumerateArray().Where(e => e.GetProperty("level").GetString() == "model"))
            rows.Add(entry.GetProperty("file").GetString()!, entry.GetProperty("field").GetString()!, entry.GetProperty("expected").GetString()!);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_broken_model_is_answered_as_its_list_says(string file, string field, string expected)
    {
        var path = Repository.Fixture("malformed", file);
        var error = Bounds.Within(64 << 20, file, () => Record.Exception(() => Load(path).Dispose()));
        if (error is null)
        {
            // Of two tokens with one spelling the lower id wins; nothing else may be read.
            Assert.Contains("or read (the lower id wins)", expected, StringComparison.Ordinal);
            return;
        }

        Assert.IsType<InputException>(error);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(field.Replace("tokenizer.ggml.merges", "merges", StringComparison.Ordinal), error.Message[path.Length..], StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void The_complete_control_model_loads()
    {
        using var model = Load(Repository.Fixture("malformed", "valid-tiny-llama.gguf"));
        Assert.Equal(("llama", 1), (model.Info.Architecture, model.Info.Layers));
    }

    [Fact]
    public void A_type_and_an_architecture_that_do_not_run_here_are_named_with_those_that_do()
    {
        string Refusal(string file) => Assert.Throws<InputException>(() => Load(Repository.Fixture("malformed", file)).Dispose()).Message;
        foreach (var name in (string[])["'foo'", "llama", "qwen2", "qwen3", "gemma2", "gemma3"])
            Assert.Contains(name, Refusal("model-architecture-unknown.gguf"), StringComparison.Ordinal);
        foreach (var name in (string[])["F32", "F16", "BF16", "Q4_K", "Q8_0"])
            Assert.Contains(name, Refusal("gguf-type-unknown.gguf"), StringComparison.Ordinal);
    }

    private static LoadedModel Load(string path) => LoadedModel.Load(path, new CpuOps(new CpuOptions { Threads = 1 }));

    private static IWeightFile Open(string path) =>
        path.EndsWith(".gguf", StringComparison.Ordinal) ? GgufFile.Open(path) : SafetensorsFile.Open(path);
}
