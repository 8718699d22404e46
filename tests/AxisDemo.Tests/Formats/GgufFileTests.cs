using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public sealed class GgufFileTests : IDisposable
{
    private readonly GgufFile _mini = GgufFile.Open(Repository.Fixture("malformed", "valid-mini.gguf"));

    public void Dispose() => _mini.Dispose();

    [Fact]
    public void The_keys_of_the_control_file_are_read()
    {
        Assert.Equal(3u, _mini.Version);
        Assert.Equal(["general.architecture", "general.alignment", "mini.note", "mini.list"], _mini.Metadata.Values.Keys);
        Assert.Equal("mini", _mini.Metadata.String("general.architecture"));
        Assert.Equal(32u, _mini.Metadata.UInt32("general.alignment"));
        Assert.Equal([1, 2, 3], _mini.Metadata.Ints("mini.list"));
    }

    [Fact]
    public void Shapes_are_row_major_with_the_slowest_dimension_first()
    {
        Assert.True(_mini.TryGet("alpha.weight", out var alpha));
        Assert.Equal([4L, 8], alpha.Shape);
        Assert.Equal(TensorType.F32, alpha.Type);
        Assert.Equal((4L, 8, 32L), (alpha.Rows, alpha.Columns, alpha.RowBytes));
        Assert.True(_mini.TryGet("beta.weight", out var beta));
        Assert.Equal((TensorType.Q8_0, 34L), (beta.Type, beta.Bytes));
    }

    [Fact]
    public void The_data_of_a_tensor_is_where_its_offset_says()
    {
        var bytes = File.ReadAllBytes(_mini.Path);
        Assert.True(_mini.TryGet("alpha.weight", out var alpha));
        var expected = new float[32];
        Buffer.BlockCopy(bytes, 288, expected, 0, 128); // the header of this file ends at 276
        Assert.Equal(expected, alpha.ToFloats());
    }

    [Fact]
    public void A_missing_key_is_an_error_that_names_it()
    {
        var error = Assert.Throws<InputException>(() => _mini.Metadata.UInt32("llama.block_count"));
        Assert.Equal("llama.block_count", error.Field);
        Assert.False(_mini.Metadata.TryUInt32("llama.block_count", out _));
    }

    [Fact]
    public void Keys_are_case_sensitive() => Assert.False(_mini.Metadata.Contains("General.Architecture"));

    [Fact]
    public void A_value_of_another_type_is_an_error_that_names_key_and_type()
    {
        var error = Assert.Throws<InputException>(() => _mini.Metadata.TryUInt32("mini.note", out _));
        Assert.Contains("mini.note: is the string 'hello'; an integer", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InputException>(() => _mini.Metadata.Strings("mini.list"));
        Assert.Contains("mini.list: is an array of 3 i32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_of_every_width_and_sign_are_read_as_long_as_they_fit()
    {
        var keys = new List<(string, uint, byte[])>
        {
            ("u8", 0, [200]), ("i8", 1, [0x80]), ("u16", 2, BitConverter.GetBytes((ushort)60000)), ("i16", 3, BitConverter.GetBytes((short)-2)),
            ("u32", 4, BitConverter.GetBytes(4_000_000_000u)), ("i32", 5, BitConverter.GetBytes(-7)), ("u64", 10, BitConverter.GetBytes(1UL << 63)),
            ("i64", 11, BitConverter.GetBytes(1L << 40)), ("f32", 6, BitConverter.GetBytes(0.5f)), ("f64", 12, BitConverter.GetBytes(0.25)), ("yes", 7, [1]),
        };
        using var folder = new TemporaryFolder();
        using var file = GgufFile.Open(folder.Write("ints.gguf", GgufBytes.File(keys)));
        var m = file.Metadata;
        Assert.Equal((200L, -128L, 60000L, -2L, 4_000_000_000L, -7L, 1L << 40), (m.Int64("u8"), m.Int64("i8"), m.Int64("u16"), m.Int64("i16"), m.Int64("u32"), m.Int64("i32"), m.Int64("i64")));
        Assert.Equal((0.5f, 0.25f, true), (m.Float32("f32"), m.Float32("f64"), m.Bool("yes")));
        foreach (var key in (string[])["i8", "i16", "i32", "u64", "i64", "f32", "yes"])
            Assert.Throws<InputException>(() => m.UInt32(key));
        Assert.Throws<InputException>(() => m.Int64("u64"));
        Assert.Throws<InputException>(() => m.Float32("u8"));
    }

    [Fact]
    public void An_array_of_unsigned_numbers_beyond_32_bits_with_sign_is_refused_as_ints()
    {
        var array = (byte[])[4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
        using var folder = new TemporaryFolder();
        using var file = GgufFile.Open(folder.Write("array.gguf", GgufBytes.File([("a", 9, array)])));
        Assert.Throws<InputException>(() => file.Metadata.Ints("a"));
    }

    [Fact]
    public void The_embedded_model_opens_with_all_its_tensors()
    {
        using var file = GgufFile.Open(Repository.Model);
        Assert.Equal("llama", file.Metadata.String("general.architecture"));
        Assert.Equal(30u, file.Metadata.UInt32("llama.block_count"));
        Assert.Equal(49152, file.Metadata.Strings("tokenizer.ggml.tokens").Length);
        Assert.True(file.TryGet("token_embd.weight", out var embedding));
        Assert.Equal([49152L, 576], embedding.Shape);
        Assert.True(file.TryGet("output_norm.weight", out var norm));
        Assert.All(norm.ToFloats(), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_errors_that_name_the_path()
    {
        Assert.Contains("nowhere.gguf", Assert.Throws<InputException>(() => GgufFile.Open("nowhere.gguf")).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => GgufFile.Open(Repository.Root));
    }
}

/// <summary>Writes small GGUF files byte by byte, right or wrong.</summary>
internal static class GgufBytes
{
    public static byte[] File(IReadOnlyList<(string Key, uint Type, byte[] Value)> keys)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(0UL);
        writer.Write((ulong)keys.Count);
        foreach (var (key, type, value) in keys)
        {
            writer.Write((ulong)Encoding.UTF8.GetByteCount(key));
            writer.Write(Encoding.UTF8.GetBytes(key));
            writer.Write(type);
            writer.Write(value);
        }
        return stream.ToArray();
    }
}
