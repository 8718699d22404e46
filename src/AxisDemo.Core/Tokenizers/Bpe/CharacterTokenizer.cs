using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace AxisDemo.Tokenizers;

/// <summary>
/// BPE over characters, as SentencePiece has it: a space is written U+2581, nothing is cut beforehand, and a character that the
/// vocabulary lacks becomes its UTF-8 bytes, one byte token each. What joins first is decided by ranks (tokenizer.json) or by the
/// scores of the results (GGUF).
/// </summary>
internal sealed class CharacterTokenizer : SegmentingTokenizer
{
    private const char Space = '\u2581';

    private readonly SpacePrefix _spacePrefix;
    private readonly int? _unknown;
    private readonly bool _fuseUnknown;
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<string, int> _ids;
    private readonly MergeTable? _merges;
    private readonly ScoreMerger? _scores;

    public CharacterTokenizer(BpeVocabulary vocabulary)
        : base(vocabulary, new TokenTable(vocabulary, Spelled))
    {
        _spacePrefix = vocabulary.SpacePrefix;
        (_unknown, _fuseUnknown) = (vocabulary.Unknown, vocabulary.FuseUnknown);
        Array.Fill(_byteIds, -1);
        var all = new Dictionary<string, int>(vocabulary.Tokens.Count);
        _ids = new(vocabulary.Tokens.Count);
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            var (spelling, type) = (vocabulary.Tokens[id], vocabulary.Types[id]);
            all.TryAdd(spelling, id);
            if (type is TokenType.Normal or TokenType.UserDefined) _ids.TryAdd(spelling, id); // of equal spellings the lower id
            if (type == TokenType.Byte && Byte(spelling) is { } value) _byteIds[value] = id;
        }
        if (vocabulary.Scores is { } scores) _scores = new ScoreMerger(_ids, scores);
        else _merges = new MergeTable(MergeTable.Checked(vocabulary, all));
    }

    /// <summary>A space prefix that encoding put before the first word is not text.</summary>
    public override string Decode(ReadOnlySpan<int> ids)
    {
        var text = base.Decode(ids);
        return _spacePrefix.HasFlag(SpacePrefix.Start) && text.StartsWith(' ') && !IsControl(ids[0]) ? text[1..] : text;
    }

    protected override void EncodeSegment(ReadOnlySpan<char> text, bool start, List<int> ids)
    {
        var wanted = _spacePrefix.HasFlag(start ? SpacePrefix.Start : SpacePrefix.AfterToken);
        var prefix = wanted && !(_spacePrefix.HasFlag(SpacePrefix.UnlessSpace) && text[0] is ' ' or Space) ? 1 : 0;
        var symbols = new char[text.Length + prefix];
        symbols[0] = Space;
        for (var i = 0; i < text.Length; i++) symbols[i + prefix] = text[i] == ' ' ? Space : Whole(text, i);
        var own = new List<int>(symbols.Length);
        if (_scores is not null) _scores.Encode(symbols, AddCharacter, own);
        else EncodeByRank(symbols, own);
        ids.AddRange(own);
    }

    // The list is empty.
    private void EncodeByRank(ReadOnlySpan<char> symbols, List<int> ids)
    {
        var characters = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i < symbols.Length;)
        {
            var length = char.IsHighSurrogate(symbols[i]) ? 2 : 1;
            if (characters.TryGetValue(symbols.Slice(i, length), out var id)) ids.Add(id);
            else AddCharacter(symbols.Slice(i, length), ids);
            i += length;
        }
        var count = _merges!.Apply(CollectionsMarshal.AsSpan(ids));
        ids.RemoveRange(count, ids.Count - count);
    }

    // Byte by byte; where one of its bytes has no token the character is unknown, or vanishes where the vocabulary has no token for that either.
    private void AddCharacter(ReadOnlySpan<char> character, List<int> ids)
    {
        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..Encoding.UTF8.GetBytes(character, bytes)];
        var spelled = true;
        foreach (var value in bytes) spelled &= _byteIds[value] >= 0;
        if (spelled)
        {
            foreach (var value in bytes) ids.Add(_byteIds[value]);
        }
        else if (_unknown is { } unknown && !(_fuseUnknown && ids.Count > 0 && ids[^1] == unknown)) ids.Add(unknown);
    }

    // Half a surrogate pair alone counts as U+FFFD.
    private static char Whole(ReadOnlySpan<char> text, int at)
    {
        var paired = char.IsHighSurrogate(text[at]) ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
            : !char.IsLowSurrogate(text[at]) || at > 0 && char.IsHighSurrogate(text[at - 1]);
        return paired ? text[at] : '\ufffd';
    }

    private static byte[] Spelled(string spelling, TokenType type)
    {
        if (type == TokenType.Byte && Byte(spelling) is { } value) return [value];
        return Encoding.UTF8.GetBytes(type is TokenType.Control or TokenType.Unknown ? spelling : spelling.Replace(Space, ' '));
    }

    /// <summary>The byte that a token spelled <c>&lt;0xNN&gt;</c> stands for.</summary>
    public static byte? Byte(string spelling) =>
        spelling is ['<', '0', 'x', _, _, '>'] && byte.TryParse(spelling.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
