using System.Text.Json;

namespace AxisDemo.Formats;

/// <summary>JSON from outside, whatever it comes in: a byte order mark before it is passed over, and text in another encoding is refused by name.</summary>
public static class JsonInput
{
    /// <summary>Reads a file, or a pipe, that is said to be JSON.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">The most bytes that are read.</param>
    /// <param name="remedy">What to do about a longer one.</param>
    /// <exception cref="InputException">It is missing, cannot be read, or is longer.</exception>
    public static byte[] ReadFile(string path, long longest, string remedy = "")
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return Read(file, path, longest, remedy);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException(path, "", $"it cannot be read: {e.Message}", "Check the path.", e);
        }
    }

    /// <summary>Reads what comes, to its end: its length is known only then.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="source">What a message calls them.</param>
    /// <param name="longest">The most that are read.</param>
    /// <param name="remedy">What to do about more.</param>
    /// <exception cref="InputException">There are more.</exception>
    public static byte[] Read(Stream stream, string source, long longest, string remedy = "")
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bytes = new MemoryStream();
        var piece = new byte[1 << 16];
        for (int read; (read = stream.Read(piece)) > 0;)
        {
            if (bytes.Length + read > longest) throw new InputException(source, "", $"it is longer than {longest >> 20} MB.", remedy);
            bytes.Write(piece, 0, read);
        }

        return bytes.ToArray();
    }

    /// <summary>The text in bytes without a byte order mark.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="source">What a message calls them.</param>
    /// <exception cref="InputException">They are UTF-16 or UTF-32.</exception>
    public static ReadOnlySpan<byte> Utf8(ReadOnlySpan<byte> bytes, string source)
    {
        // Their marks; or, without one, the zeros beside the ASCII character that JSON begins with. (A file of zeros alone is a broken one.)
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, not 0, ..] or [not 0, 0, ..] or [0, 0, not 0, ..] or [0, 0, 0, not 0, ..])
            throw new InputException(source, "", "it is UTF-16 or UTF-32.", "Save it as UTF-8.");
        return bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }

    /// <summary>Parses JSON.</summary>
    /// <param name="bytes">UTF-8, with or without a byte order mark.</param>
    /// <param name="source">What a message calls it.</param>
    /// <param name="options">How strictly.</param>
    /// <exception cref="InputException">It is UTF-16 or UTF-32; or, where names must differ, one of them is no text.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlySpan<byte> bytes, string source, JsonDocumentOptions options = default)
    {
        try
        {
            return JsonDocument.Parse(Utf8(bytes, source).ToArray(), options);
        }
        catch (InvalidOperationException e) // an escaped half of a surrogate pair in a name: valid JSON, no text
        {
            throw new InputException(source, "", "a name in it is no Unicode (half of a surrogate pair).", "Write the character itself.", e);
        }
    }
}
