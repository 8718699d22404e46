using System.Buffers;
using System.Globalization;
using System.Text;

namespace AxisDemo.Tokenizers;

/// <summary>
/// Unicode's normal form C. The runtime's own is out of reach here: this project runs with the invariant culture, in which
/// <see cref="string.Normalize()"/> leaves combining marks as they are.
/// </summary>
internal static class NormalForm
{
    private const int HangulS = 0xac00, HangulL = 0x1100, HangulV = 0x1161, HangulT = 0x11a7, Ls = 19, Vs = 21, Ts = 28;

    private static readonly Dictionary<int, byte> s_class = [];
    private static readonly Dictionary<int, int[]> s_parts = [];
    private static readonly Dictionary<(int First, int Second), int> s_pairs = [];
    private static readonly SearchValues<char> s_suspects = Load();

    /// <summary>Whether the text certainly is in the form already; no characters that could change or join.</summary>
    public static bool IsComposed(ReadOnlySpan<char> text) => !text.ContainsAny(s_suspects);

    /// <summary>The text in normal form C. Lone surrogates become U+FFFD. Linear but for the sorting of runs of marks.</summary>
    public static string Compose(string text)
    {
        if (IsComposed(text)) return text;
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, points);
        Order(points);
        Join(points);
        var composed = new StringBuilder(points.Count);
        foreach (var point in points) composed.Append(new Rune(point).ToString());
        return composed.ToString();
    }

    private static void Decompose(int point, List<int> to)
    {
        if (point is >= HangulS and < HangulS + Ls * Vs * Ts)
        {
            var s = point - HangulS;
            to.Add(HangulL + s / (Vs * Ts));
            to.Add(HangulV + s / Ts % Vs);
            if (s % Ts != 0) to.Add(HangulT + s % Ts);
        }
        else if (s_parts.TryGetValue(point, out var parts))
        {
            foreach (var part in parts) Decompose(part, to);
        }
        else
        {
            to.Add(point);
        }
    }

    // Marks between two starters in the order of their classes; equal classes keep theirs.
    private static void Order(List<int> points)
    {
        for (var i = 0; i < points.Count; i++)
        {
            if (Class(points[i]) == 0) continue;
            var from = i;
            while (i < points.Count && Class(points[i]) != 0) i++;
            if (i - from == 1) continue;
            var sorted = points[from..i].OrderBy(Class).ToList(); // stable
            for (var k = 0; k < sorted.Count; k++) points[from + k] = sorted[k];
        }
    }

    private static void Join(List<int> points)
    {
        int starter = -1, count = 0, last = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var mark = Class(point);
            // A mark joins its starter unless one of the same or a higher class stands between.
            var blocked = starter >= 0 && starter < count - 1 && (last == 0 || last >= mark);
            if (starter >= 0 && !blocked && Pair(points[starter], point) is { } joined)
            {
                points[starter] = joined;
                continue;
            }
            if (mark == 0) starter = count;
            last = mark;
            points[count++] = point;
        }
        points.RemoveRange(count, points.Count - count);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= HangulL and < HangulL + Ls && second is >= HangulV and < HangulV + Vs)
            return HangulS + ((first - HangulL) * Vs + second - HangulV) * Ts;
        if (first is >= HangulS and < HangulS + Ls * Vs * Ts && (first - HangulS) % Ts == 0 && second is > HangulT and < HangulT + Ts)
            return first + second - HangulT;
        return s_pairs.TryGetValue((first, second), out var joined) ? joined : null;
    }

    private static int Class(int point) => s_class.GetValueOrDefault(point);

    private static SearchValues<char> Load()
    {
        var suspects = new HashSet<char>();
        using var stream = typeof(NormalForm).Assembly.GetManifestResourceStream("normal-form.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var fields = line.Split(' ');
            if (fields[0] == "class")
            {
                for (var point = Hex(fields[1]); point <= Hex(fields[2]); point++)
                {
                    s_class[point] = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                    Suspect(point);
                }
                continue;
            }
            var (character, parts) = (Hex(fields[1]), fields[2..].Select(Hex).ToArray());
            s_parts[character] = parts;
            if (fields[0] == "pair")
            {
                s_pairs[(parts[0], parts[1])] = character;
                Suspect(parts[1]);
            }
            else
            {
                Suspect(character);
            }
        }
        for (var vowel = HangulV; vowel < HangulV + Vs; vowel++) Suspect(vowel);
        for (var tail = HangulT + 1; tail < HangulT + Ts; tail++) Suspect(tail);
        return SearchValues.Create([.. suspects]);

        // Above U+FFFF the first half stands for all characters that share it: more than needed is normalised, never less.
        void Suspect(int point) => suspects.Add(point < 0x10000 ? (char)point : new Rune(point).ToString()[0]);
        static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
