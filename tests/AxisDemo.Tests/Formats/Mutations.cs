using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace AxisDemo.Tests.Formats;

/// <summary>Damages files in the ways that break readers: lengths, counts and offsets at their limits, cuts, shifts, flips, noise.</summary>
internal static class Mutations
{
    private static readonly ulong[] s_limits =
    [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 1UL << 40, 1UL << 61, 0x7FFF_FFFF_FFFF_FFFF, 1UL << 63, ulong.MaxValue - 31, ulong.MaxValue,
    ];

    /// <summary>How many cases each fuzz test tries: AXISDEMO_FUZZ, 300 unless set.</summary>
    public static int Cases => int.TryParse(Environment.GetEnvironmentVariable("AXISDEMO_FUZZ"), out var n) ? n : 300;

    /// <summary>One damaged copy; the same seed damages it the same way.</summary>
    public static byte[] Of(byte[] valid, int seed)
    {
        var random = new Random(seed);
        if (random.Next(12) == 0) return Noise(valid, random);
        var bytes = (byte[])valid.Clone();
        for (var n = random.Next(1, 5); n > 0; n--) bytes = Once(bytes, random);
        return bytes;
    }

    // What a value may be that nobody expects there.
    private static readonly string[] s_oddJson =
    [
        "null", "true", "0", "-1", "1e999", "-1e-999", "2147483648", "9007199254740993", "123456789012345678901234567890", "0.5", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"#\"",
        "\"a#\"", "\"p1e9\"", "\"pNaN\"", "\"0:99999999999\"", "\"-1:2\"", "\"../../x\"", "[]", "{}", "[null]", "[1,\"2\",[3]]", "{\"kind\":1,\"kind\":\"add\"}",
        new string('[', 300) + new string(']', 300), $"\"{new string('a', 5000)}\"", $"[{string.Join(',', Enumerable.Range(0, 3000))}]",
    ];

    /// <summary>A JSON text with some of its values (or names) replaced by odd ones, left out or doubled; one in four is damaged as bytes.</summary>
    public static byte[] OfJson(byte[] valid, int seed)
    {
        var random = new Random(seed);
        if (random.Next(4) == 0) return Of(valid, seed);
        var bytes = valid;
        for (var n = random.Next(1, 4); n > 0 && Values(bytes) is { Count: > 0 } values; n--)
        {
            var (from, to) = values[random.Next(values.Count)];
            var odd = random.Next(8) switch { 0 => "", 1 => Encoding.UTF8.GetString(bytes[from..to]) + "," + Encoding.UTF8.GetString(bytes[from..to]), _ => s_oddJson[random.Next(s_oddJson.Length)] };
            bytes = [.. bytes[..from], .. Encoding.UTF8.GetBytes(odd), .. bytes[to..]];
        }

        return bytes;
    }

    // Where each value and name lies; none when the text is damaged already.
    private static List<(int From, int To)> Values(byte[] json)
    {
        var found = new List<(int, int)>();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) continue;
                var from = (int)reader.TokenStartIndex;
                var inside = reader; // a copy that may run ahead
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject) inside.Skip();
                found.Add((from, (int)(inside.TokenType == JsonTokenType.PropertyName ? from + inside.ValueSpan.Length + 2 : inside.BytesConsumed)));
            }
        }
        catch (JsonException)
        {
            found.Clear();
        }

        return found;
    }

    /// <summary>Text of any kind: letters of many scripts, combining marks, emoji, control characters, lone surrogates, words of chat formats, repetitions.</summary>
    public static string Text(int seed)
    {
        var random = new Random(seed);
        string[] words = ["<|im_start|>", "<|im_end|>\n", "<s>", "</s>", "<think>", "{{ messages }}", "{% for %}", " ", "  \n\n", "\r\n", "'re", "１２３", "don't", "\u200D", "\uFEFF", "🏳️‍🌈", "👩‍👩‍👧", "e\u0301", "中文", "ﷺ"];
        var text = new StringBuilder();
        for (var n = random.Next(0, 60); n > 0; n--)
        {
            switch (random.Next(8))
            {
                case 0: text.Append(words[random.Next(words.Length)]); break;
                case 1: text.Append((char)random.Next(0x20)); break;
                case 2: text.Append((char)random.Next(0xD800, 0xE000)); break;
                case 3: text.Append(new Rune(random.Next(0x1_0000, 0x11_0000))); break;
                case 4: text.Append(words[random.Next(words.Length)].Insert(0, new string((char)random.Next(0x21, 0x7F), random.Next(1, 200)))); break;
                case 5: text.Append((char)random.Next(0x80, 0xD800)); break;
                default: text.Append((char)random.Next(0x20, 0x7F)); break;
            }
        }

        return text.ToString();
    }

    private static byte[] Once(byte[] bytes, Random random)
    {
        if (bytes.Length < 16) return [.. bytes, (byte)random.Next(256)];
        // Most of what decides anything stands near the front.
        var at = random.Next(2) == 0 ? random.Next(bytes.Length) : random.Next(Math.Min(bytes.Length, 400));
        switch (random.Next(7))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); return bytes;
            case 1: bytes[at] = (byte)random.Next(256); return bytes;
            case 2:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Math.Min(at, bytes.Length - 8)), s_limits[random.Next(s_limits.Length)]);
                return bytes;
            case 3:
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Math.Min(at, bytes.Length - 4)), (uint)s_limits[random.Next(s_limits.Length)]);
                return bytes;
            case 4: return bytes[..at];
            case 5: return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 40))..]];
            default: return [.. bytes[..at], .. bytes[at..Math.Min(bytes.Length, at + random.Next(1, 40))], .. bytes[at..]];
        }
    }

    private static byte[] Noise(byte[] valid, Random random)
    {
        var noise = new byte[random.Next(0, 2000)];
        random.NextBytes(noise);
        return [.. valid[..Math.Min(valid.Length, random.Next(0, 32))], .. noise];
    }
}
