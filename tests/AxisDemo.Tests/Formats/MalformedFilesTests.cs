using System.Text.Json;
using AxisDemo.Formats;

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

    private static IWeightFile Open(string path) =>
        path.EndsWith(".gguf", StringComparison.Ordinal) ? GgufFile.Open(path) : SafetensorsFile.Open(path);
}
