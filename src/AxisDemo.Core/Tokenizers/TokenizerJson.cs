using System.Text;
using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>
/// Reads a <c>tokenizer.json</c> (the format of Hugging Face's tokenizers) whose model is BPE, and the <c>tokenizer_config.json</c>
/// beside it, into a plain description. What would change ids and is not known here is refused, never passed over.
/// </summary>
internal sealed class TokenizerJson
{
    private const long MaxFile = 256L << 20;
    private const int MaxTokens = 1 << 22;

    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly string _path;
    private bool _compose;
    private bool _spaces;
    private SpacePrefix _spacePrefix;
    private bool _bytes;
    private string _rule = "";

    private TokenizerJson(string path) => _path = path;

    public static BpeVocabulary Read(string path) => Unicode(path, new TokenizerJson(path).Read);

    /// <summary>A text file, bounded.</summary>
    public static string ReadText(string path) => Encoding.UTF8.GetString(ReadBytes(path));

    /// <summary>The chat template in a <c>tokenizer_config.json</c>: a text, or one of several with names.</summary>
    public static string? ChatTemplate(string path) => Unicode(path, new TokenizerJson(path).ChatTemplate);

    private string? ChatTemplate(JsonElement root)
    {
        if (Optional(root, "chat_template") is not { } template) return null;
        if (template.ValueKind != JsonValueKind.Array) return Text(template, "chat_template");
        foreach (var entry in template.EnumerateArray())
            if (Text(Member(entry, "name", JsonValueKind.String), "chat_template") == "default")
                return Text(Member(entry, "template", JsonValueKind.String), "chat_template");
        return null;
    }

    private static T Unicode<T>(string path, Func<JsonElement, T> read)
    {
        using var document = Open(path);
        try
        {
            return read(document.RootElement);
        }
        catch (InvalidOperationException e) // an escaped half of a surrogate pair in a name: valid JSON, no text
        {
            throw new InputException(path, "", "a name in it is no Unicode (half of a surrogate pair).", inner: e);
        }
    }

    private static JsonDocument Open(string path)
    {
        try
        {
            return JsonDocument.Parse(ReadBytes(path));
        }
        catch (JsonException e)
        {
            throw new InputException(path, "", $"this is not JSON: {e.Message}", inner: e);
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxFile) throw new InputException(path, "", $"{length:N0} bytes; a tokenizer has at most {MaxFile:N0}.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, "", e.Message, inner: e);
        }
    }

