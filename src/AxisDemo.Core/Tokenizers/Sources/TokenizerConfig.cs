using System.Text.Json;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>
/// What the files beside a <c>tokenizer.json</c> say: <c>tokenizer_config.json</c>, and <c>special_tokens_map.json</c> where that leaves
/// something out (or has no <c>added_tokens_decoder</c>: then the map decides, as in transformers).
/// </summary>
internal sealed class TokenizerConfig
{
    private const string Additional = "additional_special_tokens", Extra = "extra_special_tokens", Decoder = "added_tokens_decoder";

    /// <summary>The names that templates know special tokens by.</summary>
    public static IReadOnlyList<string> Names { get; } = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly Dictionary<string, object?> _tokens = [];

    private TokenizerConfig(string path) => Path = path;

    /// <summary>The <c>tokenizer_config.json</c>, be it there or not.</summary>
    public string Path { get; }

    /// <summary>The special tokens as written: names to texts, and <c>additional_special_tokens</c> to a list of them.</summary>
    public IReadOnlyDictionary<string, object?> SpecialTokens => _tokens;

    /// <summary>All texts of <see cref="SpecialTokens"/>.</summary>
    public IEnumerable<string> Texts => _tokens.Values.SelectMany(value => value is string text ? [text] : ((List<object?>)value!).Cast<string>()).Distinct();

    /// <summary>Whether a text begins with BOS; null when the file does not say.</summary>
    public bool? AddBos { get; private set; }

    /// <summary>Whether a space is put before a text; null when the file does not say.</summary>
    public bool? AddPrefixSpace { get; private set; }

    /// <summary>Added tokens, which may say more than <c>tokenizer.json</c>.</summary>
    public IReadOnlyList<AddedToken> Added { get; private set; } = [];

    /// <summary>An added token.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Text">Its text.</param>
    /// <param name="Special">Whether it is a control token.</param>
    public readonly record struct AddedToken(int Id, string Text, bool Special);

    /// <summary>The begin token's text.</summary>
    public string? Bos => _tokens.GetValueOrDefault("bos_token") as string;

    /// <summary>The end token's text.</summary>
    public string? Eos => _tokens.GetValueOrDefault("eos_token") as string;

    /// <summary>Reads a folder's files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="warn">Takes what is not applied.</param>
    public static TokenizerConfig Read(string folder, ModelWarning? warn)
    {
        var config = new TokenizerConfig(System.IO.Path.Combine(folder, "tokenizer_config.json"));
        var stated = new Dictionary<string, object?>();
        if (File.Exists(config.Path))
            stated = JsonFields.Read(config.Path, root => config.Read(root, warn));
        var map = System.IO.Path.Combine(folder, "special_tokens_map.json");
        var mapped = File.Exists(map) ? JsonFields.Read(map, root => Tokens(root, new JsonFields(map))) : [];
        var mapDecides = config.Added.Count == 0;
        foreach (var name in stated.Keys.Union(mapped.Keys))
        {
            var (inConfig, inMap) = (stated.TryGetValue(name, out var value), mapped.TryGetValue(name, out var other));
            if (inConfig && inMap && !Same(value, other))
                warn?.Invoke(map, name, $"differs from tokenizer_config.json; {(mapDecides ? "this file" : "tokenizer_config.json")} decides, as in transformers.");
            var token = inMap && (mapDecides || !inConfig) ? other : value;
            if (token is not null) config._tokens[name] = token;
        }

        return config;
    }

    private static bool Same(object? a, object? b) => a is List<object?> one && b is List<object?> two ? one.SequenceEqual(two) : Equals(a, b);

    private Dictionary<string, object?> Read(JsonElement root, ModelWarning? warn)
    {
        var fields = new JsonFields(Path);
        AddBos = Flag("add_bos_token");
        AddPrefixSpace = Flag("add_prefix_space");
        Added = [.. AddedTokens(root, fields)];
        foreach (var (name, text) in (IEnumerable<(string, string)>)[
            ("add_eos_token", "nothing is put behind a prompt, because the answer follows it."),
            ("split_special_tokens", "what a template writes still becomes control tokens; what a message says never does."),
            ("clean_up_tokenization_spaces", "spaces before punctuation stay in the text as the tokens spell them.")])
            if (Flag(name) == true) warn?.Invoke(Path, name, "is true and is not applied: " + text);
        return Tokens(root, fields);

        // A flag that is no flag is none, as in transformers.
        bool? Flag(string name) => JsonFields.Optional(root, name)?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };
    }

    // Null says that there is none.
    private static Dictionary<string, object?> Tokens(JsonElement root, JsonFields fields)
    {
        var tokens = new Dictionary<string, object?>();
        if (root.ValueKind != JsonValueKind.Object) return tokens;
        foreach (var name in Names)
            if (root.TryGetProperty(name, out _)) tokens[name] = JsonFields.Optional(root, name) is { } token ? fields.Token(token, name) : null;
        List<object?> more = [];
        foreach (var name in (string[])[Additional, Extra])
            if (JsonFields.Optional(root, name) is { ValueKind: JsonValueKind.Array } list) more.AddRange(list.EnumerateArray().Select(token => fields.Token(token, name)));
        if (more.Count > 0) tokens[Additional] = more;
        // Tokens of this model alone, with names of their own ("image_token").
        if (JsonFields.Optional(root, Extra) is { ValueKind: JsonValueKind.Object } named)
            foreach (var token in named.EnumerateObject())
                if (token.Value.ValueKind != JsonValueKind.Null) tokens.TryAdd(fields.Guarded(Extra, () => token.Name), fields.Token(token.Value, Extra));
        return tokens;
    }

    private static IEnumerable<AddedToken> AddedTokens(JsonElement root, JsonFields fields)
    {
        if (JsonFields.Optional(root, Decoder) is not { ValueKind: JsonValueKind.Object } added) yield break;
        foreach (var entry in added.EnumerateObject())
        {
            if (!int.TryParse(fields.Guarded(Decoder, () => entry.Name), out var id) || id < 0) throw fields.Fault(Decoder, $"'{Printable.Text(entry.Name)}' is no token id.");
            yield return new(id, TokenizerJson.Plain(entry.Value, Decoder, fields), fields.Flag(entry.Value, "special"));
        }
    }
}
