namespace AxisDemo.Tokenizers;

/// <summary>What all tokenizers share: the table of tokens, and the cutting at added tokens, between which the kinds differ.</summary>
internal abstract class SegmentingTokenizer(BpeVocabulary vocabulary, TokenTable table) : ITokenizer
{
    private readonly AddedTokens _added = new(vocabulary.Tokens, vocabulary.Types);

    public int VocabularySize => table.Count;
    public int? Bos => vocabulary.Bos;
    public int? Eos => vocabulary.Eos;
    public bool AddBos => vocabulary.AddBos;
    public IReadOnlySet<int> EndOfTurn => table.EndOfTurn;
    public IReadOnlyDictionary<string, object?> SpecialTokens { get; } = Named(vocabulary, table);

    public ReadOnlySpan<byte> Bytes(int id) => table.Bytes(id);
    public bool IsControl(int id) => table.IsControl(id);
    public virtual string Decode(ReadOnlySpan<int> ids) => table.Decode(ids);

    public int[] Encode(string text, bool parseSpecial) => Encode([new PromptPart(text, parseSpecial)]);

    public int[] Encode(IReadOnlyList<PromptPart> parts)
    {
        var template = new List<Range>();
        var length = 0;
        foreach (var (text, fromTemplate) in parts)
        {
            var end = checked(length + text.Length);
            if (fromTemplate && text.Length > 0)
            {
                if (template.Count > 0 && template[^1].End.Value == length) template[^1] = template[^1].Start.Value..end;
                else template.Add(length..end);
            }
            length = end;
        }
        return Encode(parts.Count == 1 ? parts[0].Text : string.Concat(parts.Select(p => p.Text)), template);
    }

    private int[] Encode(ReadOnlySpan<char> text, List<Range> template)
    {
        var ids = new List<int>(text.Length / 4 + 8);
        var range = 0;
        for (var from = 0; from < text.Length;)
        {
            var id = _added.Find(text, from, template, ref range, out var at, out var length);
            if (at > from) EncodeSegment(text[from..at], start: from == 0, ids);
            if (id >= 0) ids.Add(id);
            from = at + length;
        }
        return [.. ids];
    }

    // What stands where the file gives an id and no text.
    private static Dictionary<string, object?> Named(BpeVocabulary vocabulary, TokenTable table)
    {
        var named = new Dictionary<string, object?>(vocabulary.SpecialTokens);
        if (vocabulary.Bos is { } bos) named.TryAdd("bos_token", table.Decode([bos]));
        if (vocabulary.Eos is { } eos) named.TryAdd("eos_token", table.Decode([eos]));
        return named;
    }

    /// <summary>Encodes text between added tokens.</summary>
    /// <param name="text">Not empty.</param>
    /// <param name="start">Whether the whole text begins here; otherwise it follows an added token.</param>
    /// <param name="ids">Receives the ids.</param>
    protected abstract void EncodeSegment(ReadOnlySpan<char> text, bool start, List<int> ids);
}
