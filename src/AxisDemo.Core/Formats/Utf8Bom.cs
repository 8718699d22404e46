namespace AxisDemo.Formats;

/// <summary>The byte order mark that some editors put in front of UTF-8: no part of the text.</summary>
internal static class Utf8Bom
{
    /// <summary>The bytes behind the mark; all of them where there is none.</summary>
    public static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
}
