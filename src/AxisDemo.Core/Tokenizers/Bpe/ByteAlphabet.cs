using System.Text;

namespace AxisDemo.Tokenizers;

/// <summary>
/// GPT-2's way of writing bytes as printable characters, so that a vocabulary of byte strings is a vocabulary of words:
/// a byte that is a visible Latin-1 character is that character, the others are U+0100 onwards in order.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = Characters();
    private static readonly short[] s_bytes = Inverse();

    /// <summary>The character that stands for a byte.</summary>
    public static char Character(byte value) => s_characters[value];

    /// <summary>The bytes a token's spelling stands for; the spelling's own UTF-8 when it has characters outside the alphabet.</summary>
    public static byte[] Decode(string spelling)
    {
        var bytes = new byte[spelling.Length];
        for (var i = 0; i < spelling.Length; i++)
        {
            if (spelling[i] >= s_bytes.Length || s_bytes[spelling[i]] < 0) return Encoding.UTF8.GetBytes(spelling);
            bytes[i] = (byte)s_bytes[spelling[i]];
        }
        return bytes;
    }

    private static char[] Characters()
    {
        var characters = new char[256];
        var next = '\u0100';
        for (var b = 0; b < 256; b++)
            characters[b] = b is >= 0x21 and <= 0x7e or >= 0xa1 and <= 0xac or >= 0xae ? (char)b : next++;
        return characters;
    }

    private static short[] Inverse()
    {
        var bytes = new short[s_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++) bytes[s_characters[b]] = (short)b;
        return bytes;
    }
}
