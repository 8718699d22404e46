using System.Buffers;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>The methods of texts, mappings and lists that templates call. Results keep the marks of what they were made from.</summary>
internal static class TemplateMethods
{
    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    private const int MaxPieces = 1_000_000;

    public static TemplateCall? Of(TemplateMap map, string name) => name switch
    {
        "items" => (_, _) => Pairs(map),
        "keys" => (_, _) => map.Keys.Cast<object?>().ToList(),
        "values" => (_, _) => map.Values.ToList(),
        "get" => (run, a) => a.Get(0, "key") is MarkedText key && map.TryGetValue(key, out var value) ? value : a.Get(1, "default"),
        _ => null,
    };

    public static TemplateCall? Of(List<object?> list, string name) => name switch
    {
        "count" => (_, a) => (long)list.Count(x => TemplateValues.Same(x, a.Get(0, "value"))),
        "index" => (run, a) => list.FindIndex(x => TemplateValues.Same(x, a.Get(0, "value"))) is >= 0 and var at ? (long)at : throw run.Fail("the value is not in the list."),
        _ => null,
    };

    public static TemplateCall? Of(MarkedText text, string name) => name switch
    {
        "strip" => (run, a) => PythonText.Strip(text, Characters(run, a), left: true, right: true),
        "lstrip" => (run, a) => PythonText.Strip(text, Characters(run, a), left: true, right: false),
        "rstrip" => (run, a) => PythonText.Strip(text, Characters(run, a), left: false, right: true),
        "split" => (run, a) => Split(run, text, a, fromEnd: false),
        "rsplit" => (run, a) => Split(run, text, a, fromEnd: true),
        "splitlines" => (_, a) => Lines(text, TemplateValues.Truth(a.Get(0, "keepends"))),
        "startswith" => (run, a) => Any(run, a, p => text.Value.StartsWith(p, StringComparison.Ordinal)),
        "endswith" => (run, a) => Any(run, a, p => text.Value.EndsWith(p, StringComparison.Ordinal)),
        "removeprefix" => (run, a) => Needle(run, a) is var p && text.Value.StartsWith(p, StringComparison.Ordinal) ? text.Slice(p.Length, text.Value.Length - p.Length) : text,
        "removesuffix" => (run, a) => Needle(run, a) is var p && text.Value.EndsWith(p, StringComparison.Ordinal) ? text.Slice(0, text.Value.Length - p.Length) : text,
        "replace" => (run, a) => Replace(run, text, a),
        "upper" => (_, _) => text.Map(v => v.ToUpperInvariant()),
        "lower" => (_, _) => text.Map(v => v.ToLowerInvariant()),
        "capitalize" => (_, _) => text.Map(v => v.Length == 0 ? v : char.ToUpperInvariant(v[0]) + v[1..].ToLowerInvariant()),
        "title" => (_, _) => text.Map(Title),
        "find" => (run, a) => Place(text.Value, text.Value.IndexOf(Needle(run, a), StringComparison.Ordinal)),
        "rfind" => (run, a) => Place(text.Value, text.Value.LastIndexOf(Needle(run, a), StringComparison.Ordinal)),
        "count" => (run, a) => Needle(run, a) is { Length: > 0 } n ? (long)Occurrences(text.Value, n).Count() : TemplateMembers.Length(text.Value) + 1L,
        "join" => (run, a) => Join(run, text, TemplateMembers.Items(run, a.Get(0, "iterable"))),
        "isdigit" => (_, _) => text.Value.Length > 0 && text.Value.All(char.IsDigit),
        "isspace" => (_, _) => text.Value.Length > 0 && PythonText.IsBlank(text.Value),
        _ => null,
    };

    public static List<object?> Pairs(TemplateMap map) => [.. map.Select(p => (object?)new List<object?> { p.Key, p.Value })];

    public static MarkedText Join(TemplateRun run, MarkedText separator, List<object?> items)
    {
        var joined = new MarkedText.Builder();
        for (var i = 0; i < items.Count; i++)
        {
            var item = TemplateValues.Text(items[i], run);
            run.Charge(separator.Value.Length + item.Value.Length, joined.Length);
            if (i > 0) joined.Append(separator);
            joined.Append(item);
        }
        return joined.ToText();
    }