    private BpeVocabulary Read(JsonElement root)
    {
        var model = Member(root, "model", JsonValueKind.Object);
        var type = Optional(model, "type") is { } t ? Text(t, "model.type") : "BPE";
        if (type != "BPE") throw Fault("model.type", $"the model '{type}' is not supported; only BPE is.");
        foreach (var name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (Optional(model, name) is { } affix && Text(affix, $"model.{name}").Length > 0) throw Fault($"model.{name}", "marks on parts of words are not supported.");
        if (Optional(model, "dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() != 0) throw Fault("model.dropout", "encoding by chance is not supported.");

        if (Optional(root, "normalizer") is { } normalizer) Normalizer(normalizer);
        if (Optional(root, "pre_tokenizer") is { } cutter) PreTokenizer(cutter);
        if (_bytes && (_spaces || _spacePrefix != SpacePrefix.None)) throw Fault("normalizer", "spaces are replaced although bytes are the alphabet.");
        if (_bytes && _rule.Length == 0) throw Fault("pre_tokenizer", "no rule cuts the text before its bytes are merged.");
        if (!_bytes && !_spaces) throw Fault("pre_tokenizer", "neither bytes (ByteLevel) nor characters with U+2581 for spaces.", "Only those two kinds are supported.");

        var fallback = Flag(model, "byte_fallback");
        var (tokens, types) = Tokens(root, Member(model, "vocab", JsonValueKind.Object), fallback);
        var config = Config();
        var ids = new Dictionary<string, int>();
        for (var id = 0; id < tokens.Length; id++) ids.TryAdd(tokens[id], id);
        int? Named(string? token) => token is not null && ids.TryGetValue(token, out var id) ? id : null;
        var first = First(root);
        return new()
        {
            Source = _path,
            Tokens = tokens,
            Types = types,
            Alphabet = _bytes ? BpeAlphabet.Bytes : BpeAlphabet.Characters,
            Merges = Merges(Member(model, "merges", JsonValueKind.Array)),
            PreTokenizer = _rule,
            Compose = _compose,
            IgnoreMerges = Flag(model, "ignore_merges"),
            SpacePrefix = _spacePrefix,
            Unknown = Named(Optional(model, "unk_token")?.GetString()),
            Bos = Named(first ?? config.Bos),
            Eos = Named(config.Eos),
            AddBos = first is not null,
        };
    }

    private void Normalizer(JsonElement node)
    {
        const string field = "normalizer";
        switch (Kind(node, field))
        {
            case "Sequence":
                foreach (var part in Items(node, "normalizers", field)) Normalizer(part);
                break;
            case "NFC":
                _compose = true;
                break;
            case "Replace" when Pattern(node, "String", field) == " " && Text(Member(node, "content", JsonValueKind.String), field) == "\u2581":
                _spaces = true;
                break;
            case "Prepend" when Text(Member(node, "prepend", JsonValueKind.String), field) == "\u2581":
                _spacePrefix = SpacePrefix.Start | SpacePrefix.AfterToken;
                break;
            case var kind:
                throw Fault(field, $"the normaliser {kind}, as it is set here, is not supported.");
        }
    }

    private void PreTokenizer(JsonElement node)
    {
        const string field = "pre_tokenizer";
        switch (Kind(node, field))
        {
            case "Sequence":
                foreach (var part in Items(node, "pretokenizers", field)) PreTokenizer(part);
                break;
            case "ByteLevel":
                _bytes = true;
                if (Flag(node, "add_prefix_space")) throw Fault(field, "a space before every text (add_prefix_space) is not supported.");
                if (Flag(node, "use_regex", missing: true)) _rule = _rule is "" ? "gpt-2" : _rule is "digits" ? "smollm" : throw Fault(field, "two rules cut the text.");
                break;
            case "Digits" when Flag(node, "individual_digits") && _rule.Length == 0:
                _rule = "digits"; // complete only with the GPT-2 rule of a ByteLevel behind it
                break;
            case "Metaspace" when Text(Member(node, "replacement", JsonValueKind.String), field) == "\u2581" && !Flag(node, "split", missing: true):
                _spaces = true;
                _spacePrefix |= Scheme(node, field);
                break;
            case "Split" when _spaces && Pattern(node, "String", field) == " ":
                break; // no space is left to cut at
            case "Split" when Text(Member(node, "behavior", JsonValueKind.String), field) == "Isolated" && !Flag(node, "invert") && _rule.Length == 0:
                _rule = Pattern(node, "Regex", field) switch
                {
                    Llama3 => "llama-bpe",
                    Qwen2 => "qwen2",
                    var other => throw Fault(field, $"the pattern {other} is not known.", "Known: those of GPT-2, SmolLM, Llama 3 and Qwen 2."),
                };
                break;
            case var kind:
                throw Fault(field, $"the rule {kind}, as it is set here, is not supported.");
        }
    }

    private SpacePrefix Scheme(JsonElement node, string field) => Text(Member(node, "prepend_scheme", JsonValueKind.String), field) switch
    {
        "never" => SpacePrefix.None,
        "first" => SpacePrefix.Start | SpacePrefix.UnlessSpace,
        "always" => SpacePrefix.Start | SpacePrefix.AfterToken | SpacePrefix.UnlessSpace,
        var other => throw Fault(field, $"the prepend_scheme '{Printable.Text(other)}' is not known.", "Known: never, first, always."),
    };

    private (string[] Tokens, TokenType[] Types) Tokens(JsonElement root, JsonElement vocab, bool fallback)
    {
        var entries = new List<(int Id, string Text, TokenType Type)>();
        foreach (var entry in vocab.EnumerateObject())
        {
            var text = Guarded("model.vocab", () => entry.Name);
            entries.Add((Id(entry.Value, "model.vocab"), text, fallback && CharacterTokenizer.Byte(text) is not null ? TokenType.Byte : TokenType.Normal));
        }
        if (Optional(root, "added_tokens") is { ValueKind: not JsonValueKind.Array }) throw Fault("added_tokens", "it is no list.");
        foreach (var added in Optional(root, "added_tokens")?.EnumerateArray() ?? default)
        {
            var text = Text(Member(added, "content", JsonValueKind.String), "added_tokens");
            foreach (var flag in (string[])["lstrip", "rstrip", "single_word"])
                if (Flag(added, flag)) throw Fault("added_tokens", $"'{text}' is matched by the rule {flag}, which is not supported.");
            entries.Add((Id(Member(added, "id", JsonValueKind.Number), "added_tokens"), text, Flag(added, "special") ? TokenType.Control : TokenType.UserDefined));
        }
        var tokens = new string[entries.Count == 0 ? 0 : entries.Max(e => e.Id) + 1];
        var types = new TokenType[tokens.Length];
        Array.Fill(tokens, "");
        Array.Fill(types, TokenType.Unused);
        foreach (var (id, text, type) in entries) (tokens[id], types[id]) = (text, type);
        return (tokens, types);
    }

    // ["a b", ...] or, newer, [["a", "b"], ...].
    private BpeMerge[] Merges(JsonElement array)
    {
        var merges = new BpeMerge[array.GetArrayLength()];
        var at = 0;
        foreach (var entry in array.EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2)
            {
                merges[at++] = new(Text(entry[0], "model.merges"), Text(entry[1], "model.merges"));
                continue;
            }
            var line = Text(entry, "model.merges");
            var border = line.IndexOf(' ');
            if (border <= 0 || border == line.Length - 1) throw Fault("model.merges", $"merge {at} ('{line}') is not two tokens.");
            merges[at++] = new(line[..border], line[(border + 1)..]);
        }
        return merges;
    }

    // The token that the post-processor puts in front of a single text.
    private string? First(JsonElement root)
    {
        if (Optional(root, "post_processor") is not { } processor) return null;
        var steps = Kind(processor, "post_processor") == "Sequence" ? Items(processor, "processors", "post_processor") : [processor];
        foreach (var step in steps)
            if (Kind(step, "post_processor") == "TemplateProcessing" && Items(step, "single", "post_processor") is [var first, ..] && Optional(first, "SpecialToken") is { } token)
                return Text(Member(token, "id", JsonValueKind.String), "post_processor");
        return null;
    }

    private (string? Bos, string? Eos) Config()
    {
        var path = Path.Combine(Path.GetDirectoryName(_path) ?? "", "tokenizer_config.json");
        if (!File.Exists(path)) return (null, null);
        using var document = Open(path);
        return (Token("bos_token"), Token("eos_token"));

        string? Token(string name) => Optional(document.RootElement, name) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Object } token => Text(Member(token, "content", JsonValueKind.String), name),
            _ => null,
        };
    }

