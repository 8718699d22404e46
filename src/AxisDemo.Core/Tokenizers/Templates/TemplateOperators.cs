namespace AxisDemo.Tokenizers.Templates;

/// <summary>Arithmetic and comparison, by Python's rules.</summary>
internal static class TemplateOperators
{
    public static object? Apply(TemplateRun run, string op, object? a, object? b)
    {
        switch (op, a, b)
        {
            case ("~", _, _):
                return Join(run, TemplateValues.Text(a, run), TemplateValues.Text(b, run));
            case ("+", MarkedText s, MarkedText t):
                return Join(run, s, t);
            case ("+", List<object?> s, List<object?> t):
                run.Charge(s.Count + t.Count);
                return s.Concat(t).ToList();
            case ("*", MarkedText s, long n):
                return Repeat(run, s, n);
            case ("*", long n, MarkedText s):
                return Repeat(run, s, n);
        }
        if (TemplateValues.Number(a) is not { } x || TemplateValues.Number(b) is not { } y)
            throw run.Fail($"{TemplateValues.TypeName(a)} {op} {TemplateValues.TypeName(b)} is not possible.");
        if (op is "/" or "//" or "%" && y == 0) throw run.Fail("division by zero.");
        try
        {
            return a is double || b is double || op == "/" || op == "**" && y < 0 ? (object)Real(op, x, y) : Whole(op, (long)x, (long)y);
        }
        catch (OverflowException)
        {
            throw run.Fail("a number grows beyond 64 bits.");
        }
    }

    private static double Real(string op, double x, double y) => op switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => x / y,
        "//" => Math.Floor(x / y),
        "%" => x - y * Math.Floor(x / y),
        _ => Math.Pow(x, y),
    };

    private static long Whole(string op, long x, long y) => op switch
    {
        "+" => checked(x + y),
        "-" => checked(x - y),
        "*" => checked(x * y),
        "//" => checked(x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0)),
        "%" => y == -1 ? 0 : checked((x % y + y) % y),
        _ => Power(x, y),
    };

    private static long Power(long x, long y)
    {
        long result = 1;
        if (x is 0 or 1) return y == 0 ? 1 : x;
        if (x == -1) return y % 2 == 0 ? 1 : -1;
        while (y-- > 0) result = checked(result * x); // at most 63 turns
        return result;
    }

    public static bool Holds(TemplateRun run, string op, object? a, object? b)
    {
        switch (op)
        {
            case "==": return TemplateValues.Same(a, b);
            case "!=": return !TemplateValues.Same(a, b);
            case "in": return Contains(run, b, a);
            case "not in": return !Contains(run, b, a);
        }
        var order = Order(run, a, b);
        return op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    public static int Order(TemplateRun run, object? a, object? b)
    {
        if (a is MarkedText s && b is MarkedText t) return string.CompareOrdinal(s.Value, t.Value);
        if (TemplateValues.Number(a) is { } x && TemplateValues.Number(b) is { } y) return x.CompareTo(y);
        throw run.Fail($"{TemplateValues.TypeName(a)} and {TemplateValues.TypeName(b)} have no order.");
    }

    public static bool Contains(TemplateRun run, object? container, object? item) => container switch
    {
        MarkedText t => item is MarkedText s ? t.Value.Contains(s.Value, StringComparison.Ordinal) : throw run.Fail("only a text can be in a text."),
        List<object?> l => l.Exists(x => TemplateValues.Same(x, item)),
        TemplateMap m => item is MarkedText key && m.ContainsKey(key),
        Undefined => false,
        _ => throw run.Fail($"nothing can be in {TemplateValues.TypeName(container)}."),
    };

    private static MarkedText Join(TemplateRun run, MarkedText a, MarkedText b)
    {
        run.Charge(a.Value.Length + b.Value.Length);
        return a + b;
    }

    private static MarkedText Repeat(TemplateRun run, MarkedText text, long times)
    {
        if (times <= 0 || text.Value.Length == 0) return MarkedText.Empty;
        run.Charge((int)Math.Min(int.MaxValue, (double)times * text.Value.Length));
        var repeated = new MarkedText.Builder();
        for (long i = 0; i < times; i++) repeated.Append(text);
        return repeated.ToText();
    }
}
