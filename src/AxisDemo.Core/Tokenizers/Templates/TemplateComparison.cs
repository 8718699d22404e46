namespace AxisDemo.Tokenizers.Templates;

/// <summary>Equality, order and membership, by Python's rules.</summary>
internal static class TemplateComparison
{
    public static bool Same(TemplateRun run, object? a, object? b)
    {
        run.Step(); // lists may lie in lists as deep as a template likes
        if (TemplateValues.Number(a) is { } x && TemplateValues.Number(b) is { } y) return Order(x, y) == 0;
        switch (a, b)
        {
            case (MarkedText s, MarkedText t):
                run.Compared(s.Value.Length);
                return s.Equals(t);
            case (List<object?> s, List<object?> t):
                return s.GetType() == t.GetType() && s.Count == t.Count && s.Zip(t).All(p => Same(run, p.First, p.Second));
            case (TemplateMap s, TemplateMap t):
                return s.Count == t.Count && s.All(p => t.TryGetValue(p.Key, out var other) && Same(run, p.Value, other));
            case (TemplateView s, TemplateView t) when s.Kind != "values" || t.Kind != "values":
                throw run.Fail("a mapping's keys and items are not compared by this interpreter.");
            default:
                return a is Undefined && b is Undefined || ReferenceEquals(a, b);
        }
    }

    public static bool Holds(TemplateRun run, string op, object? a, object? b)
    {
        switch (op)
        {
            case "==": return Same(run, a, b);
            case "!=": return !Same(run, a, b);
            case "in": return Contains(run, b, a);
            case "not in": return !Contains(run, b, a);
        }
        // Nothing is less, greater or equal where one side is not a number.
        if (a is double.NaN && TemplateValues.Number(b) is not null || b is double.NaN && TemplateValues.Number(a) is not null) return false;
        var order = Order(run, a, b);
        return op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    public static int Order(TemplateRun run, object? a, object? b)
    {
        run.Step();
        if (a is MarkedText s && b is MarkedText t)
        {
            run.Compared(Math.Min(s.Value.Length, t.Value.Length));
            return PythonText.Compare(s.Value, t.Value);
        }
        if (a is List<object?> l && b is List<object?> m && l.GetType() == m.GetType() && l is not TemplateRange)
        {
            for (var i = 0; i < Math.Min(l.Count, m.Count); i++)
                if (!Same(run, l[i], m[i])) return Order(run, l[i], m[i]);
            return l.Count - m.Count;
        }
        if (TemplateValues.Number(a) is { } x && TemplateValues.Number(b) is { } y && Order(x, y) is { } order) return order;
        throw run.Fail($"{TemplateValues.TypeName(a)} and {TemplateValues.TypeName(b)} have no order.");
    }

    // Exact, though a whole number may have more digits than a double holds. Null where one is not a number.
    private static int? Order(object x, object y) => (x, y) switch
    {
        (long a, long b) => a.CompareTo(b),
        (double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b),
        (long a, double b) => Order(a, b),
        (double a, long b) => -Order(b, a),
        _ => null,
    };

    private static int? Order(long a, double b)
    {
        if (double.IsNaN(b)) return null;
        if (b is >= 9223372036854775808.0 or < -9223372036854775808.0) return b > 0 ? -1 : 1;
        var order = a.CompareTo((long)b);
        return order != 0 ? order : -Math.Sign(b - Math.Truncate(b));
    }

    public static bool Contains(TemplateRun run, object? container, object? item)
    {
        switch (container)
        {
            case MarkedText t:
                if (item is not MarkedText s) throw run.Fail("only a text can be in a text.");
                return run.Find(t.Value, s.Value, 0) >= 0;
            case TemplateMap m:
                return Contains(run, m, item);
            case TemplateView { Kind: "keys" } view:
                return Contains(run, view.Map, item);
            default:
                foreach (var x in TemplateMembers.Iterate(run, container))
                    if (ReferenceEquals(x, item) || Same(run, x, item)) return true;
                return false;
        }
    }

    private static bool Contains(TemplateRun run, TemplateMap map, object? item) =>
        !CanBeKey(item) ? throw run.Fail($"{TemplateValues.TypeName(item)} cannot be a mapping's key.") : item is MarkedText key && map.ContainsKey(key);

    /// <summary>Whether Python can look the value up: what can change cannot be.</summary>
    public static bool CanBeKey(object? value) => value switch
    {
        TemplateTuple tuple => tuple.TrueForAll(CanBeKey),
        TemplateRange => true,
        _ => value is not (List<object?> or TemplateMap or TemplateView),
    };
}
