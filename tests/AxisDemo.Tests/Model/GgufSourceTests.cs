using System.Buffers.Binary;
using System.Text;
using AxisDemo.Formats;
using AxisDemo.Model;
using AxisDemo.Model.Loading;

namespace AxisDemo.Tests.Model;

/// <summary>What a GGUF file leaves out, and what it may not say.</summary>
public sealed class GgufSourceTests : IDisposable
{
    private const string Attention = "gemma2.attn_logit_softcapping", Final = "gemma2.final_logit_softcapping", Window = "gemma2.attention.sliding_window";
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void What_a_file_of_gemma_2_does_not_say_is_what_llama_cpp_takes()
    {
        var config = Read(bytes =>
        {
            foreach (var key in (string[])[Attention, Final, Window]) bytes[After(bytes, key) - 1] = (byte)'_';
        });
        Assert.Equal((50f, 30f), (config.AttentionSoftCap, config.FinalSoftCap));
        Assert.Equal([4096, 0, 4096, 0], config.Blocks.Take(4).Select(b => b.Window));
        Assert.Equal((4f, 8f), Read(_ => { }) is var stated ? (stated.AttentionSoftCap, stated.FinalSoftCap) : default);
    }

    [Theory]
    [InlineData(Attention, -1)]
    [InlineData(Attention, float.NaN)]
    [InlineData(Final, float.PositiveInfinity)]
    public void A_soft_cap_that_is_none_is_refused_by_name(string key, float value) =>
        Assert.Equal(key, Assert.Throws<InputException>(() => Read(bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(After(bytes, key) + sizeof(uint)), value))).Field);

    private static int After(byte[] bytes, string key) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(key)) + key.Length;

    private ModelConfig Read(Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(Repository.Fixture("tiny-models", "gemma2", "gemma2.gguf"));
        change(bytes);
        File.WriteAllBytes(path, bytes);
        using var source = GgufSource.Open(path);
        return source.Config;
    }
}
