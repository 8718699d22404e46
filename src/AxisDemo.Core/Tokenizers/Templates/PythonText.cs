using System.Globalization;
using System.Text;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>Python's idea of characters and of their order, which chat templates count on.</summary>
internal static class PythonText
{
    /// <summary><c>str.isspace</c>: wider than .NET's by U+001C..001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static bool IsBlank(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!IsSpace(c)) return false;
        return true;
    }

    public static bool IsDecimal(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>A digit of any kind; a superscript is one too.</summary>
    public static bool IsDigit(Rune rune) => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    public static bool IsAlphanumeric(Rune rune) => Rune.IsLetter(rune) || CharUnicodeInfo.GetNumericValue(rune.ToString(), 0) != -1;

    /// <summary>Whether <c>repr</c> shows the character itself.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    /// <summary>Length in code points.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
            if (char.IsSurrogatePair(text[i - 1], text[i])) count--;
        return count;
    }

    /// <summary>The order of the code points, which is not that of UTF-16 beyond U+FFFF.</summary>
    public static int Compare(string a, string b)
    {
        var at = a.AsSpan().CommonPrefixLength(b);
        if (at == a.Length || at == b.Length) return a.Length - b.Length;
        // Surrogates stand for code points above all others.
        int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
        return Rank(a[at]) - Rank(b[at]);
    }

    /// <summary>Where the text ends without the white space at its end.</summary>
    public static int TrimmedEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1])) end--;
        return end;
    }

    /// <summary>Python's <c>strip</c>, <c>lstrip</c>, <c>rstrip</c>: of white space, or of the characters given.</summary>
    public static MarkedText Strip(MarkedText text, string? characters, bool left, bool right)
    {
        var value = text.Value;
        var set = characters?.EnumerateRunes().ToHashSet();
        bool Goes(Rune rune) => set is null ? rune.IsBmp && IsSpace((char)rune.Value) : set.Contains(rune);
        int start = 0, end = value.Length;
        while (left && start < end && Rune.DecodeFromUtf16(value.AsSpan(start), out var rune, out var length) is var _ && Goes(rune)) start += length;
        while (right && end > start && Rune.DecodeLastFromUtf16(value.AsSpan(0, end), out var rune, out var length) is var _ && Goes(rune)) end -= length;
        return text.Slice(start, end - start);
    }
}
