using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>
/// Reads the keys <c>tokenizer.ggml.*</c> of a GGUF file into a plain description. What a file leaves out is what llama.cpp takes for it;
/// what it says and is not applied here is warned of by name.
/// </summary>
internal static class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";

    // Names that templates use, by llama.cpp's keys; the misspelt one is the original.
    private static readonly (string Name, string Key)[] s_special =
    [
        ("unk_token", "unknown_token_id"), ("sep_token", "seperator_token_id"), ("sep_token", "separator_token_id"),
        ("pad_token", "padding_token_id"), ("cls_token", "cls_token_id"), ("mask_token", "mask_token_id"),
    ];

    // Read here, or without any effect on tokens and text of the kinds that are read.
    private static readonly HashSet<string> s_known =
    [
        "model", "pre", "tokens", "token_type", "merges", "scores", "bos_token_id", "eos_token_id", "eot_token_id", "eom_token_id", "add_bos_token", "add_space_prefix",
        .. s_special.Select(s => s.Key), "token_type_count", "added_tokens",
        "prefix_token_id", "suffix_token_id", "middle_token_id", "fim_pre_token_id", "fim_suf_token_id", "fim_mid_token_id", "fim_pad_token_id", "fim_rep_token_id", "fim_sep_token_id",
    ];

    /// <summary>Reads the keys.</summary>
    /// <param name="file">The file.</param>
    /// <param name="warn">Takes what the file leaves open, and what of it is not applied.</param>
    /// <exception cref="InputException">A key is missing, broken or of a kind not known; the message names it.</exception>
    public static BpeVocabulary Read(GgufFile file, ModelWarning? warn = null)
    {
        var (keys, path) = (file.Metadata, file.Path);
        var model = keys.String(Prefix + "model");
        if (model is not ("gpt2" or "llama"))
            throw new InputException(path, Prefix + "model", $"the tokenizer '{Printable.Text(model)}' is not known.", "Known: gpt2 (BPE over bytes), llama (SentencePiece BPE).");
        var characters = model == "llama";
        var tokens = keys.Strings(Prefix + "tokens");
        var pre = characters ? "" : keys.TryString(Prefix + "pre", out var name) ? name : PreTokenizer.Default;
        if (!characters && !keys.Contains(Prefix + "pre"))
            warn?.Invoke(path, Prefix + "pre", $"is missing, so the file does not say how text is cut before merging; '{pre}' is taken, as in llama.cpp, and the model may get other tokens than it was trained on.");
        var special = Special(file, tokens, characters, warn);
        var (bos, eos) = (Id(keys, "bos_token_id") ?? (characters ? Usual(tokens, 1, "<s>") : null), Id(keys, "eos_token_id") ?? (characters ? Usual(tokens, 2, "</s>") : null));
        // Files that say nothing: what the family does.
        var addBos = keys.TryBool(Prefix + "add_bos_token", out var add) ? add : characters || pre is "llama-bpe" or "llama3" or "llama-v3";
        if (addBos && bos is null) warn?.Invoke(path, Prefix + "bos_token_id", "is missing although prompts are to begin with that token; they begin without.");
        WarnOfUnapplied(file, warn);
        return new()
        {
            Source = path,
            Tokens = tokens,
            Types = Types(file, tokens.Length, warn),
            Alphabet = characters ? BpeAlphabet.Characters : BpeAlphabet.Bytes,
            Merges = characters ? [] : Merges(keys.Strings(Prefix + "merges"), path),
            Scores = characters ? keys.Floats(Prefix + "scores") : null,
            PreTokenizer = pre,
            SpacePrefix = characters && !(keys.TryBool(Prefix + "add_space_prefix", out var prefix) && !prefix) ? SpacePrefix.Start | SpacePrefix.AfterToken : SpacePrefix.None,
            Bos = bos,
            Eos = eos,
            Unknown = characters ? Id(keys, "unknown_token_id") ?? Usual(tokens, 0, "<unk>") : null, // llama.cpp drops what bytes cannot express
            AddBos = addBos,
            EndOfTurn = [.. ((string[])["eot_token_id", "eom_token_id"]).Select(k => Id(keys, k)).OfType<int>()],
            Special = [.. special.Values.Concat(bos is { } b ? [b] : [])],
            SpecialTokens = special.ToDictionary(s => s.Key, s => (object?)tokens[s.Value]),
        };
    }

    // The ids that only templates ask for: one that lies outside is left out, since files with such an id are common (padding above all).
    private static Dictionary<string, int> Special(GgufFile file, string[] tokens, bool characters, ModelWarning? warn)
    {
        var found = new Dictionary<string, int>();
        foreach (var (name, key) in s_special)
        {
            if (Id(file.Metadata, key) is not { } id || characters && key == "unknown_token_id" && (id < 0 || id >= tokens.Length)) continue;
            if (id >= 0 && id < tokens.Length) found[name] = id;
            else warn?.Invoke(file.Path, Prefix + key, $"lies outside the vocabulary of {tokens.Length} tokens; the model counts as having no {name}.");
        }

        if (characters && Usual(tokens, 0, "<unk>") is { } unknown) found.TryAdd("unk_token", unknown);
        return found;
    }

    // SentencePiece's places, which llama.cpp takes where a file names none.
    private static int? Usual(string[] tokens, int id, string spelling) => id < tokens.Length && tokens[id] == spelling ? id : null;

    private static void WarnOfUnapplied(GgufFile file, ModelWarning? warn)
    {
        foreach (var (key, value) in file.Metadata.Values)
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal) || s_known.Contains(key[Prefix.Length..]) || GgufMetadata.SaysNothing(value)) continue;
            warn?.Invoke(file.Path, Printable.Text(key), "is set and is not applied.");
        }
    }

    private static TokenType[] Types(GgufFile file, int count, ModelWarning? warn)
    {
        if (!file.Metadata.TryInts(Prefix + "token_type", out var numbers))
        {
            warn?.Invoke(file.Path, Prefix + "token_type", "is missing; only tokens that are known by name, or that the file names as special, count as control tokens.");
            var normal = new TokenType[count];
            Array.Fill(normal, TokenType.Normal);
            return normal;
        }
        var types = Array.ConvertAll(numbers, n => (TokenType)n);
        var odd = Array.FindIndex(types, t => t is < TokenType.Normal or > TokenType.Byte);
        if (odd >= 0) throw new InputException(file.Path, Prefix + "token_type", $"token {odd} has type {numbers[odd]}; types are 1 to 6.");
        return types;
    }

    // "left right"; the first character is never the border, a token may begin with a space.
    private static BpeMerge[] Merges(string[] lines, string path)
    {
        var merges = new BpeMerge[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var border = lines[i].Length > 1 ? lines[i].IndexOf(' ', 1) : -1;
            if (border < 0 || border == lines[i].Length - 1)
                throw new InputException(path, Prefix + "merges", $"merge {i} ('{lines[i]}') is not two tokens with a space between.");
            merges[i] = new(lines[i][..border], lines[i][(border + 1)..]);
        }
        return merges;
    }

    private static int? Id(GgufMetadata keys, string key)
    {
        if (!keys.TryInt64(Prefix + key, out var id)) return null;
        return id is >= 0 and <= int.MaxValue ? (int)id : -1; // refused with the others that lie outside the vocabulary
    }
}
