using System.Text;

namespace AxisDemo.Tests.Formats;

/// <summary>The tiny model in two parts, copied for a test to change.</summary>
internal static class SplitModel
{
    public const string First = "tiny-00001-of-00002.gguf";
    public const string Second = "tiny-00002-of-00002.gguf";

    public static string Fixture(string name) => Repository.Fixture("reports", "split", name);

    /// <summary>Copies both parts into a folder.</summary>
    /// <param name="folder">It is made if it is not there.</param>
    /// <param name="name">What the model is called there.</param>
    public static void CopyTo(string folder, string name = "tiny")
    {
        Directory.CreateDirectory(folder);
        foreach (var part in (string[])[First, Second]) File.Copy(Fixture(part), Path.Combine(folder, part.Replace("tiny", name, StringComparison.Ordinal)));
    }

    /// <summary>A part without tensors, as <c>llama-gguf-split --no-tensor-first-split</c> makes the first; the keys in front are those given.</summary>
    public static byte[] Empty(params (string Key, uint Value)[] keys)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write(0ul);
        writer.Write((ulong)keys.Length);
        foreach (var (key, value) in keys)
        {
            writer.Write((ulong)Encoding.UTF8.GetByteCount(key));
            writer.Write(Encoding.UTF8.GetBytes(key));
            writer.Write(4u);
            writer.Write(value);
        }

        return bytes.ToArray();
    }
}
