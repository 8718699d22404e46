using System.Globalization;
using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers;

/// <summary>
/// Cuts text into the pieces inside which merges run. The published rules are regular expressions over Unicode categories; here they
/// are walks over code points, because .NET's expressions see UTF-16 units and never match a letter or digit above U+FFFF.
/// Every rule looks forward only, so a piece is found from the rest of the text alone, in time linear in its length (plus one).
/// </summary>
internal sealed class PreTokenizer
{
    private enum Kind : byte { Other, Letter, Number, Space, Mark }

    private static readonly Kind[] s_kinds = [.. Enumerable.Range(0, 0x10000).Select(c => Classify(c))];

    private readonly bool _ignoreCase;   // contractions in any case, and the newer rules around newlines
    private readonly int _digits;        // Llama's family: digits in one piece
    private readonly bool _digitsApart;  // SmolLM: every digit is cut out before the GPT-2 rule runs
    private readonly bool _marksApart;   // llama.cpp's default: runs of punctuation are cut out before the GPT-2 rule runs, numbers behind it

    /// <summary>The rule that llama.cpp takes where a file names none.</summary>
    public const string Default = "default";

    /// <summary>Whether a piece that is itself a token is taken whole, before any merge.</summary>
    public bool IgnoreMerges { get; }

    /// <summary>Whether text is brought into Unicode's normal form C first.</summary>
    public bool Compose { get; }

    private PreTokenizer(bool ignoreCase = false, int digits = 0, bool digitsApart = false, bool marksApart = false, bool ignoreMerges = false, bool compose = false)
    {
        _ignoreCase = ignoreCase;
        _digits = digits;
        _digitsApart = digitsApart;
        _marksApart = marksApart;
        IgnoreMerges = ignoreMerges;
        Compose = compose;
    }

    /// <summary>The rule with a name, as <c>tokenizer.ggml.pre</c> spells it.</summary>
    /// <exception cref="InputException">The name is not known.</exception>
    public static PreTokenizer Named(string name, string source) => name switch
    {
        "gpt-2" => new(),
        Default => new(marksApart: true),
        "smollm" or "starcoder" or "refact" or "codeshell" => new(digitsApart: true),
        "llama-bpe" or "llama3" or "llama-v3" => new(ignoreCase: true, digits: 3, ignoreMerges: true),
        "qwen2" or "deepseek-r1-qwen" => new(ignoreCase: true, digits: 1, compose: true),
        _ => throw new InputException(source, "tokenizer.ggml.pre", $"the pre-tokenisation '{name}' is not known.",
            "Known: gpt-2, smollm, llama-bpe, qwen2, default. A model of one of these families works."),
    };

    /// <summary>The length, in UTF-16 units, of the first piece of a text that is not empty.</summary>
    public int Next(ReadOnlySpan<char> text)
    {
        if (_marksApart) return NextDefault(text);
        if (text[0] == '\'' && Contraction(text) is > 0 and var n) return n;
        return _ignoreCase ? NextLlama(text) : NextGpt2(text);
    }

    // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    private int NextGpt2(ReadOnlySpan<char> text)
    {
        var kind = At(text, 0, out var length);
        if (kind == Kind.Number && _digitsApart) return length;
        var start = 0;
        if (text[0] == ' ' && text.Length > 1)
        {
            var next = At(text, 1, out _);
            // A digit that is cut out first ends the part: the space stays alone.
            if (next != Kind.Space && !(next == Kind.Number && _digitsApart)) (kind, start) = (next, 1);
        }
        if (kind != Kind.Space) return Run(text, start, kind);
        var end = Run(text, 0, Kind.Space);
        if (end == text.Length || _digitsApart && At(text, end, out _) == Kind.Number) return end;
        return Math.Max(1, end - 1);
    }

