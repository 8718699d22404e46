using System.Buffers;
using System.Text;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>The methods of texts that templates call. Results keep the marks of what they were made from.</summary>
internal static class TemplateMethods
{
    private delegate object? Method(TemplateRun run, MarkedText text, Given a);

    private static readonly SearchValues<char> s_lineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    private static readonly Dictionary<string, (Signature Signature, Method Call)> s_methods = new()
    {
        ["strip"] = (new("chars= /"), (_, text, a) => PythonText.Strip(text, Characters(a), left: true, right: true)),
        ["lstrip"] = (new("chars= /"), (_, text, a) => PythonText.Strip(text, Characters(a), left: true, right: false)),
        ["rstrip"] = (new("chars= /"), (_, text, a) => PythonText.Strip(text, Characters(a), left: false, right: true)),
        ["split"] = (new("sep= maxsplit="), (run, text, a) => TemplateSplitting.Split(run, text, a, fromEnd: false)),
        ["rsplit"] = (new("sep= maxsplit="), (run, text, a) => TemplateSplitting.Split(run, text, a, fromEnd: true)),
        ["splitlines"] = (new("keepends="), (run, text, a) => Lines(run, text, a.Whole(0) != 0)),
        ["partition"] = (new("sep /"), (run, text, a) => TemplateSplitting.Partition(run, text, a, fromEnd: false)),
        ["rpartition"] = (new("sep /"), (run, text, a) => TemplateSplitting.Partition(run, text, a, fromEnd: true)),
        ["startswith"] = (new("prefix start= end= /"), (_, text, a) => Any(text, a, (part, p) => part.StartsWith(p))),
        ["endswith"] = (new("suffix start= end= /"), (_, text, a) => Any(text, a, (part, p) => part.EndsWith(p))),
        ["removeprefix"] = (new("prefix /"), (_, text, a) => a.Text(0).Value is var p && text.Value.StartsWith(p, StringComparison.Ordinal) ? text.Slice(p.Length, text.Value.Length - p.Length) : text),
        ["removesuffix"] = (new("suffix /"), (_, text, a) => a.Text(0).Value is var p && text.Value.EndsWith(p, StringComparison.Ordinal) ? text.Slice(0, text.Value.Length - p.Length) : text),
        ["replace"] = (new("old new count= /"), (run, text, a) => Replace(run, text, a.Text(0), a.Text(1), a.Whole(2, -1))),
        ["upper"] = (new(""), (_, text, _) => PythonCase.Upper(text)),
        ["lower"] = (new(""), (_, text, _) => PythonCase.Lower(text)),
        ["capitalize"] = (new(""), (_, text, _) => PythonCase.Capitalize(text)),
        ["title"] = (new(""), (_, text, _) => PythonCase.Title(text)),
        ["swapcase"] = (new(""), (_, text, _) => PythonCase.Swap(text)),
        ["find"] = (new("sub start= end= /"), (run, text, a) => Place(run, text.Value, a, fromEnd: false)),
        ["rfind"] = (new("sub start= end= /"), (run, text, a) => Place(run, text.Value, a, fromEnd: true)),
        ["index"] = (new("sub start= end= /"), (run, text, a) => Place(run, text.Value, a, fromEnd: false) is >= 0 and var at ? at : throw a.Fail("the text is not found.")),
        ["rindex"] = (new("sub start= end= /"), (run, text, a) => Place(run, text.Value, a, fromEnd: true) is >= 0 and var at ? at : throw a.Fail("the text is not found.")),
        ["count"] = (new("sub start= end= /"), (run, text, a) => Count(run, text.Value, a)),
        ["join"] = (new("iterable /"), (run, text, a) => Join(run, text, TemplateMembers.Items(run, a[0]).ConvertAll<object?>(item => item is MarkedText ? item
            : throw a.Fail($"only texts can be joined, not {TemplateValues.TypeName(item)}.")))),
        ["center"] = (new("width fillchar= /"), (run, text, a) => Pad(run, text, a.Whole(0), Fill(a, 1), 'c')),
        ["ljust"] = (new("width fillchar= /"), (run, text, a) => Pad(run, text, a.Whole(0), Fill(a, 1), '<')),
        ["rjust"] = (new("width fillchar= /"), (run, text, a) => Pad(run, text, a.Whole(0), Fill(a, 1), '>')),
        ["zfill"] = (new("width /"), (run, text, a) => Pad(run, text, a.Whole(0), MarkedText.FromTemplate("0"), '=')),
        ["isdigit"] = (new(""), (_, text, _) => All(text, PythonText.IsDigit)),
        ["isdecimal"] = (new(""), (_, text, _) => All(text, PythonText.IsDecimal)),
        ["isalpha"] = (new(""), (_, text, _) => All(text, Rune.IsLetter)),
        ["isalnum"] = (new(""), (_, text, _) => All(text, PythonText.IsAlphanumeric)),
        ["isspace"] = (new(""), (_, text, _) => text.Value.Length > 0 && PythonText.IsBlank(text.Value)),
        ["isascii"] = (new(""), (_, text, _) => Ascii.IsValid(text.Value)),
        ["isprintable"] = (new(""), (_, text, _) => text.Value.Length == 0 || All(text, PythonText.IsPrintable)),
        ["islower"] = (new(""), (_, text, _) => IsCase(text, PythonCase.IsLower)),
        ["isupper"] = (new(""), (_, text, _) => IsCase(text, PythonCase.IsUpper)),
    };

    // The reference has them; here they are refused when they are called.
    private static readonly HashSet<string> s_refused = ["casefold", "encode", "expandtabs", "format_map", "isidentifier", "isnumeric", "istitle", "maketrans", "translate"];

