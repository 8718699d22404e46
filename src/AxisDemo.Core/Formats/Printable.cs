using System.Text;

namespace AxisDemo.Formats;

/// <summary>Text from a file, made fit for a one-line message: no control characters, bounded length.</summary>
public static class Printable
{
    private const int Longest = 120;

    /// <summary>At most 120 characters, control characters and halves of surrogate pairs replaced.</summary>
    public static string Text(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, Longest) + 1);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
            line.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' ? '\uFFFD' : c);
        if (text.Length > Longest) line.Append('…');
        return line.ToString();
    }
}