    private int Id(JsonElement value, string field) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < MaxTokens
        ? id
        : throw Fault(field, $"'{value.GetRawText()}' is no token id from 0 to {MaxTokens - 1}.");

    private string Pattern(JsonElement node, string kind, string field) =>
        Optional(Member(node, "pattern", JsonValueKind.Object), kind) is { } text ? Text(text, field) : "";

    private string Kind(JsonElement node, string field) => Text(Member(node, "type", JsonValueKind.String), field + ".type");

    private List<JsonElement> Items(JsonElement node, string name, string field) =>
        Optional(node, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : throw Fault(field, $"the list '{name}' is missing.");

    private JsonElement Member(JsonElement node, string name, JsonValueKind kind) =>
        Optional(node, name) is { } value && value.ValueKind == kind ? value : throw Fault(name, $"missing, or not of the kind {kind}.");

    private static JsonElement? Optional(JsonElement node, string name) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private bool Flag(JsonElement node, string name, bool missing = false) => Optional(node, name)?.ValueKind switch
    {
        null => missing,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault(name, "neither true nor false."),
    };

    private string Text(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.String ? Guarded(field, () => value.GetString()!) : throw Fault(field, $"'{value.GetRawText()}' is no text.");

    // A JSON text may hold half a surrogate pair or bytes that are no UTF-8, which only shows when it is read.
    private string Guarded(string field, Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw new InputException(_path, field, "a text that is not valid Unicode.", inner: e);
        }
    }

    private InputException Fault(string field, string fault, string remedy = "") => new(_path, field, fault, remedy);
}
