using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tests.Formats;

public class QuantsTests
{
    public static TheoryData<string> Types()
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("quant", "quant.json")));
        return [.. index.RootElement.GetProperty("dequantize").EnumerateArray().Select(t => t.GetProperty("type").GetString()!)];
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Dequantised_blocks_equal_the_golden_floats_bit_for_bit(string name)
    {
        var entry = Entry(name);
        var type = Enum.Parse<TensorType>(name);
        var blocks = File.ReadAllBytes(Repository.Fixture("quant", $"{name}.blocks.bin"));
        var expected = File.ReadAllBytes(Repository.Fixture("quant", $"{name}.f32.bin"));
        Assert.Equal(entry.GetProperty("sha256_blocks").GetString(), Convert.ToHexStringLower(SHA256.HashData(blocks)));
        Assert.Equal(entry.GetProperty("sha256_f32").GetString(), Convert.ToHexStringLower(SHA256.HashData(expected)));

        var output = new float[expected.Length / sizeof(float)];
        Quants.Dequantize(type, blocks, output);

        var bits = MemoryMarshal.Cast<float, uint>(output);
        var goldenBits = MemoryMarshal.Cast<byte, uint>(expected);
        for (var i = 0; i < bits.Length; i++)
            Assert.True(bits[i] == goldenBits[i], $"{name} element {i}: {output[i]:R} (0x{bits[i]:X8}), golden 0x{goldenBits[i]:X8}");
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Block_sizes_are_those_of_the_golden_index(string name)
    {
        var entry = Entry(name);
        var type = Enum.Parse<TensorType>(name);
        Assert.Equal(entry.GetProperty("ggml_type_id").GetInt32(), (int)type);
        Assert.Equal(entry.GetProperty("elements_per_block").GetInt32(), Quants.BlockElements(type));
        Assert.Equal(entry.GetProperty("bytes_per_block").GetInt32(), Quants.BlockBytes(type));
    }

    [Fact]
    public void Every_type_has_a_block_size() =>
        Assert.All(Enum.GetValues<TensorType>(), t => Assert.True(Quants.BlockBytes(t) > 0 && Quants.BlockElements(t) > 0));

    [Fact]
    public void Half_a_block_is_refused() =>
        Assert.Throws<ArgumentException>(() => Quants.Dequantize(TensorType.Q8_0, new byte[33], new float[32]));

    [Fact]
    public void An_output_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => Quants.Dequantize(TensorType.Q8_0, new byte[34], new float[33]));

    [Fact]
    public void Integers_are_no_weights() =>
        Assert.Throws<ArgumentException>(() => Quants.Dequantize(TensorType.I32, new byte[4], new float[1]));

    private static JsonElement Entry(string name)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("quant", "quant.json")));
        return index.RootElement.GetProperty("dequantize").EnumerateArray().Single(t => t.GetProperty("type").GetString() == name).Clone();
    }
}