    // Four rules one after the other, each inside the pieces of the one before: [\p{P}$+<=>^~|]+, then GPT-2's (whose contractions
    // begin with a mark and so never match), then \p{N}+, then [0-9][0-9][0-9].
    private static int NextDefault(ReadOnlySpan<char> text)
    {
        var kind = Marked(text, 0, out _);
        if (kind == Kind.Number) return Threes(text[..Run(text, 0, Kind.Number)]);
        if (kind != Kind.Space) return RunMarked(text, 0, kind);
        var next = text.Length > 1 ? Marked(text, 1, out _) : Kind.Space;
        if (text[0] == ' ' && next is Kind.Letter or Kind.Other) return RunMarked(text, 1, next);
        var end = Run(text, 0, Kind.Space);
        return end == text.Length || Marked(text, end, out _) == Kind.Mark ? end : Math.Max(1, end - 1);
    }

    // A run of numbers up to the first three ASCII digits in it; those, where it begins with them.
    private static int Threes(ReadOnlySpan<char> run)
    {
        for (var i = 0; i + 3 <= run.Length; i++)
            if (!run.Slice(i, 3).ContainsAnyExceptInRange('0', '9')) return i == 0 ? 3 : i;
        return run.Length;
    }

    private static int RunMarked(ReadOnlySpan<char> text, int at, Kind kind)
    {
        while (at < text.Length && Marked(text, at, out var length) == kind) at += length;
        return at;
    }

    private static Kind Marked(ReadOnlySpan<char> text, int at, out int length)
    {
        var kind = At(text, at, out length);
        if (kind != Kind.Other) return kind;
        return text[at] is '$' or '+' or '<' or '=' or '>' or '^' or '~' or '|' || IsPunctuation(text.Slice(at, length)) ? Kind.Mark : kind;
    }

    private static bool IsPunctuation(ReadOnlySpan<char> character) =>
        (character.Length == 1 ? CharUnicodeInfo.GetUnicodeCategory(character[0]) : CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(character[0], character[1])))
            is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    // [^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,k}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
    private int NextLlama(ReadOnlySpan<char> text)
    {
        var kind = At(text, 0, out var length);
        if (kind == Kind.Letter) return Run(text, 0, Kind.Letter);
        if (kind == Kind.Number) return Run(text, 0, Kind.Number, _digits);
        var next = Kind.Space;
        if (length < text.Length) next = At(text, length, out _);
        if (next == Kind.Letter && text[0] is not ('\r' or '\n')) return Run(text, length, Kind.Letter);
        if (kind == Kind.Other || text[0] == ' ' && next == Kind.Other)
        {
            var end = Run(text, kind == Kind.Other ? 0 : 1, Kind.Other);
            while (end < text.Length && text[end] is '\r' or '\n') end++;
            return end;
        }
        var spaces = Run(text, 0, Kind.Space);
        var newline = text[..spaces].LastIndexOfAny('\r', '\n');
        if (newline >= 0) return newline + 1;
        return spaces == text.Length ? spaces : Math.Max(1, spaces - 1);
    }

    private int Contraction(ReadOnlySpan<char> text)
    {
        var first = Fold(text, 1);
        if (first is 's' or 't' or 'm' or 'd') return 2;
        return (first, Fold(text, 2)) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private char Fold(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length) return '\0';
        if (!_ignoreCase) return text[at];
        return text[at] == '\u017f' ? 's' : char.ToLowerInvariant(text[at]); // long s folds to s, though its lower case is itself
    }

    private static int Run(ReadOnlySpan<char> text, int at, Kind kind, int limit = int.MaxValue)
    {
        while (at < text.Length && limit-- > 0 && At(text, at, out var length) == kind) at += length;
        return at;
    }

    private static Kind At(ReadOnlySpan<char> text, int at, out int length)
    {
        var c = text[at];
        if (!char.IsHighSurrogate(c) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))
        {
            length = 1;
            return s_kinds[c];
        }
        length = 2;
        return Classify(char.ConvertToUtf32(c, text[at + 1]));
    }

    // A lone surrogate has category Cs and falls under Other, as U+FFFD, which replaces it, does.
    private static Kind Classify(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.OtherLetter => Kind.Letter,
        >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => Kind.Number,
        _ => Rune.TryCreate(codePoint, out var rune) && Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other,
    };
}
