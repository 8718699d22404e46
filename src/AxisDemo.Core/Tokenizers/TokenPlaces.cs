using System.Text;

namespace AxisDemo.Tokenizers;

/// <summary>Where the tokens of a rendered prompt stand in its text.</summary>
internal static class TokenPlaces
{
    /// <summary>
    /// For each token the byte of the rendering's UTF-8 that it begins at, and last the rendering's length. A space in front of a word is
    /// not its beginning: the template may have written it ("[INST] Who"). Tokens say more than the
    /// text where a space was put before it (Llama 2) or a BOS in front; null where they say less or something else, because the
    /// vocabulary lacks a byte or the text was normalised.
    /// </summary>
    public static int[]? Find(ITokenizer tokenizer, IReadOnlyList<PromptPart> parts, IReadOnlyList<int> ids)
    {
        ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(string.Concat(parts.Select(p => p.Text)));
        var starts = new int[ids.Count + 1];
        var at = 0;
        for (var i = 0; i < ids.Count; i++)
        {
            starts[i] = at;
            var bytes = tokenizer.Bytes(ids[i]);
            var space = bytes.Length > 0 && bytes[0] == ' ';
            if (text[at..].StartsWith(bytes))
            {
                if (space && bytes.Length > 1) starts[i]++;
                at += bytes.Length;
            }
            else if (space && text[at..].StartsWith(bytes[1..])) at += bytes.Length - 1;
            else if (i > 0 || ids[0] != tokenizer.Bos) return null;
        }

        starts[^1] = at;
        return at == text.Length ? starts : null;
    }
}
