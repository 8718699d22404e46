using System.Text;
using AxisDemo.Formats;

namespace AxisDemo.Cli;

/// <summary>Standard input as bytes, bounded.</summary>
internal static class Input
{
    public static byte[] ReadAll(long limit) => JsonInput.Read(Surroundings.Current.Input, "stdin", limit, "Give it in parts.");

    /// <summary>Standard input as text: UTF-8, a byte order mark before it passed over.</summary>
    public static string ReadText(long limit)
    {
        var bytes = ReadAll(limit);
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) throw new InputException("stdin", "", "it is UTF-16 or UTF-32.", "Give it as UTF-8.");
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException("stdin", "", "it is not UTF-8.", "Give it as UTF-8.", e);
        }
    }
}