    // These make of a safe text what they make of another; the others would have to escape their arguments.
    private static readonly HashSet<string> s_ofSafe =
    [
        "strip", "lstrip", "rstrip", "upper", "lower", "capitalize", "title", "swapcase", "startswith", "endswith", "find", "rfind", "index", "rindex", "count",
        "isdigit", "isdecimal", "isalpha", "isalnum", "isspace", "isascii", "isprintable", "islower", "isupper",
    ];

    public static TemplateCall? Of(TemplateRun run, MarkedText text, string name)
    {
        if (s_refused.Contains(name)) return (_, _) => throw run.Fail($"the method '{name}' of a text is not supported here.");
        if (!s_methods.TryGetValue(name, out var method) && name != "format") return null;
        return (caller, arguments) =>
        {
            caller.Charge(text.Value.Length);
            if (text.IsSafe && !s_ofSafe.Contains(name)) throw caller.Fail($"the method '{name}' of a text that is safe or escaped is not supported here.");
            return name == "format" ? TemplateFormat.Format(caller, text, arguments)
                : method.Call(caller, text, method.Signature.Bind(caller, $"the method '{name}'", arguments));
        };
    }

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

    /// <summary>So many of the places replaced; all of them where the count is negative. An empty text is found before every character and at the end.</summary>
    public static MarkedText Replace(TemplateRun run, MarkedText text, MarkedText old, MarkedText with, long most)
    {
        var replaced = new MarkedText.Builder();
        var from = 0;
        foreach (var at in run.Occurrences(text.Value, old.Value))
        {
            if (most-- == 0) break;
            run.Charge(at - from + with.Value.Length, replaced.Length);
            replaced.Append(text.Slice(from, at - from)).Append(with);
            from = at + old.Value.Length;
        }
        run.Charge(text.Value.Length - from);
        return replaced.Append(text.Slice(from, text.Value.Length - from)).ToText();
    }

    public static List<object?> Lines(TemplateRun run, MarkedText text, bool keepEnds = false)
    {
        var lines = new List<object?>();
        var value = text.Value;
        for (var from = 0; from < value.Length;)
        {
            run.ChargeItems(1);
            var end = value.AsSpan(from).IndexOfAny(s_lineEnds) is >= 0 and var at ? from + at : value.Length;
            var next = end + (end < value.Length ? value.AsSpan(end).StartsWith("\r\n") ? 2 : 1 : 0);
            lines.Add(text.Slice(from, (keepEnds ? next : end) - from));
            from = next;
        }
        return lines;
    }

    /// <summary>Filled up to a width in code points: at the end (&lt;), the beginning (&gt;), both (^ as the method <c>format</c>, c as <c>center</c>), or behind the sign (=).</summary>
    public static MarkedText Pad(TemplateRun run, MarkedText text, long width, MarkedText fill, char align)
    {
        var missing = width - PythonText.Length(text.Value);
        if (missing <= 0) return text;
        MarkedText Filled(long count) => (MarkedText)TemplateOperators.Repeat(run, fill, count);
        // Python's center puts the odd one to the left where the width is odd, and its format does not.
        var left = align switch { '<' => 0, '^' => missing / 2, 'c' => missing / 2 + (missing & width & 1), _ => missing };
        var sign = align == '=' && text.Value.Length > 0 && text.Value[0] is '+' or '-' ? 1 : 0;
        return new MarkedText.Builder().Append(text.Slice(0, sign)).Append(Filled(left)).Append(text.Slice(sign, text.Value.Length - sign)).Append(Filled(missing - left)).ToText();
    }

    public static bool IsCase(MarkedText text, Func<Rune, bool> wanted) =>
        text.Value.EnumerateRunes().Any(wanted) && text.Value.EnumerateRunes().All(r => wanted(r) || !PythonCase.IsCased(r));

    private static bool All(MarkedText text, Func<Rune, bool> test) => text.Value.Length > 0 && text.Value.EnumerateRunes().All(test);

    private static MarkedText Fill(Given a, int at) => a.Text(at, " ") is var fill && PythonText.Length(fill.Value) == 1 ? fill : throw a.Wrong(at, "one character", fill);

    private static string? Characters(Given a) => a[0] is null ? null : a.Text(0).Value;

    private static long Place(TemplateRun run, string text, Given a, bool fromEnd)
    {
        var needle = a.Text(0).Value;
        if (TemplateMembers.Window(text, a.Optional(1), a.Optional(2)) is not var (from, to)) return -1;
        var part = text[from..to];
        var at = fromEnd ? run.FindLast(part, needle, part.Length) : run.Find(part, needle, 0);
        return at < 0 ? -1 : PythonText.Length(text.AsSpan(0, from + at));
    }

    private static long Count(TemplateRun run, string text, Given a)
    {
        var needle = a.Text(0).Value;
        return TemplateMembers.Window(text, a.Optional(1), a.Optional(2)) is var (from, to) ? run.Occurrences(text[from..to], needle).Count() : 0;
    }

    private delegate bool Border(ReadOnlySpan<char> part, ReadOnlySpan<char> text);

    private static bool Any(MarkedText text, Given a, Border test)
    {
        MarkedText[] wanted = a[0] switch
        {
            MarkedText one => [one],
            TemplateTuple several => [.. several.Select(x => x as MarkedText ?? throw a.Wrong(0, "a text or a tuple of texts", x))],
            var other => throw a.Wrong(0, "a text or a tuple of texts", other),
        };
        if (TemplateMembers.Window(text.Value, a.Optional(1), a.Optional(2)) is not var (from, to)) return false;
        return Array.Exists(wanted, w => test(text.Value.AsSpan(from, to - from), w.Value));
    }
}
