using System.Globalization;
using System.Text;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>Python's <c>upper</c>, <c>lower</c>, <c>title</c>, <c>capitalize</c>: Unicode's full mappings, where one character may become several ("ß" is "SS").</summary>
internal static class PythonCase
{
    private static readonly Dictionary<Rune, string> s_upper = Read(PythonCaseTables.Upper), s_title = Read(PythonCaseTables.Title);

    public static MarkedText Upper(MarkedText text) => text.Map((rune, _) => Upper(rune));

    public static MarkedText Lower(MarkedText text) => text.Map((rune, at) => Lower(text.Value, rune, at));

    public static MarkedText Swap(MarkedText text) => text.Map((rune, at) => IsUpper(rune) ? Lower(text.Value, rune, at) : IsLower(rune) ? Upper(rune) : rune.ToString());

    /// <summary>The first character as the first of a title, the others in lower case.</summary>
    public static MarkedText Capitalize(MarkedText text) => text.Map((rune, at) => at == 0 ? Title(rune) : Lower(text.Value, rune, at));

    /// <summary>Python's own <c>title</c>: a word begins after everything that has no case.</summary>
    public static MarkedText Title(MarkedText text)
    {
        var inWord = false;
        return text.Map((rune, at) =>
        {
            var mapped = inWord ? Lower(text.Value, rune, at) : Title(rune);
            inWord = IsCased(rune);
            return mapped;
        });
    }

    public static bool IsLower(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter || In(PythonCaseTables.OtherLower, rune);

    public static bool IsUpper(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.UppercaseLetter || In(PythonCaseTables.OtherUpper, rune);

    public static bool IsTitle(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    public static bool IsCased(Rune rune) => IsLower(rune) || IsUpper(rune) || IsTitle(rune);

    public static string Upper(Rune rune) => s_upper.TryGetValue(rune, out var full) ? full : Rune.ToUpperInvariant(rune).ToString();

    private static string Title(Rune rune) => s_title.TryGetValue(rune, out var full) ? full : Upper(rune);

    private static string Lower(string text, Rune rune, int at) => rune.Value switch
    {
        0x130 => "i\u0307",
        'Σ' => EndsWord(text, at) ? "ς" : "σ",
        _ => Rune.ToLowerInvariant(rune).ToString(),
    };

    // The capital sigma has another small letter at a word's end: something cased before it, nothing cased after it, other signs between left out.
    private static bool EndsWord(string text, int at)
    {
        var before = false;
        for (var i = at; i > 0;)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, i), out var rune, out var length);
            i -= length;
            if (IsIgnorable(rune)) continue;
            before = IsCased(rune);
            break;
        }
        for (var i = at + 1; before && i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            i += length;
            if (!IsIgnorable(rune)) return !IsCased(rune);
        }
        return before;
    }

    private static bool IsIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.IsBmp && "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a".Contains((char)rune.Value);

    private static bool In(ReadOnlySpan<int> ranges, Rune rune)
    {
        for (var i = 0; i < ranges.Length; i += 2)
            if (rune.Value >= ranges[i] && rune.Value <= ranges[i + 1]) return true;
        return false;
    }

    private static Dictionary<Rune, string> Read(string table) =>
        table.Split(' ').ToDictionary(entry => Rune.GetRuneAt(entry, 0), entry => entry[1..]);
}
