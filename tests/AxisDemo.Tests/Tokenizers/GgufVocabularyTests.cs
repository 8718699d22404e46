using AxisDemo.Formats;
using AxisDemo.Model.Loading;
using AxisDemo.Tests.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

/// <summary>What a GGUF file leaves open about its tokenizer, or says and is not applied, is never passed over in silence.</summary>
public sealed class GgufVocabularyTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    private static string Smollm => Repository.Fixture("tiny-models", "smollm", "smollm.gguf");

    public void Dispose() => File.Delete(path);

    [Fact]
    public void A_file_that_names_no_pre_tokeniser_gets_llama_cpps_and_a_warning()
    {
        using var source = ModelSource.Open(Repository.Fixture("reports", "pre-none.gguf"));
        Assert.Equal([297, 54, 55, 56], source.ReadTokenizer().Encode("12345", parseSpecial: false));
        Assert.Contains("tokenizer.ggml.pre: is missing", Assert.Single(source.Warnings), StringComparison.Ordinal);
        Assert.Contains("'default' is taken", source.Warnings[0], StringComparison.Ordinal);
    }

    // The ids are llama.cpp's (node-llama-cpp 3.22.1) for the embedded model without its key.
    [Theory]
    [InlineData("12345", new[] { 33, 34, 35, 36, 37 })]
    [InlineData("1234567", new[] { 33, 34, 35, 36, 37, 38, 39 })]
    [InlineData(" 12", new[] { 216, 33, 34 })]
    [InlineData("  12", new[] { 216, 216, 33, 34 })]
    [InlineData("a  !", new[] { 81, 256, 17 })]
    [InlineData("a\t\tb", new[] { 81, 197, 197, 82 })]
    [InlineData("\t12", new[] { 197, 33, 34 })]
    [InlineData("don't 's", new[] { 12420, 23, 100, 216, 23, 99 })]
    [InlineData("$100+5", new[] { 20, 33, 32, 32, 27, 37 })]
    [InlineData("a`b \u00a9\u00ae x", new[] { 81, 80, 82, 11435, 10532, 1792 })]
    [InlineData("x=12 + 3", new[] { 104, 45, 33, 34, 216, 27, 216, 35 })]
    [InlineData("\u0663\u0664\u0665 \u066123456", new[] { 164, 113, 164, 114, 164, 115, 216, 164, 111, 34, 35, 36, 37, 38 })]
    [InlineData("a \n\n b", new[] { 81, 38028, 278 })]
    [InlineData("\u00abhi\u00bb 12", new[] { 39969, 6004, 20306, 216, 33, 34 })]
    [InlineData("  ", new[] { 256 })]
    [InlineData("\n", new[] { 198 })]
    [InlineData(" !x", new[] { 216, 17, 104 })]
    [InlineData("~|^<>=", new[] { 110, 108, 78, 44, 31615 })]
    [InlineData("\u00bd 1234\u00bd5678", new[] { 16738, 216, 33, 34, 35, 36, 16738, 37, 38, 39, 40 })]
    public void The_rule_for_files_without_one_is_llama_cpps(string text, int[] ids)
    {
        Assert.Equal(ids, s_default.Value.Encode(text, parseSpecial: false));
        Assert.Equal(text, s_default.Value.Decode(ids));
    }

    [Fact]
    public void A_pre_tokeniser_that_is_not_known_is_refused_by_name()
    {
        GgufEdit.Of(Smollm).Set("tokenizer.ggml.pre", "tekken").Save(path);
        Assert.Contains("'tekken'", Assert.Throws<InputException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_says_nothing_unusual_warns_of_nothing()
    {
        foreach (var family in (string[])["llama3", "smollm", "qwen2", "qwen3", "gemma2", "gemma3"])
        {
            using var source = ModelSource.Open(Repository.Fixture("tiny-models", family, family + ".gguf"));
            source.ReadTokenizer();
            source.ReadTemplate();
            Assert.Empty(source.Warnings);
        }
    }

    [Theory]
    [InlineData("add_eos_token")]
    [InlineData("add_sep_token")]
    [InlineData("remove_extra_whitespaces")]
    [InlineData("escape_whitespaces")]
    [InlineData("normalizer.lowercase")]
    [InlineData("a_key_of_tomorrow")]
    public void A_key_that_is_set_and_not_applied_is_warned_of(string key)
    {
        GgufEdit.Of(Smollm).Set("tokenizer.ggml." + key, true).Save(path);
        Assert.Equal([$"{path}: tokenizer.ggml.{key}: is set and is not applied."], Read());
        GgufEdit.Of(Smollm).Set("tokenizer.ggml." + key, false).Save(path);
        Assert.Empty(Read());
    }

    [Fact]
    public void Lists_that_are_not_applied_are_warned_of()
    {
        GgufEdit.Of(Smollm).Set("tokenizer.ggml.suppress_tokens", (int[])[3, 4]).Set("tokenizer.ggml.precompiled_charsmap", (int[])[]).Save(path);
        Assert.Equal([$"{path}: tokenizer.ggml.suppress_tokens: is set and is not applied."], Read());
    }

    [Fact]
    public void What_is_missing_and_matters_is_warned_of()
    {
        GgufEdit.Of(Smollm).Remove("tokenizer.ggml.token_type").Remove("tokenizer.ggml.bos_token_id").Set("tokenizer.ggml.add_bos_token", true).Save(path);
        Assert.Equal(["tokenizer.ggml.bos_token_id", "tokenizer.ggml.token_type"], Read().Select(w => w.Split(": ")[1]).Distinct().Order());
    }

    // llama.cpp: 1, 2 and 0 where a SentencePiece vocabulary does not say.
    [Fact]
    public void SentencePieces_places_hold_where_a_file_names_no_special_tokens()
    {
        string[] tokens = ["<unk>", "<s>", "</s>", "\u2581", "a"];
        var file = GgufEdit.Of(Smollm).Set("tokenizer.ggml.model", "llama").Set("tokenizer.ggml.tokens", tokens)
            .Set("tokenizer.ggml.token_type", (int[])[2, 3, 3, 1, 1]).Set("tokenizer.ggml.scores", new float[5]);
        foreach (var key in (string[])["bos_token_id", "eos_token_id", "padding_token_id", "add_bos_token", "pre"]) file.Remove("tokenizer.ggml." + key);
        file.Save(path);
        using var source = ModelSource.Open(path);
        var tokenizer = source.ReadTokenizer();
        Assert.Equal((1, 2, true), (tokenizer.Bos, tokenizer.Eos, tokenizer.AddBos));
        Assert.Equal("<unk>", tokenizer.SpecialTokens["unk_token"]);
        Assert.Equal([3, 4, 0], tokenizer.Encode("a\u00e9\u00e9", parseSpecial: false));
        Assert.Empty(source.Warnings);
    }

    private static readonly Lazy<ITokenizer> s_default = new(() =>
    {
        using var file = GgufFile.Open(Repository.Model);
        return Tokenizer.Create(GgufVocabulary.Read(file) with { PreTokenizer = PreTokenizer.Default });
    });

    private IReadOnlyList<string> Read()
    {
        using var source = ModelSource.Open(path);
        source.ReadTokenizer();
        return source.Warnings;
    }
}
