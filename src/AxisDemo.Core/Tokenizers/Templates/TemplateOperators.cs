namespace AxisDemo.Tokenizers.Templates;

/// <summary>Arithmetic, by Python's rules.</summary>
internal static class TemplateOperators
{
    public static object? Apply(TemplateRun run, string op, object? a, object? b)
    {
        switch (op, a, b)
        {
            case ("~", _, _):
                return Join(run, TemplateValues.Text(a, run), TemplateValues.Text(b, run));
            case ("+", MarkedText s, MarkedText t):
                return s.IsSafe || t.IsSafe ? Join(run, Escape(s), Escape(t)).AsSafe() : Join(run, s, t);
            case ("+", List<object?> s, List<object?> t) when s.GetType() == t.GetType() && s is not TemplateRange:
                run.ChargeItems(s.Count + t.Count);
                return s is TemplateTuple ? new TemplateTuple(s.Concat(t)) : s.Concat(t).ToList();
            case ("*", MarkedText or List<object?>, long or bool):
                return Repeat(run, a, TemplateValues.Number(b) is long n ? n : 0);
            case ("*", long or bool, MarkedText or List<object?>):
                return Apply(run, op, b, a);
            case ("%", MarkedText format, _):
                return TemplatePercent.Format(run, format, b);
        }
        if (TemplateValues.Number(a) is not { } x || TemplateValues.Number(b) is not { } y)
            throw run.Fail($"{TemplateValues.TypeName(a)} {op} {TemplateValues.TypeName(b)} is not possible.");
        if (op is "/" or "//" or "%" && Convert.ToDouble(y) == 0) throw run.Fail("division by zero.");
        try
        {
            return x is long i && y is long j && op != "/" && !(op == "**" && j < 0) ? (object)Whole(op, i, j)
                : op == "/" && x is long top && y is long bottom ? Quotient(run, top, bottom)
                : Real(run, op, Convert.ToDouble(x), Convert.ToDouble(y));
        }
        catch (OverflowException)
        {
            throw run.Fail("a number grows beyond 64 bits.");
        }
    }

    public static object Negate(TemplateRun run, object? value) => TemplateValues.Number(value) switch
    {
        double d => -d,
        long n when n != long.MinValue => (object)-n,
        long => throw run.Fail("a number grows beyond 64 bits."),
        _ => throw run.Fail($"{TemplateValues.TypeName(value)} has no negative."),
    };

    // The nearest double; above 2^53 the numbers themselves would be rounded first.
    private static double Quotient(TemplateRun run, long x, long y) =>
        x is >= -(1L << 53) and <= 1L << 53 && y is >= -(1L << 53) and <= 1L << 53 ? (double)x / y
        : y != -1 && x % y == 0 ? x / y : throw run.Fail("numbers above 2^53 are not divided by this interpreter.");

    private static double Real(TemplateRun run, string op, double x, double y)
    {
        switch (op)
        {
            case "+": return x + y;
            case "-": return x - y;
            case "*": return x * y;
            case "/": return x / y;
            case "//": return Divided(x, y).Quotient;
            case "%": return Divided(x, y).Remainder;
        }
        if (x == 0 && y < 0) throw run.Fail("0 has no negative power.");
        var power = Math.Pow(x, y);
        if (double.IsFinite(x) && double.IsFinite(y) && !double.IsFinite(power)) throw run.Fail("a power is too large, or not a real number.");
        return power;
    }

    // As CPython's float_divmod: the rest has the divisor's sign.
    private static (double Quotient, double Remainder) Divided(double x, double y)
    {
        var rest = x % y;
        var quotient = (x - rest) / y;
        if (rest != 0 && (y < 0) != (rest < 0))
        {
            rest += y;
            quotient -= 1;
        }
        else if (rest == 0) rest = Math.CopySign(0, y);
        if (quotient == 0) return (Math.CopySign(0, x / y), rest);
        var floor = Math.Floor(quotient);
        return (quotient - floor > 0.5 ? floor + 1 : floor, rest);
    }

    private static long Whole(string op, long x, long y) => op switch
    {
        "+" => checked(x + y),
        "-" => checked(x - y),
        "*" => checked(x * y),
        "//" => checked(x / y - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0)),
        "%" => y == -1 ? 0 : x % y is var rest && rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest,
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

    public static MarkedText Join(TemplateRun run, MarkedText a, MarkedText b)
    {
        run.Charge(a.Value.Length + b.Value.Length);
        return a + b;
    }

    /// <summary>Without what HTML would read as its own; a text that is safe already stays as it is.</summary>
    public static MarkedText Escape(MarkedText text) => text.IsSafe ? text : text.Map((rune, _) => rune.Value switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\'' => "&#39;",
        '"' => "&#34;",
        _ => rune.ToString(),
    });

    /// <summary>A text or a list, so many times over.</summary>
    public static object Repeat(TemplateRun run, object value, long times)
    {
        times = Math.Max(times, 0);
        if (value is MarkedText text)
        {
            run.Charge((int)Math.Min(int.MaxValue, (double)times * text.Value.Length));
            var repeated = new MarkedText.Builder();
            for (long i = 0; i < times && text.Value.Length > 0; i++) repeated.Append(text);
            return repeated.ToText().AsSafe(text.IsSafe);
        }
        if (value is not List<object?> list || value is TemplateRange) throw run.Fail($"{TemplateValues.TypeName(value)} cannot be repeated.");
        run.ChargeItems((int)Math.Min(int.MaxValue, (double)times * list.Count));
        var items = new List<object?>();
        for (long i = 0; i < times && list.Count > 0; i++) items.AddRange(list);
        return value is TemplateTuple ? new TemplateTuple(items) : items;
    }
}
