using System.Text.Json;
using AxisDemo.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>The golden encodings and renderings, read once.</summary>
internal static class Golden
{
    private static readonly Lazy<ITokenizer> s_smolLm = new(() =>
    {
        using var file = GgufFile.Open(Repository.Model);
        return Tokenizer.FromGguf(file);
    });

    public static ITokenizer SmolLm => s_smolLm.Value;

    public static JsonElement Read(string name) => Parse(Repository.Fixture("tokenizers", name));

    public static JsonElement Parse(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int[] Ids(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    public static string[] Texts(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    /// <summary>Checks every text of a file of golden encodings: ids both ways, decoding, the bytes of tokens, the streaming decoder, the pieces.</summary>
    public static void Check(string file, ITokenizer tokenizer, string ids = "ids", string plain = "ids_plain")
    {
        var texts = Read(file).GetProperty("texts").EnumerateArray().ToList();
        Assert.True(texts.Count > 300);
        foreach (var entry in texts)
        {
            var text = entry.Text("text");
            var expected = entry.Ids(entry.TryGetProperty(ids, out _) ? ids : "ids");
            var expectedPlain = entry.TryGetProperty(plain, out _) ? entry.Ids(plain) : entry.TryGetProperty("ids_plain", out _) ? entry.Ids("ids_plain") : expected;
            Same(expected, tokenizer.Encode(text, parseSpecial: true), text);
            Same(expectedPlain, tokenizer.Encode(text, parseSpecial: false), text);
            if (ids != "ids") continue; // what follows belongs to the file's own ids
            Assert.Equal(entry.Text("decoded"), tokenizer.Decode(expected));
            var pieces = entry.Texts("pieces");
            Assert.Equal(pieces, expected.Select(id => Convert.ToHexStringLower(tokenizer.Bytes(id))));
            CheckStream(pieces, entry.Text("decoded"));
            if (tokenizer is ByteLevelTokenizer bytes && entry.TryGetProperty("pretokens", out _))
                Assert.Equal(entry.Texts("pretokens"), bytes.Pieces(text));
        }
    }

    private static void CheckStream(string[] pieces, string decoded)
    {
        var stream = new Utf8Stream();
        var text = "";
        foreach (var piece in pieces)
        {
            var pushed = stream.Push(Convert.FromHexString(piece));
            Assert.True(pushed.Length == 0 || !char.IsHighSurrogate(pushed[^1]) && !char.IsLowSurrogate(pushed[0]));
            text += pushed;
            Assert.StartsWith(text, decoded, StringComparison.Ordinal);
        }
        Assert.Equal(decoded, text + stream.Flush());
    }

    private static void Same(int[] expected, int[] actual, string text) =>
        Assert.True(expected.SequenceEqual(actual), $"'{text[..Math.Min(80, text.Length)]}'\nexpected {string.Join(' ', expected.Take(40))}\nactual   {string.Join(' ', actual.Take(40))}");
}
