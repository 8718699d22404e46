using System.Text;
using AxisDemo.Tokenizers;
using Microsoft.ML.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>
/// Why some joining stays ours (decision 22): texts on which Microsoft.ML.Tokenizers differs from the reference implementations. Where one of
/// these fails after an update of the package, less may have to stay.
/// </summary>
public class PackageLimitsTests
{
    [Fact]
    public void Half_a_surrogate_pair_becomes_bytes_that_are_no_utf8()
    {
        var letters = Enumerable.Range(0, 256).ToDictionary(b => ByteAlphabet.Character((byte)b).ToString(), b => b);
        var package = BpeTokenizer.Create(new BpeOptions(letters) { Merges = [], ByteLevel = true });
        Assert.Equal(Encoding.UTF8.GetBytes("é").Select(b => (int)b), package.EncodeToIds("é", considerPreTokenization: false, considerNormalization: false));
        Assert.NotEqual([0xef, 0xbf, 0xbd], package.EncodeToIds("\ud800", considerPreTokenization: false, considerNormalization: false));
    }

    [Fact]
    public void Characters_that_a_vocabulary_lacks_vanish_instead_of_becoming_byte_tokens()
    {
        var package = BpeTokenizer.Create(new BpeOptions(new Dictionary<string, int> { ["a"] = 0, ["b"] = 1, ["<0xC3>"] = 2, ["<0xA9>"] = 3 }) { Merges = [] });
        Assert.Equal([0, 1], package.EncodeToIds("aéb", considerPreTokenization: false, considerNormalization: false));
        var own = AxisDemo.Tokenizers.Tokenizer.Create(new BpeVocabulary
        {
            Source = "test", Alphabet = BpeAlphabet.Characters, Tokens = ["a", "b", "<0xC3>", "<0xA9>"], Types = [TokenType.Normal, TokenType.Normal, TokenType.Byte, TokenType.Byte], Merges = [], PreTokenizer = "",
        });
        Assert.Equal([0, 2, 3, 1], own.Encode("aéb", parseSpecial: false));
    }

    // SentencePiece joins the leftmost of equal pairs: "xxxx" + "xx", as llama.cpp and the golden encodings have it.
    [Fact]
    public void Of_equal_scores_the_rightmost_pair_joins_first()
    {
        string[] tokens = ["<unk>", "x", "xx", "xxxx"];
        float[] scores = [0, -3, -1, -2];
        var package = SentencePieceTokenizer.Create(Model(tokens, scores), addBeginningOfSentence: false, addEndOfSentence: false);
        var own = AxisDemo.Tokenizers.Tokenizer.Create(new BpeVocabulary
        {
            Source = "test", Alphabet = BpeAlphabet.Characters, Tokens = tokens, Types = [TokenType.Unknown, TokenType.Normal, TokenType.Normal, TokenType.Normal], Scores = scores, Merges = [], PreTokenizer = "", Unknown = 0,
        });
        Assert.Equal([3, 2], own.Encode("xxxxxx", parseSpecial: false));
        Assert.Equal([2, 3], package.EncodeToIds("xxxxxx", addBeginningOfSentence: false, addEndOfSentence: false, considerPreTokenization: false, considerNormalization: false));
    }

    // A SentencePiece model of the kind BPE as its file has it: pieces with scores, and what is to be done to text (nothing).
    private static MemoryStream Model(string[] tokens, float[] scores)
    {
        var model = new MemoryStream();
        for (var i = 0; i < tokens.Length; i++)
            Message(model, 1, piece =>
            {
                Bytes(piece, 1, Encoding.UTF8.GetBytes(tokens[i]));
                piece.WriteByte(2 << 3 | 5);
                piece.Write(BitConverter.GetBytes(scores[i]));
                Number(piece, 3, i == 0 ? (byte)2 : (byte)1);
            });
        Message(model, 2, trainer => Number(trainer, 3, 2));
        Message(model, 3, normalizer =>
        {
            Bytes(normalizer, 1, "identity"u8);
            Number(normalizer, 3, 0);
            Number(normalizer, 4, 0);
        });
        model.Position = 0;
        return model;

        static void Message(MemoryStream to, int field, Action<MemoryStream> fill)
        {
            var inner = new MemoryStream();
            fill(inner);
            Bytes(to, field, inner.ToArray());
        }

        static void Bytes(MemoryStream to, int field, ReadOnlySpan<byte> bytes)
        {
            to.WriteByte((byte)(field << 3 | 2));
            to.WriteByte(checked((byte)bytes.Length));
            to.Write(bytes);
        }

        static void Number(MemoryStream to, int field, byte value)
        {
            to.WriteByte((byte)(field << 3));
            to.WriteByte(value);
        }
    }
}
