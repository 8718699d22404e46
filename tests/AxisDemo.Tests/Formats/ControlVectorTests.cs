using System.Runtime.InteropServices;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public sealed class ControlVectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly float[] _golden = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Repository.Fixture("controlvector", "directions.f32.bin"))).ToArray();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cv-layer-count-u32.gguf")]
    [InlineData("cv-layer-count-i32.gguf")]
    [InlineData("cv-sparse-unordered.gguf")]
    public void A_golden_control_vector_is_read_exactly(string name)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("controlvector", "controlvector.json")));
        var entry = index.RootElement.GetProperty("files").EnumerateArray().Single(f => f.GetProperty("file").GetString() == name);
        var vector = ControlVector.Read(Repository.Fixture("controlvector", name));

        Assert.Equal("llama", vector.ModelHint);
        Assert.Equal(576, vector.Width);
        Assert.Empty(vector.Warnings);
        Assert.Equal(entry.GetProperty("directions").GetArrayLength(), vector.Directions.Count);
        foreach (var direction in entry.GetProperty("directions").EnumerateArray())
            Assert.Equal(Row(direction.GetProperty("row_in_f32_bin").GetInt32()), vector.Directions[direction.GetProperty("layer").GetInt32()]);
    }

    [Fact]
    public void What_is_written_equals_the_file_of_the_reference_writer_byte_for_byte()
    {
        ControlVector.Write(_folder.File("cv.gguf"), "llama", Enumerable.Range(1, 29).ToDictionary(l => l, l => Row(l - 1)));
        Assert.Equal(File.ReadAllBytes(Repository.Fixture("controlvector", "cv-layer-count-u32.gguf")), File.ReadAllBytes(_folder.File("cv.gguf")));
    }

    [Fact]
    public void A_width_that_needs_padding_is_read_back()
    {
        ControlVector.Write(_folder.File("odd.gguf"), "tiny", new Dictionary<int, float[]> { [3] = [1, 2, 3], [2] = [4, 5, 6] });
        var vector = ControlVector.Read(_folder.File("odd.gguf"));
        Assert.Equal([2, 3], vector.Directions.Keys);
        Assert.Equal([1f, 2, 3], vector.Directions[3]);
    }

    [Fact]
    public void Block_0_different_lengths_and_nothing_at_all_are_not_written()
    {
        Assert.Throws<ArgumentException>(() => ControlVector.Write(_folder.File("no.gguf"), "x", new Dictionary<int, float[]> { [0] = [1] }));
        Assert.Throws<ArgumentException>(() => ControlVector.Write(_folder.File("no.gguf"), "x", new Dictionary<int, float[]> { [1] = [1], [2] = [1, 2] }));
        Assert.Throws<ArgumentException>(() => ControlVector.Write(_folder.File("no.gguf"), "x", new Dictionary<int, float[]>()));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_direction_that_is_not_finite_is_refused()
    {
        ControlVector.Write(_folder.File("nan.gguf"), "x", new Dictionary<int, float[]> { [1] = [1, float.NaN] });
        Assert.Contains("direction.1: element 1 is not finite", Assert.Throws<InputException>(() => ControlVector.Read(_folder.File("nan.gguf"))).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Broken()
    {
        var rows = new TheoryData<string, string>();
        using var list = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("malformed", "malformed.json")));
        foreach (var e in list.RootElement.EnumerateArray().Where(e => e.GetProperty("level").GetString() == "control vector"))
            rows.Add(e.GetProperty("file").GetString()!, e.GetProperty("field").GetString()!);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_control_vector_is_refused_or_warned_of_by_field(string file, string field)
    {
        var path = Repository.Fixture("malformed", file);
        // The list lets these three be read: the type exactly, the key not needed, the layer with a warning.
        switch (file)
        {
            case "cv-direction-f16.gguf" or "cv-no-layer-count.gguf":
                Assert.Empty(ControlVector.Read(path).Warnings);
                break;
            case "cv-layer-beyond-count.gguf":
                Assert.Contains(field, Assert.Single(ControlVector.Read(path).Warnings), StringComparison.Ordinal);
                break;
            default:
                Assert.Contains(field, Assert.Throws<InputException>(() => ControlVector.Read(path)).Field, StringComparison.Ordinal);
                break;
        }
    }

    private float[] Row(int row) => _golden[(row * 576)..((row + 1) * 576)];
}