    public static MarkedText Replace(TemplateRun run, MarkedText text, Arguments a)
    {
        if (a.Get(0, "old") is not MarkedText { Value.Length: > 0 } old || a.Get(1, "new") is not MarkedText with)
            throw run.Fail("replace needs a text to find, not empty, and one to put there.");
        var most = a.Get(2, "count") is long n and >= 0 ? n : long.MaxValue;
        var replaced = new MarkedText.Builder();
        var from = 0;
        foreach (var at in Occurrences(text.Value, old.Value))
        {
            if (most-- == 0) break;
            run.Charge(at - from + with.Value.Length, replaced.Length);
            replaced.Append(text.Slice(from, at - from)).Append(with);
            from = at + old.Value.Length;
        }
        run.Charge(text.Value.Length - from);
        return replaced.Append(text.Slice(from, text.Value.Length - from)).ToText();
    }

    public static string Title(string text)
    {
        var letters = text.ToCharArray();
        for (var i = 0; i < letters.Length; i++)
            letters[i] = i > 0 && char.IsLetter(letters[i - 1]) ? char.ToLowerInvariant(letters[i]) : char.ToUpperInvariant(letters[i]);
        return new string(letters);
    }

    private static List<object?> Split(TemplateRun run, MarkedText text, Arguments a, bool fromEnd)
    {
        var most = a.Get(1, "maxsplit") is long n and >= 0 ? n : long.MaxValue;
        var cuts = a.Get(0, "sep") switch
        {
            null => Words(text.Value, most, fromEnd, run),
            MarkedText { Value.Length: > 0 } separator => Cuts(text.Value, separator.Value, most, fromEnd),
            _ => throw run.Fail("split needs a text that is not empty."),
        };
        if (cuts.Count > MaxPieces) throw run.Fail($"split makes more than {MaxPieces:N0} pieces.");
        run.Charge(text.Value.Length);
        return [.. cuts.Select(c => (object?)text.Slice(c.From, c.To - c.From))];
    }

    private static List<(int From, int To)> Cuts(string text, string separator, long most, bool fromEnd)
    {
        List<int> places = [.. Occurrences(text, separator)];
        if (places.Count > most) places = fromEnd ? places[^(int)most..] : places[..(int)most];
        var cuts = new List<(int, int)>();
        var from = 0;
        foreach (var at in places)
        {
            cuts.Add((from, at));
            from = at + separator.Length;
        }
        cuts.Add((from, text.Length));
        return cuts;
    }

    private static List<(int From, int To)> Words(string text, long most, bool fromEnd, TemplateRun run)
    {
        if (most != long.MaxValue && fromEnd) throw run.Fail("rsplit by white space with a limit is not supported.");
        var cuts = new List<(int, int)>();
        for (var i = 0; i < text.Length;)
        {
            if (PythonText.IsSpace(text[i]))
            {
                i++;
                continue;
            }
            var from = i;
            if (cuts.Count == most) i = PythonText.TrimmedEnd(text);
            else while (i < text.Length && !PythonText.IsSpace(text[i])) i++;
            cuts.Add((from, i));
            if (cuts.Count > most) break;
        }
        return cuts;
    }

    private static List<object?> Lines(MarkedText text, bool keepEnds)
    {
        var lines = new List<object?>();
        var value = text.Value;
        for (var from = 0; from < value.Length;)
        {
            var end = value.AsSpan(from).IndexOfAny(s_lineEnds) is >= 0 and var at ? from + at : value.Length;
            var next = end + (end < value.Length ? value.AsSpan(end).StartsWith("\r\n") ? 2 : 1 : 0);
            lines.Add(text.Slice(from, (keepEnds ? next : end) - from));
            from = next;
        }
        return lines;
    }

    private static IEnumerable<int> Occurrences(string text, string needle)
    {
        for (var at = text.IndexOf(needle, StringComparison.Ordinal); at >= 0; at = text.IndexOf(needle, at + needle.Length, StringComparison.Ordinal))
            yield return at;
    }

    private static long Place(string text, int at) => at < 0 ? -1 : TemplateMembers.Length(text[..at]);

    private static string? Characters(TemplateRun run, Arguments a) => a.Get(0, "chars") switch
    {
        null => null,
        MarkedText t => t.Value,
        var other => throw run.Fail($"strip needs a text of characters, not {TemplateValues.TypeName(other)}."),
    };

    private static string Needle(TemplateRun run, Arguments a) =>
        a.Get(0, "text") is MarkedText t ? t.Value : throw run.Fail($"a text is needed, not {TemplateValues.TypeName(a.Get(0, "text"))}.");

    private static bool Any(TemplateRun run, Arguments a, Func<string, bool> test) => a.Get(0, "text") switch
    {
        MarkedText t => test(t.Value),
        List<object?> l => l.OfType<MarkedText>().Any(t => test(t.Value)),
        var other => throw run.Fail($"a text is needed, not {TemplateValues.TypeName(other)}."),
    };
}
