using System.Security.Cryptography;

namespace AxisDemo.Tests.Formats;

/// <summary>The edited files are, byte for byte, those that were reported with.</summary>
public sealed class GgufEditTests
{
    private static string Smollm => Repository.Fixture("tiny-models", "smollm", "smollm.gguf");

    [Fact]
    public void The_edited_files_are_the_reported_ones()
    {
        Same("a8939a9d548f1abb35360fc13eb98cf3fab3012ce61ca46b12c32b6cceb0d90c", GgufEdit.Of(Smollm));
        Same("d0004d080d533ce7c5cfa91f5d6b05731dbfe54f9aeb0fd977889cd794bf6acb", GgufEdit.Of(Smollm).Set("llama.rope.scaling.factor", 4f));
        Same("1e4ba1f97fa9ff683bdaef3d140fd103d13c86b029dd49d0a2151ed799a72e17", GgufEdit.Of(Smollm).Set("llama.rope.scaling.type", "linear").Set("llama.rope.scaling.factor", 4f));
        Same("800dd428d109c0309aacbf8f68dca30e1124be4d2fd911a460eea1458317f8ec", GgufEdit.Of(Smollm).Set("llama.rope.scale_linear", 4f));
        Same("ec9a74b53882af5249711efec392f59613ff6dd402a0d8d00378eb431805e4de",
            GgufEdit.Of(Smollm).Set("tokenizer.ggml.unknown_token_id", 0u).Set("tokenizer.chat_template", "{% for m in messages %}{{ unk_token + m['content'] }}{% endfor %}"));
    }

    private static void Same(string sha256, GgufEdit edited) => Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(edited.ToBytes())));
}
