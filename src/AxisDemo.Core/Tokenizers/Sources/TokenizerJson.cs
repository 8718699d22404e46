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
    private const int MaxTokens = 1 << 22;

    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly string _path;
    private bool _compose;
    private bool _spaces;
    private SpacePrefix _spacePrefix;
    private bool _bytes;
    private string _rule = "";

    private readonly ModelWarning? _warn;
    private readonly JsonFields _json;
    private bool _prepends;

    private TokenizerJson(string path, ModelWarning? warn) => (_path, _warn, _json) = (path, warn, new JsonFields(path));

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file; other files beside it are read too.</param>
    /// <param name="warn">Takes what is not applied.</param>
    /// <exception cref="InputException">It cannot be read, or asks for something that is not supported; the message names it.</exception>
    public static BpeVocabulary Read(string path, ModelWarning? warn = null)
    {
        var config = TokenizerConfig.Read(Path.GetDirectoryName(path) ?? "", warn);
        return JsonFields.Read(path, root => new TokenizerJson(path, warn).Read(root, config));
    }

    /// <summary>An added token's text, if it is matched as it stands.</summary>
    public static string Plain(JsonElement token, string field, JsonFields json)
    {
        var text = json.Text(json.Member(token, "content", JsonValueKind.String), field);
        foreach (var flag in (string[])["lstrip", "rstrip", "single_word"])
            if (json.Flag(token, flag)) throw json.Fault(field, $"'{Printable.Text(text)}' is matched by the rule {flag}, which is not supported.");
        return text;
    }

    private BpeVocabulary Read(JsonElement root, TokenizerConfig config)
    {
        var model = _json.Member(root, "model", JsonValueKind.Object);
        var type = JsonFields.Optional(model, "type") is { } t ? _json.Text(t, "model.type") : "BPE";
        if (type != "BPE") throw _json.Fault("model.type", $"the model '{Printable.Text(type)}' is not supported; only BPE is.");
        foreach (var name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (JsonFields.Optional(model, name) is { } affix && _json.Text(affix, $"model.{name}").Length > 0) throw _json.Fault($"model.{name}", "marks on parts of words are not supported.");
        if (JsonFields.Optional(model, "dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() != 0) throw _json.Fault("model.dropout", "encoding by chance is not supported.");
        WarnOfUnknown(root, "", "version", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
        WarnOfUnknown(model, "model.", "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges");

        if (JsonFields.Optional(root, "normalizer") is { } normalizer) Normalizer(normalizer);
        if (JsonFields.Optional(root, "pre_tokenizer") is { } cutter) PreTokenizer(cutter);
        if (_bytes && (_spaces || _spacePrefix != SpacePrefix.None)) throw _json.Fault("normalizer", "spaces are replaced although bytes are the alphabet.");
        if (_bytes && _rule.Length == 0) throw _json.Fault("pre_tokenizer", "no rule cuts the text before its bytes are merged.");
        if (!_bytes && !_spaces) throw _json.Fault("pre_tokenizer", "neither bytes (ByteLevel) nor characters with U+2581 for spaces.", "Only those two kinds are supported.");
        CheckPrefix(config, root);
        if (JsonFields.Optional(root, "decoder") is { } decoder) Decoder(decoder);

        var fallback = _json.Flag(model, "byte_fallback");
        if (_bytes && fallback) _warn?.Invoke(_path, "model.byte_fallback", "is true and is not applied: bytes are the alphabet already.");
        var (tokens, types) = Tokens(root, _json.Member(model, "vocab", JsonValueKind.Object), fallback && !_bytes, config);
        var ids = new Dictionary<string, int>();
        for (var id = 0; id < tokens.Length; id++) ids.TryAdd(tokens[id], id);
        int? Named(string? token) => token is not null && ids.TryGetValue(token, out var id) ? id : null;
        var first = First(root);
        if (first is not null && Named(first) is null) throw _json.Fault("post_processor", $"the vocabulary lacks '{Printable.Text(first)}', which it puts before a text.");
        foreach (var text in config.Texts.Where(text => Named(text) is null))
            _warn?.Invoke(config.Path, "special tokens", $"'{Printable.Text(text)}' is not in the vocabulary; where the template writes it, it is ordinary text.");
        var unknown = JsonFields.Optional(model, "unk_token") is { } unk ? _json.Text(unk, "model.unk_token") : null;
        if (unknown is not null && Named(unknown) is null) _warn?.Invoke(_path, "model.unk_token", $"'{Printable.Text(unknown)}' is not in the vocabulary; what cannot be expressed is left out.");
        return new()
        {
            Source = _path,
            Tokens = tokens,
            Types = types,
            TypesKey = "added_tokens",
            Alphabet = _bytes ? BpeAlphabet.Bytes : BpeAlphabet.Characters,
            Merges = Merges(_json.Member(model, "merges", JsonValueKind.Array)),
            PreTokenizer = _rule,
            Compose = _compose,
            IgnoreMerges = _json.Flag(model, "ignore_merges"),
            SpacePrefix = _spacePrefix,
            Unknown = Named(unknown),
            FuseUnknown = _json.Flag(model, "fuse_unk"),
            Bos = Named(first ?? config.Bos),
            Eos = Named(config.Eos),
            AddBos = AddsBos(first, Named(config.Bos), config),
            Special = [.. config.Texts.Select(Named).OfType<int>()],
            SpecialTokens = config.SpecialTokens,
        };
    }

    private bool AddsBos(string? first, int? bos, TokenizerConfig config)
    {
        if (config.AddBos is not { } stated || stated == first is not null) return first is not null;
        var does = first is null ? "puts nothing before a text" : $"puts '{Printable.Text(first)}' before a text";
        if (stated && bos is null) does = "names no begin token that the vocabulary has; nothing is put before a text";
        else does += ". This file decides, as in transformers";
        _warn?.Invoke(config.Path, "add_bos_token", $"is {(stated ? "true" : "false")}, but {(stated && bos is null ? "the file" : "tokenizer.json")} {does}.");
        return stated && bos is not null;
    }

    private void CheckPrefix(TokenizerConfig config, JsonElement root)
    {
        if (config.AddPrefixSpace is not { } prefix || prefix == (_spacePrefix != SpacePrefix.None)) return;
        // The reference gives it to the outermost rule, where that one knows of spaces; inside a sequence it has no effect.
        if (_bytes && JsonFields.Optional(root, "pre_tokenizer") is { } outermost && _json.Kind(outermost, "pre_tokenizer") == "ByteLevel") throw new InputException(config.Path, "add_prefix_space", "a space before every text is not supported.");
        _warn?.Invoke(config.Path, "add_prefix_space", $"is {(prefix ? "true" : "false")}, but tokenizer.json says otherwise; tokenizer.json decides.");
    }

    private void WarnOfUnknown(JsonElement node, string prefix, params string[] known)
    {
        foreach (var entry in node.EnumerateObject())
            if (entry.Value.ValueKind != JsonValueKind.Null && !known.Contains(entry.Name))
                _warn?.Invoke(_path, prefix + Printable.Text(entry.Name), "is not applied.");
    }

    // Tokens become text by their bytes; anything else that a decoder does is not done.
    private void Decoder(JsonElement node)
    {
        const string field = "decoder";
        switch (_json.Kind(node, field))
        {
            case "Sequence":
                foreach (var part in _json.Items(node, "decoders", field)) Decoder(part);
                break;
            case "ByteLevel" when _bytes:
            case "ByteFallback" or "Fuse":
            case "Metaspace" when !_bytes:
            case "Replace" when !_bytes && Pattern(node, "String", field) == "\u2581" && _json.Text(_json.Member(node, "content", JsonValueKind.String), field) == " ":
            case "Strip" when _spacePrefix.HasFlag(SpacePrefix.Start):
                break;
            case var kind:
                _warn?.Invoke(_path, field, $"the step {Printable.Text(kind)} is not applied; a text is what its tokens spell.");
                break;
        }
    }

    private void Normalizer(JsonElement node)
    {
        const string field = "normalizer";
        switch (_json.Kind(node, field))
        {
            case "Sequence":
                foreach (var part in _json.Items(node, "normalizers", field)) Normalizer(part);
                break;
            case "NFC":
                _compose = true;
                break;
            case "Replace" when Pattern(node, "String", field) == " " && _json.Text(_json.Member(node, "content", JsonValueKind.String), field) == "\u2581":
                _spaces = true;
                break;
            case "Prepend" when _json.Text(_json.Member(node, "prepend", JsonValueKind.String), field) == "\u2581":
                _spacePrefix = SpacePrefix.Start | SpacePrefix.AfterToken;
                _prepends = true;
                break;
            case var kind:
                throw _json.Fault(field, $"the normaliser {kind}, as it is set here, is not supported.");
        }
    }

    private void PreTokenizer(JsonElement node)
    {
        const string field = "pre_tokenizer";
        switch (_json.Kind(node, field))
        {
            case "Sequence":
                foreach (var part in _json.Items(node, "pretokenizers", field)) PreTokenizer(part);
                break;
            case "ByteLevel":
                _bytes = true;
                if (_json.Flag(node, "add_prefix_space")) throw _json.Fault(field, "a space before every text (add_prefix_space) is not supported.");
                if (_json.Flag(node, "use_regex", missing: true)) _rule = _rule is "" ? "gpt-2" : _rule is "digits" ? "smollm" : throw _json.Fault(field, "two rules cut the text.");
                break;
            case "Digits" when _json.Flag(node, "individual_digits") && _rule.Length == 0:
                _rule = "digits"; // complete only with the GPT-2 rule of a ByteLevel behind it
                break;
            case "Metaspace" when _json.Text(_json.Member(node, "replacement", JsonValueKind.String), field) == "\u2581" && !_json.Flag(node, "split", missing: true):
                _spaces = true;
                _spacePrefix |= Scheme(node, field);
                break;
            case "Split" when _spaces && Pattern(node, "String", field) == " ":
                break; // no space is left to cut at
            case "Split" when _json.Text(_json.Member(node, "behavior", JsonValueKind.String), field) == "Isolated" && !_json.Flag(node, "invert") && _rule.Length == 0:
                _rule = Pattern(node, "Regex", field) switch
                {
                    Llama3 => "llama-bpe",
                    Qwen2 => "qwen2",
                    var other => throw _json.Fault(field, $"the pattern {other} is not known.", "Known: those of GPT-2, SmolLM, Llama 3 and Qwen 2."),
                };
                break;
            case var kind:
                throw _json.Fault(field, $"the rule {kind}, as it is set here, is not supported.");
        }
    }

    private SpacePrefix Scheme(JsonElement node, string field) => _json.Text(_json.Member(node, "prepend_scheme", JsonValueKind.String), field) switch
    {
        "never" => SpacePrefix.None,
        "first" => SpacePrefix.Start | SpacePrefix.UnlessSpace,
        "always" => SpacePrefix.Start | SpacePrefix.AfterToken | SpacePrefix.UnlessSpace,
        var other => throw _json.Fault(field, $"the prepend_scheme '{Printable.Text(other)}' is not known.", "Known: never, first, always."),
    };

    private (string[] Tokens, TokenType[] Types) Tokens(JsonElement root, JsonElement vocab, bool fallback, TokenizerConfig config)
    {
        const string field = "added_tokens";
        var entries = new Dictionary<int, (string Text, TokenType Type)>();
        foreach (var entry in vocab.EnumerateObject())
        {
            var text = _json.Guarded("model.vocab", () => entry.Name);
            entries[Id(entry.Value, "model.vocab")] = (text, fallback && CharacterTokenizer.Byte(text) is not null ? TokenType.Byte : TokenType.Normal);
        }
        if (JsonFields.Optional(root, field) is { ValueKind: not JsonValueKind.Array }) throw _json.Fault(field, "it is no list.");
        foreach (var added in JsonFields.Optional(root, field)?.EnumerateArray() ?? default)
        {
            var text = Plain(added, field, _json);
            if (_prepends && _json.Flag(added, "normalized")) _warn?.Invoke(_path, field, $"'{Printable.Text(text)}' is marked normalized; it is found in the text as it is written, before a space is put in front.");
            entries[Id(_json.Member(added, "id", JsonValueKind.Number), field)] = (text, _json.Flag(added, "special") ? TokenType.Control : TokenType.UserDefined);
        }
        Complete(entries, config);
        var tokens = new string[entries.Count == 0 ? 0 : entries.Keys.Max() + 1];
        var types = new TokenType[tokens.Length];
        Array.Fill(tokens, "");
        Array.Fill(types, TokenType.Unused);
        foreach (var (id, (text, type)) in entries) (tokens[id], types[id]) = (text, type);
        return (tokens, types);
    }

    // tokenizer_config.json may add tokens, or mark as special what tokenizer.json does not.
    private void Complete(Dictionary<int, (string Text, TokenType Type)> entries, TokenizerConfig config)
    {
        const string field = "added_tokens_decoder";
        var texts = config.Added.Count == 0 ? [] : entries.GroupBy(e => e.Value.Text).ToDictionary(g => g.Key, g => g.Min(e => e.Key));
        foreach (var (id, text, special) in config.Added)
        {
            var there = entries.TryGetValue(id, out var entry);
            var type = special || there && entry is { Type: TokenType.Control } ? TokenType.Control : TokenType.UserDefined;
            if (there && entry.Text == text || !there && !texts.ContainsKey(text) && id < MaxTokens) entries[id] = (text, type);
            else _warn?.Invoke(config.Path, field, $"token {id} '{Printable.Text(text)}' does not fit tokenizer.json and is not applied.");
        }
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
                merges[at++] = new(_json.Text(entry[0], "model.merges"), _json.Text(entry[1], "model.merges"));
                continue;
            }
            var line = _json.Text(entry, "model.merges");
            var border = line.IndexOf(' ');
            if (border <= 0 || border == line.Length - 1) throw _json.Fault("model.merges", $"merge {at} ('{line}') is not two tokens.");
            merges[at++] = new(line[..border], line[(border + 1)..]);
        }
        return merges;
    }

    // The token that the post-processor puts in front of a single text. What it puts elsewhere is warned of.
    private string? First(JsonElement root)
    {
        const string field = "post_processor";
        if (JsonFields.Optional(root, field) is not { } processor) return null;
        string? first = null;
        foreach (var step in _json.Kind(processor, field) == "Sequence" ? _json.Items(processor, "processors", field) : [processor])
        {
            var kind = _json.Kind(step, field);
            if (kind == "ByteLevel") continue; // changes no id
            var single = kind == "TemplateProcessing" ? _json.Items(step, "single", field) : [];
            if (single is [var begin, ..] && JsonFields.Optional(begin, "SpecialToken") is { } token)
            {
                first ??= _json.Text(_json.Member(token, "id", JsonValueKind.String), field);
                single.RemoveAt(0);
            }

            if (single is not [var only] || JsonFields.Optional(only, "Sequence") is null)
                _warn?.Invoke(_path, field, $"{Printable.Text(kind)} puts more around a text than a token in front; that is not applied.");
        }

        return first;
    }

    private int Id(JsonElement value, string field) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < MaxTokens
        ? id
        : throw _json.Fault(field, $"'{value.GetRawText()}' is no token id from 0 to {MaxTokens - 1}.");

    private string Pattern(JsonElement node, string kind, string field) =>
        JsonFields.Optional(_json.Member(node, "pattern", JsonValueKind.Object), kind) is { } text ? _json.Text(text, field) : "";
}
