using System.Collections.Frozen;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>What may stand after <c>|</c>: the filters' names and arguments, and those of one value. <see cref="TemplateListFilters"/> has those of many.</summary>
internal static class TemplateFilters
{
    internal delegate object? Filter(TemplateRun run, object? value, Given a);

    private static readonly FrozenDictionary<string, (Signature Signature, Filter Apply)> s_filters = new Dictionary<string, (Signature, Filter)>
    {
        ["abs"] = (new(""), (run, value, a) => Absolute(run, value, a)),
        ["capitalize"] = (new(""), (run, value, _) => PythonCase.Capitalize(Text(run, value))),
        ["center"] = (new("width="), (run, value, a) => TemplateMethods.Pad(run, Text(run, value), a.Whole(0, 80), MarkedText.FromTemplate(" "), 'c')),
        ["count"] = (new(""), (run, value, a) => Length(run, value, a)),
        ["d"] = (new("default_value= boolean="), Default),
        ["default"] = (new("default_value= boolean="), Default),
        ["e"] = (new(""), (run, value, _) => TemplateOperators.Escape(Text(run, value)).AsSafe()),
        ["escape"] = (new(""), (run, value, _) => TemplateOperators.Escape(Text(run, value)).AsSafe()),
        ["float"] = (new("default="), (_, value, a) => Real(value, a)),
        ["forceescape"] = (new(""), (run, value, _) => TemplateOperators.Escape(Text(run, value).AsSafe(false)).AsSafe()),
        ["indent"] = (new("width= first= blank="), Indent),
        ["int"] = (new("default= base="), (_, value, a) => Whole(value, a)),
        ["length"] = (new(""), (run, value, a) => Length(run, value, a)),
        ["lower"] = (new(""), (run, value, _) => PythonCase.Lower(Text(run, value))),
        ["replace"] = (new("old new count="), (run, value, a) => TemplateMethods.Replace(run, Text(run, value), Text(run, a[0]), Text(run, a[1]), a.Optional(2) ?? -1)),
        ["round"] = (new("precision= method="), (_, value, a) => Round(value, a)),
        ["safe"] = (new(""), (run, value, _) => Text(run, value).AsSafe()),
        ["string"] = (new(""), (run, value, _) => Text(run, value)),
        ["title"] = (new(""), (run, value, _) => Title(Text(run, value))),
        ["tojson"] = (new("ensure_ascii= indent= separators= sort_keys="), TemplateJson.Write),
        ["trim"] = (new("chars="), (run, value, a) => PythonText.Strip(Text(run, value), a[0] is null ? null : a.Text(0).Value, left: true, right: true)),
        ["truncate"] = (new("length= killwords= end= leeway="), Truncate),
        ["upper"] = (new(""), (run, value, _) => PythonCase.Upper(Text(run, value))),
        ["wordcount"] = (new(""), (run, value, _) => Words(Text(run, value).Value)),
    }.Concat(TemplateListFilters.All).ToFrozenDictionary();

    // The reference has them; here they are refused when they are used.
    private static readonly FrozenSet<string> s_refused =
        FrozenSet.ToFrozenSet(["attr", "filesizeformat", "pprint", "random", "striptags", "urlencode", "urlize", "wordwrap", "xmlattr"]);

    // What these make of a text that is safe or escaped would be escaped on the way, or is not worth the trouble.
    private static readonly FrozenSet<string> s_notOfSafe = FrozenSet.ToFrozenSet(["center", "format", "indent", "truncate"]);

    // And these would escape what they are, if a safe text is put around or into it.
    private static readonly FrozenSet<string> s_notWithSafe = FrozenSet.ToFrozenSet(["indent", "tojson", "truncate"]);

    public static bool Exists(string name) => s_filters.ContainsKey(name) || s_refused.Contains(name) || TemplateListFilters.IsOpen(name) || name == "format";

    public static object? Apply(TemplateRun run, string name, object? value, Arguments arguments)
    {
        if (value is MarkedText text)
        {
            run.Charge(text.Value.Length);
            if (text.IsSafe && s_notOfSafe.Contains(name)) throw run.Fail($"the filter '{name}' of a text that is safe or escaped is not supported here.");
        }
        if (s_notWithSafe.Contains(name) && arguments.Positional.Concat(arguments.Named.Values).Any(x => x is MarkedText { IsSafe: true }))
            throw run.Fail($"the filter '{name}' with a text that is safe or escaped is not supported here.");
        if (s_filters.TryGetValue(name, out var filter)) return filter.Apply(run, value, filter.Signature.Bind(run, $"the filter '{name}'", arguments));
        if (name == "format") return TemplatePercent.Format(run, Text(run, value), arguments);
        return TemplateListFilters.IsOpen(name) ? TemplateListFilters.Open(run, name, value, arguments)
            : throw run.Fail($"the filter '{name}' is not {(s_refused.Contains(name) ? "supported" : "known")} by this interpreter.");
    }

    private static MarkedText Text(TemplateRun run, object? value) => TemplateValues.Text(value, run);

    private static object? Default(TemplateRun run, object? value, Given a) =>
        value is Undefined || a.Truth(1) && !TemplateValues.Truth(value) ? a.Or(0, MarkedText.Empty) : value;

    private static long Length(TemplateRun run, object? value, Given a) =>
        TemplateMembers.Length(run, value) ?? throw a.Fail($"{TemplateValues.TypeName(value)} has no length.");

    private static object? Absolute(TemplateRun run, object? value, Given a) => TemplateValues.Number(value) switch
    {
        long n => n < 0 ? TemplateOperators.Negate(run, n) : n,
        double d => Math.Abs(d),
        _ => throw a.Fail($"a number is needed, not {TemplateValues.TypeName(value)}."),
    };

