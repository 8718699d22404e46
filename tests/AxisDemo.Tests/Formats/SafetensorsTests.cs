using System.Runtime.InteropServices;
using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var path = _folder.File("out.safetensors");
        float[] rows = [1, -0f, float.Epsilon, float.MaxValue, 5, 6];
        SafetensorsWriter.Write(
            path,
            [
                ("mask", TensorType.U8, [3], new byte[] { 1, 0, 1 }),
                ("rows", TensorType.F32, [2, 3], MemoryMarshal.AsBytes<float>(rows).ToArray()),
                ("scalar", TensorType.I64, [], BitConverter.GetBytes(-5L)),
                ("none", TensorType.F32, [0, 4], ReadOnlyMemory<byte>.Empty),
            ],
            new Dictionary<string, string> { ["unit"] = "é \" \n" });

        using var file = SafetensorsFile.Open(path);
        Assert.Equal("é \" \n", file.Metadata["unit"]);
        Assert.True(file.TryGet("rows", out var read));
        Assert.Equal([2L, 3], read.Shape);
        Assert.Equal(rows, read.ToFloats());
        Assert.True(file.TryGet("mask", out var mask));
        Assert.Equal([1, 0, 1], mask.ToInts());
        Assert.True(file.TryGet("scalar", out var scalar));
        Assert.Equal([-5], scalar.ToInts());
        Assert.True(file.TryGet("none", out var none));
        Assert.Empty(none.ToFloats());
        Assert.All(file.Tensors, t => Assert.Equal(0, t.Data % Quants.BlockBytes(t.Type)));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void The_golden_file_keeps_types_and_values()
    {
        using var file = SafetensorsFile.Open(Repository.Fixture("malformed", "valid.safetensors"));
        Assert.Equal([TensorType.F32, TensorType.BF16], file.Tensors.Select(t => t.Type));
        Assert.Equal(6, file.Tensors[0].ToFloats().Length);
        Assert.Equal(4, file.Tensors[1].ToFloats().Length);
    }

    [Fact]
    public void Data_can_be_written_in_pieces()
    {
        var path = _folder.File("pieces.safetensors");
        using (var writer = new SafetensorsWriter(path, [("a", TensorType.F32, [2, 2]), ("b", TensorType.F32, [1])]))
        {
            writer.Append<float>([1f, 2f, 3f]);
            Assert.False(File.Exists(path));
            writer.Append<float>([4f, 5f]);
            writer.Complete();
        }
        using var file = SafetensorsFile.Open(path);
        Assert.Equal([1f, 2, 3, 4], file.Tensors[0].ToFloats());
        Assert.Equal([5f], file.Tensors[1].ToFloats());
    }

    [Fact]
    public void An_unfinished_file_leaves_nothing_and_keeps_the_old_one()
    {
        var path = _folder.Write("kept.safetensors", [7]);
        using (var writer = new SafetensorsWriter(path, [("a", TensorType.F32, [2])]))
        {
            writer.Append<float>([1f]);
            Assert.Throws<InvalidOperationException>(writer.Complete);
        }
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        Assert.Equal([7], File.ReadAllBytes(path));
    }

    [Fact]
    public void More_data_than_declared_is_refused()
    {
        using var writer = new SafetensorsWriter(_folder.File("more.safetensors"), [("a", TensorType.F32, [1])]);
        Assert.Throws<InvalidOperationException>(() => writer.Append<float>([1f, 2f]));
    }

    [Fact]
    public void A_device_is_written_directly_and_stays_a_device()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no /dev/null here.");
        SafetensorsWriter.Write("/dev/null", [("a", [1L], new[] { 1f })]);
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        using var still = File.OpenWrite("/dev/null");
        still.WriteByte(1);
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        Assert.Equal(["/dev/null"], Directory.GetFiles("/dev", "null*"));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_an_error_that_names_it()
    {
        var error = Assert.Throws<InputException>(() => SafetensorsWriter.Write(_folder.File("no/such.safetensors"), [("a", [1L], new[] { 1f })]));
        Assert.Contains("such.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("__metadata__", TensorType.F32, 1)]
    [InlineData("a", TensorType.Q8_0, 32)]
    [InlineData("a", TensorType.F32, -1)]
    public void What_the_format_cannot_hold_is_refused(string name, TensorType type, long dimension) =>
        Assert.ThrowsAny<ArgumentException>(() => new SafetensorsWriter(_folder.File("no.safetensors"), [(name, type, [dimension])]));

    [Fact]
    public void A_link_is_followed_and_stays_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var target = _folder.Write("target.safetensors", [1]);
        File.CreateSymbolicLink(_folder.File("link.safetensors"), target);
        SafetensorsWriter.Write(_folder.File("link.safetensors"), [("a", [1L], new[] { 1f })]);
        Assert.NotNull(new FileInfo(_folder.File("link.safetensors")).LinkTarget);
        using var file = SafetensorsFile.Open(target);
        Assert.Single(file.Tensors);
    }

    [Fact]
    public void A_sharded_model_is_one_file_of_tensors()
    {
        SafetensorsWriter.Write(_folder.File("1.safetensors"), [("a", [1L], new[] { 1f }), ("unlisted", [1L], new[] { 9f })]);
        SafetensorsWriter.Write(_folder.File("2.safetensors"), [("b", [2L], new[] { 2f, 3f })]);
        using var file = ShardedSafetensors.Open(Index("""{"metadata": {}, "weight_map": {"b": "2.safetensors", "a": "1.safetensors"}}"""));
        Assert.Equal(["b", "a"], file.Tensors.Select(t => t.Name));
        Assert.True(file.TryGet("b", out var b));
        Assert.Equal([2f, 3f], b.ToFloats());
        Assert.False(file.TryGet("unlisted", out _));
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "../outside.safetensors"}}""", "no plain file name")]
    [InlineData("""{"weight_map": {"a": "/etc/passwd"}}""", "no plain file name")]
    [InlineData("""{"weight_map": {"a": ".."}}""", "no plain file name")]
    [InlineData("""{"weight_map": {"a": "missing.safetensors"}}""", "missing.safetensors")]
    [InlineData("""{"weight_map": {"b": "1.safetensors"}}""", "b: is not in 1.safetensors")]
    [InlineData("""{"weight_map": {"a": "1.safetensors", "a": "1.safetensors"}}""", "a: occurs twice")]
    [InlineData("""{"weight_map": {"a": 1}}""", "weight_map")]
    [InlineData("""{"weight_map": []}""", "weight_map")]
    [InlineData("""[1]""", "weight_map")]
    [InlineData("""{""", "not valid JSON")]
    public void A_broken_index_is_refused(string index, string named)
    {
        SafetensorsWriter.Write(_folder.File("1.safetensors"), [("a", [1L], new[] { 1f })]);
        Assert.Contains(named, Assert.Throws<InputException>(() => ShardedSafetensors.Open(Index(index))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_too_large_to_copy_is_refused()
    {
        SafetensorsWriter.Write(_folder.File("large.safetensors"), [("a", [10L], new float[10])]);
        using var file = SafetensorsFile.Open(_folder.File("large.safetensors"));
        Assert.Throws<InputException>(() => file.Tensors[0].ToFloats(limit: 9));
    }

    private string Index(string json) => _folder.Write("model.safetensors.index.json", Encoding.UTF8.GetBytes(json));
}
