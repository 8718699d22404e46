using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>Reads the keys <c>tokenizer.ggml.*</c> of a GGUF file into a plain description.</summary>
internal static class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";

    public static BpeVocabulary Read(GgufFile file)
    {
        var (keys, path) = (file.Metadata, file.Path);
        var model = keys.String(Prefix + "model");
        if (model is not ("gpt2" or "llama"))
            throw new InputException(path, Prefix + "model", $"the tokenizer '{model}' is not known.", "Known: gpt2 (BPE over bytes), llama (SentencePiece BPE).");
        var characters = model == "llama";
        var tokens = keys.Strings(Prefix + "tokens");
        var pre = characters ? "" : keys.TryString(Prefix + "pre", out var name) ? name : "gpt-2";
        return new()
        {
            Source = path,
            Tokens = tokens,
            Types = Types(file, tokens.Length),
            Alphabet = characters ? BpeAlphabet.Characters : BpeAlphabet.Bytes,
            Merges = characters ? [] : Merges(keys.Strings(Prefix + "merges"), path),
            Scores = characters ? keys.Floats(Prefix + "scores") : null,
            PreTokenizer = pre,
            SpacePrefix = (keys.TryBool(Prefix + "add_space_prefix", out var prefix) ? prefix : characters) ? SpacePrefix.Start | SpacePrefix.AfterToken : SpacePrefix.None,
            Bos = Id(keys, "bos_token_id"),
            Eos = Id(keys, "eos_token_id"),
            Unknown = characters ? Id(keys, "unknown_token_id") : null,
            // Files that say nothing: what the family does.
            AddBos = keys.TryBool(Prefix + "add_bos_token", out var add) ? add : characters || pre == "llama-bpe",
            EndOfTurn = [.. ((string[])["eot_token_id", "eom_token_id"]).Select(k => Id(keys, k)).OfType<int>()],
        };
    }

    private static TokenType[] Types(GgufFile file, int count)
    {
        if (!file.Metadata.TryInts(Prefix + "token_type", out var numbers))
        {
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
