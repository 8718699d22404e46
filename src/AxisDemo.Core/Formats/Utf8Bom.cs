namespace AxisDemo.Formats;

/// <summary>The byte order mark that some editors and shells put before UTF-8: it says nothing, and no reader of JSON takes it.</summary>
internal static class Utf8Bom
{
    /// <summary>The bytes without the mark, where they begin with it.</summary>
    public static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
}