    private static object? Whole(object? value, Given a)
    {
        if (value is Undefined) throw a.Fail($"{TemplateValues.TypeName(value)}, is no number.");
        var radix = a.Whole(1, 10);
        try
        {
            if (value is MarkedText text && radix is 0 or >= 2 and <= 36 && PythonNumbers.ParseWhole(text.Value, (int)radix) is { } whole) return whole;
            var real = value is MarkedText t ? PythonNumbers.ParseReal(t.Value) : TemplateValues.Number(value) is long n ? (object)n : TemplateValues.Number(value);
            switch (real)
            {
                case null or double.NaN: return a.Or(0, 0L);
                case long exact: return exact;
            }
            var number = (double)real;
            if (double.IsInfinity(number) && value is MarkedText) return a.Or(0, 0L);
            return Math.Abs(number) < 9223372036854775808.0 ? (long)number : throw new OverflowException();
        }
        catch (OverflowException)
        {
            throw a.Fail("a number grows beyond 64 bits.");
        }
    }

    private static object? Real(object? value, Given a) => value switch
    {
        Undefined => throw a.Fail($"{TemplateValues.TypeName(value)}, is no number."),
        MarkedText text => PythonNumbers.ParseReal(text.Value) ?? a.Or(0, 0.0),
        _ => TemplateValues.Number(value) is { } number ? Convert.ToDouble(number) : a.Or(0, 0.0),
    };

    private static object? Round(object? value, Given a)
    {
        var places = a.Whole(0);
        var number = TemplateValues.Number(value) ?? throw a.Fail($"a number is needed, not {TemplateValues.TypeName(value)}.");
        switch (a.Text(1, "common").Value)
        {
            case "common" when number is long n:
                // 20 places are more than 64 bits have.
                if (places >= 0) return n;
                if (places < -19) return 0L;
                var tens = System.Numerics.BigInteger.Pow(10, (int)-places);
                var rounded = PythonNumbers.Nearest(n, tens) * tens;
                return rounded >= long.MinValue && rounded <= long.MaxValue ? (long)rounded : throw a.Fail("the number grows beyond 64 bits.");
            case "common": return PythonNumbers.Round((double)number, places);
            case "ceil" or "floor" when Math.Abs(places) > 22: throw a.Fail("no more than 22 places are rounded up or down.");
            case ("ceil" or "floor") and var method:
                var (scale, real) = (Math.Pow(10, places), Convert.ToDouble(number));
                if (!double.IsFinite(real) || Math.Abs(real * scale) > 1L << 53) throw a.Fail("the number is too large to be rounded up or down.");
                // A whole number results in between, which has no negative zero.
                return ((method == "ceil" ? Math.Ceiling(real * scale) : Math.Floor(real * scale)) + 0.0) / scale;
            default: throw a.Fail("'method' has to be 'common', 'ceil' or 'floor'.");
        }
    }

    private static MarkedText Indent(TemplateRun run, object? value, Given a)
    {
        if (value is not MarkedText text) throw a.Fail($"a text is needed, not {TemplateValues.TypeName(value)}.");
        var width = a.Or(0, 4L) is MarkedText given ? given : (MarkedText)TemplateOperators.Repeat(run, MarkedText.FromTemplate(" "), a.Whole(0, 4));
        var lines = TemplateMethods.Lines(run, text + MarkedText.FromTemplate("\n"));
        for (var i = 0; i < lines.Count; i++)
        {
            var line = (MarkedText)lines[i]!;
            if (i == 0 ? a.Truth(1) : a.Truth(2) || line.Value.Length > 0) lines[i] = TemplateOperators.Join(run, width, line);
        }
        return TemplateMethods.Join(run, MarkedText.FromTemplate("\n"), lines);
    }

    // A word begins after white space, a hyphen or an opening bracket, and nowhere else: "don't" stays one.
    private static MarkedText Title(MarkedText text)
    {
        var titled = new MarkedText.Builder();
        for (int from = 0, at = 0; at < text.Value.Length; from = at)
        {
            static bool Between(char c) => PythonText.IsSpace(c) || "-({[<".Contains(c);
            var between = Between(text.Value[at]);
            while (at < text.Value.Length && Between(text.Value[at]) == between) at++;
            var word = text.Slice(from, at - from).AsSafe(false);
            var first = char.IsSurrogatePair(text.Value, from) ? 2 : 1;
            titled.Append(PythonCase.Upper(word.Slice(0, first))).Append(PythonCase.Lower(word.Slice(first, word.Value.Length - first)));
        }
        return titled.ToText();
    }

    private static MarkedText Truncate(TemplateRun run, object? value, Given a)
    {
        if (value is not MarkedText text) throw a.Fail($"a text is needed, not {TemplateValues.TypeName(value)}.");
        var (length, end, leeway) = (a.Whole(0, 255), a.Text(2, "..."), a.Optional(3) ?? 5);
        var room = length - PythonText.Length(end.Value);
        if (room < 0) throw a.Fail("'length' is less than what 'end' needs.");
        if (leeway < 0) throw a.Fail("'leeway' cannot be negative.");
        if (PythonText.Length(text.Value) - length <= leeway) return text;
        var kept = (MarkedText)TemplateMembers.Slice(run, text, null, room, null)!;
        if (!a.Truth(1) && kept.Value.LastIndexOf(' ') is >= 0 and var space) kept = kept.Slice(0, space);
        return TemplateOperators.Join(run, kept, end);
    }

    private static long Words(string text)
    {
        var (count, inWord) = (0L, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = rune.Value == '_' || PythonText.IsAlphanumeric(rune);
            if (letter && !inWord) count++;
            inWord = letter;
        }
        return count;
    }
}
