using System.Text;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>The functions every template sees.</summary>
internal static class TemplateGlobals
{
    private const int MaxRange = 100_000;

    public static void Define(Scope scope)
    {
        scope.Set("range", (TemplateCall)Range);
        scope.Set("namespace", (TemplateCall)Namespace);
        scope.Set("dict", (TemplateCall)Dict);
        scope.Set("raise_exception", (TemplateCall)((run, a) => throw run.Raised(TemplateValues.Text(a.Get(0, "message"), run).Value)));
        scope.Set("strftime_now", (TemplateCall)((run, a) => MarkedText.FromTemplate(Time(run, TemplateValues.Text(a.Get(0, "format"), run).Value))));
    }

    private static List<object?> Range(TemplateRun run, Arguments a)
    {
        if (a.Positional.Count is < 1 or > 3 || a.Positional.Any(p => p is not long)) throw run.Fail("range needs one to three whole numbers.");
        var numbers = a.Positional.Cast<long>().ToArray();
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
        return items;
    }

    private static TemplateNamespace Namespace(TemplateRun run, Arguments a)
    {
        var space = new TemplateNamespace();
        if (a.Get(0, "") is TemplateMap map)
            foreach (var (key, value) in map) space[key.Value] = value;
        foreach (var (name, value) in a.Named) space[name] = value;
        return space;
    }

    private static TemplateMap Dict(TemplateRun run, Arguments a)
    {
        var map = new TemplateMap();
        foreach (var (name, value) in a.Named) map[name] = value;
        return map;
    }

    private static string Time(TemplateRun run, string format)
    {
        var now = run.Clock.GetLocalNow();
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
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
            text.Append(bare && field.Length > 1 ? field.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : field);
        }
        return text.ToString();
    }
}
