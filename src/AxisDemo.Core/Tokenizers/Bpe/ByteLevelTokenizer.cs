using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace AxisDemo.Tokenizers;

/// <summary>
/// BPE over UTF-8 bytes, as GPT-2 has it: text is cut into pieces, the bytes of a piece are joined by rank. Microsoft.ML.Tokenizers joins
/// them; long pieces, and those with bytes that the vocabulary lacks, are joined here (decision 22).
/// </summary>
internal sealed class ByteLevelTokenizer : SegmentingTokenizer
{
    private const int CachedLength = 32;     // UTF-16 units; words, not walls of text
    private const int CachedPieces = 65_536;
    // Longer pieces are no words; the package joins them in quadratic time.
    private const int PackageBytes = 512;

    private readonly PreTokenizer _rule;
    private readonly bool _compose;
    private readonly BpeTokenizer? _package;
    private readonly Lazy<MergeTable> _merges;
    private readonly int? _unknown;
    private readonly bool _fuseUnknown;
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<string, int>? _whole;
    private readonly int _longest;
    private readonly ConcurrentDictionary<string, int[]> _cache = new();
    private int _cached;

    public ByteLevelTokenizer(BpeVocabulary vocabulary)
        : base(vocabulary, new TokenTable(vocabulary, static (spelling, type) =>
            type is TokenType.Control or TokenType.UserDefined or TokenType.Unknown ? Encoding.UTF8.GetBytes(spelling) : ByteAlphabet.Decode(spelling)))
    {
        _rule = PreTokenizer.Named(vocabulary.PreTokenizer, vocabulary.Source);
        _compose = vocabulary.Compose ?? _rule.Compose;
        (_unknown, _fuseUnknown) = (vocabulary.Unknown, vocabulary.FuseUnknown);
        var ids = new Dictionary<string, int>(vocabulary.Tokens.Count);
        for (var id = 0; id < vocabulary.Tokens.Count; id++) ids.TryAdd(vocabulary.Tokens[id], id); // of equal spellings the lower id
        var merges = MergeTable.Checked(vocabulary, ids);
        _package = Package(vocabulary, ids, merges);
        _merges = new(() => new MergeTable(merges));
        for (var b = 0; b < 256; b++)
            _byteIds[b] = ids.TryGetValue(ByteAlphabet.Character((byte)b).ToString(), out var id) && vocabulary.Types[id] == TokenType.Normal ? id : -1;
        if (!(vocabulary.IgnoreMerges ?? _rule.IgnoreMerges)) return;
        _whole = ids;
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
            if (vocabulary.Types[id] != TokenType.Normal) _whole.Remove(vocabulary.Tokens[id]);
        _longest = Math.Min(1024, _whole.Keys.Select(k => k.Length).DefaultIfEmpty().Max());
    }

    // The package reads a merge as two words: spellings with a space in them, which the bytes' alphabet does not have, it cannot be given.
    private static BpeTokenizer? Package(BpeVocabulary vocabulary, Dictionary<string, int> ids, List<RankedMerge> merges)
    {
        if (merges.Exists(m => Odd(vocabulary.Tokens[m.Left]) || Odd(vocabulary.Tokens[m.Right]))) return null;
        return BpeTokenizer.Create(new BpeOptions(ids) { Merges = merges.Select(m => $"{vocabulary.Tokens[m.Left]} {vocabulary.Tokens[m.Right]}"), ByteLevel = true });

        static bool Odd(string spelling) => spelling.Length == 0 || spelling.Contains(' ', StringComparison.Ordinal);
    }

    /// <summary>The pieces of a text that holds no added token, before merging; for tests against golden cuts.</summary>
    internal List<string> Pieces(string text)
    {
        var pieces = new List<string>();
        ReadOnlySpan<char> rest = _compose ? NormalForm.Compose(text) : text;
        while (rest.Length > 0)
        {
            var length = _rule.Next(rest);
            pieces.Add(rest[..length].ToString());
            rest = rest[length..];
        }
        return pieces;
    }

    protected override void EncodeSegment(ReadOnlySpan<char> text, bool start, List<int> ids)
    {
        if (_compose && !NormalForm.IsComposed(text)) text = NormalForm.Compose(text.ToString());
        var cache = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        while (text.Length > 0)
        {
            var piece = text[.._rule.Next(text)];
            text = text[piece.Length..];
            if (piece.Length > CachedLength)
            {
                EncodePiece(piece, ids);
                continue;
            }
            if (!cache.TryGetValue(piece, out var known))
            {
                var before = ids.Count;
                EncodePiece(piece, ids);
                Remember(piece, ids, before);
                continue;
            }
            ids.AddRange(known);
        }
    }

    // Bounded: when it is full it starts anew, so that one visitor's odd text does not fill it for ever.
    private void Remember(ReadOnlySpan<char> piece, List<int> ids, int from)
    {
        if (Interlocked.Increment(ref _cached) > CachedPieces)
        {
            _cache.Clear();
            _cached = 0;
        }
        _cache[piece.ToString()] = [.. ids[from..]];
    }

    private void EncodePiece(ReadOnlySpan<char> piece, List<int> ids)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        var symbols = ArrayPool<int>.Shared.Rent(bytes.Length);
        var length = Encoding.UTF8.GetBytes(piece, bytes);
        if (Whole(bytes.AsSpan(0, length)) is { } id)
        {
            ids.Add(id);
        }
        else
        {
            Merge(piece, bytes.AsSpan(0, length), symbols, ids);
        }
        ArrayPool<byte>.Shared.Return(bytes);
        ArrayPool<int>.Shared.Return(symbols);
    }

    private void Merge(ReadOnlySpan<char> piece, ReadOnlySpan<byte> bytes, Span<int> symbols, List<int> ids)
    {
        // Bytes that the vocabulary lacks vanish where it has nothing that stands for them, as in the reference implementations.
        var (count, spelled) = (0, true);
        foreach (var b in bytes)
        {
            spelled &= _byteIds[b] >= 0;
            if (_byteIds[b] >= 0) symbols[count++] = _byteIds[b];
            else if (_unknown is { } unknown && !(_fuseUnknown && count > 0 && symbols[count - 1] == unknown)) symbols[count++] = unknown;
        }

        if (_package is not null && spelled && bytes.Length <= PackageBytes) ids.AddRange(_package.EncodeToIds(Paired(piece, bytes), considerPreTokenization: false, considerNormalization: false));
        else ids.AddRange(symbols[.._merges.Value.Apply(symbols[..count])]);
    }

    // Half a surrogate pair alone is U+FFFD in UTF-8; the package makes other bytes of it.
    private static ReadOnlySpan<char> Paired(ReadOnlySpan<char> piece, ReadOnlySpan<byte> bytes) =>
        piece.ContainsAnyInRange('\ud800', '\udfff') ? Encoding.UTF8.GetString(bytes) : piece;

    private int? Whole(ReadOnlySpan<byte> bytes)
    {
        if (_whole is null || bytes.Length > _longest) return null;
        Span<char> spelling = stackalloc char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++) spelling[i] = ByteAlphabet.Character(bytes[i]);
        return _whole.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(spelling, out var id) ? id : null;
    }
}
