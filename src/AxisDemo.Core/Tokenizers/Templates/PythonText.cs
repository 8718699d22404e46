namespace AxisDemo.Tokenizers.Templates;

/// <summary>Python's idea of white space (<c>str.isspace</c>), which chat templates count on: wider than .NET's by U+001C..001F.</summary>
internal static class PythonText
{
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static bool IsBlank(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!IsSpace(c)) return false;
        return true;
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
        bool Goes(char c) => characters is null ? IsSpace(c) : characters.Contains(c);
        int start = 0, end = value.Length;
        while (left && start < end && Goes(value[start])) start++;
        while (right && end > start && Goes(value[end - 1])) end--;
        return text.Slice(start, end - start);
    }
}
