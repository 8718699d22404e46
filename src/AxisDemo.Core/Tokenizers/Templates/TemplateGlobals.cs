namespace AxisDemo.Tokenizers.Templates;

/// <summary>The functions every template sees.</summary>
internal static class TemplateGlobals
{
    private const int MaxRange = 100_000;

    private static readonly Signature s_message = new("message"), s_format = new("format"), s_separator = new("sep=");

    public static void Define(Scope scope)
    {
        scope.Set("range", (TemplateCall)Range);
        scope.Set("namespace", (TemplateCall)((run, a) => new TemplateNamespace(Map(run, "namespace", a))));
        scope.Set("dict", (TemplateCall)((run, a) => Map(run, "dict", a)));
        scope.Set("joiner", (TemplateCall)Joiner);
        foreach (var name in (string[])["cycler", "lipsum", "self"])
            scope.Set(name, (TemplateCall)((run, _) => throw run.Fail($"'{name}' is not supported here.")));
        scope.Set("raise_exception", (TemplateCall)((run, a) => throw run.Raised(TemplateValues.Text(s_message.Bind(run, "raise_exception", a)[0], run).Value)));
        scope.Set("strftime_now", (TemplateCall)((run, a) => Time(run, s_format.Bind(run, "strftime_now", a).Text(0))));
    }

    private static TemplateRange Range(TemplateRun run, Arguments a)
    {
        if (a.Named.Count > 0) throw run.Fail("range takes no arguments with names.");
        if (a.Positional.Count is < 1 or > 3 || a.Positional.Any(p => TemplateValues.Number(p) is not long)) throw run.Fail("range needs one to three whole numbers.");
        var numbers = a.Positional.Select(p => (long)TemplateValues.Number(p)!).ToArray();
        var (from, to) = numbers.Length == 1 ? (0, numbers[0]) : (numbers[0], numbers[1]);
        var step = numbers.Length == 3 ? numbers[2] : 1;
        if (step == 0) throw run.Fail("range's step cannot be 0.");
        var items = new List<object?>();
        for (Int128 i = from; step > 0 ? i < to : i > to; i += step)
        {
            if (items.Count == MaxRange) throw run.Fail($"a range has more than {MaxRange:N0} numbers.");
            run.Step();
            items.Add((long)i);
        }
        return new(items, from, to, step);
    }

    // A mapping or pairs, then names.
    private static TemplateMap Map(TemplateRun run, string function, Arguments a)
    {
        if (a.Positional.Count > 1) throw run.Fail($"{function} takes no more than one argument without a name.");
        var map = new TemplateMap();
        if (a.Positional.Count == 1)
        {
            var pairs = a.Positional[0] is TemplateMap given ? new TemplateView("items", given).Items : TemplateMembers.Iterate(run, a.Positional[0]);
            foreach (var pair in pairs)
            {
                run.ChargeItems(1);
                if (pair is not (List<object?> and [MarkedText key, var value])) throw run.Fail($"{function} needs a mapping, or pairs of a text and a value.");
                map[key] = value;
            }
        }
        foreach (var (name, value) in a.Named) map[name] = value;
        return map;
    }

    // Nothing at the first call, the separator at the others.
    private static TemplateCall Joiner(TemplateRun run, Arguments arguments)
    {
        var separator = s_separator.Bind(run, "joiner", arguments).Or(0, MarkedText.FromTemplate(", "));
        var called = false;
        return (_, _) =>
        {
            if (called) return separator;
            called = true;
            return MarkedText.Empty;
        };
    }

    private static MarkedText Time(TemplateRun run, MarkedText marked)
    {
        var format = marked.Value;
        var now = run.Clock.GetLocalNow();
        var text = new MarkedText.Builder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(marked.Slice(i, 1));
                continue;
            }
            var bare = i + 1 < format.Length && format[i + 1] == '-'; // no leading zero
            if (bare) i++;
            var directive = ++i < format.Length ? format[i] : throw run.Fail("strftime_now's format ends in '%'.");
            var field = directive == '%' ? "%" : now.ToString(directive switch
            {
                'Y' => "yyyy",
                'y' => "yy",
                'm' => "MM",
                'd' => "dd",
                'B' => "MMMM",
                'b' or 'h' => "MMM",
                'A' => "dddd",
                'a' => "ddd",
                'H' => "HH",
                'I' => "hh",
                'M' => "mm",
                'S' => "ss",
                'p' => "tt",
                'F' => "yyyy-MM-dd",
                'T' => "HH:mm:ss",
                _ => throw run.Fail($"strftime_now does not know '%{directive}'."),
            });
            text.Append(bare && field.Length > 1 ? field.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : field, marked.IsMessage(i));
        }
        return text.ToText();
    }
}
