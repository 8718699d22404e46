using System.Text;

namespace AxisDemo.Tokenizers;

/// <summary>
/// Turns the bytes of tokens, as they arrive, into text. Never gives half a character: bytes that begin one wait for the rest,
/// and both halves of a surrogate pair come in the same string. Bytes that cannot become a character give U+FFFD.
/// </summary>
public sealed class Utf8Stream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Takes the bytes of the next token; returns the characters that are complete now (often none).</summary>
    public string Push(ReadOnlySpan<byte> bytes) => Convert(bytes, flush: false);

    /// <summary>Ends the stream: a character still incomplete becomes U+FFFD. The object can be used again afterwards.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var length = _decoder.GetCharCount(bytes, flush);
        Span<char> text = length <= 256 ? stackalloc char[256] : new char[length];
        return new string(text[.._decoder.GetChars(bytes, text, flush)]);
    }
}
