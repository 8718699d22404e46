using System.Globalization;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>What may stand after <c>|</c>.</summary>
internal static class TemplateFilters
{
    public static object? Apply(TemplateRun run, string name, object? value, Arguments a) => name switch
    {
        "trim" => PythonText.Strip(Text(run, value), a.Get(0, "chars") is MarkedText c ? c.Value : null, left: true, right: true),
        "lower" or "upper" or "title" or "capitalize" => TemplateMethods.Of(Text(run, value), name)!(run, Arguments.None),
        "replace" => TemplateMethods.Replace(run, Text(run, value), a),
        "string" => Text(run, value),
        "safe" => value,
        "length" or "count" => Length(run, value),
        "default" or "d" => value is Undefined || TemplateValues.Truth(a.Get(1, "boolean")) && !TemplateValues.Truth(value) ? a.Get(0, "default_value", MarkedText.Empty) : value,
        "join" => Join(run, value, a),
        "first" => TemplateMembers.Items(run, value) is [var first, ..] ? first : new Undefined("first of nothing"),
        "last" => TemplateMembers.Items(run, value) is [.., var last] ? last : new Undefined("last of nothing"),
        "list" => TemplateMembers.Items(run, value).ToList(),
        "items" => value is TemplateMap map ? TemplateMethods.Pairs(map) : value is Undefined ? [] : throw run.Fail($"{TemplateValues.TypeName(value)} has no items."),
        "dictsort" => value is TemplateMap map ? TemplateMethods.Pairs(map).OrderBy(p => ((List<object?>)p!)[0]!.ToString(), StringComparer.OrdinalIgnoreCase).ToList()
            : throw run.Fail($"{TemplateValues.TypeName(value)} has no items."),
        "reverse" => value is MarkedText ? TemplateMembers.Slice(run, value, null, null, -1L) : Enumerable.Reverse(TemplateMembers.Items(run, value)).ToList(),
        "sort" => Sort(run, value, a),
        "unique" => Unique(run, value, a),
        "map" => Map(run, value, a),
        "select" => Pick(run, value, a, attribute: false, keep: true),
        "reject" => Pick(run, value, a, attribute: false, keep: false),
        "selectattr" => Pick(run, value, a, attribute: true, keep: true),
        "rejectattr" => Pick(run, value, a, attribute: true, keep: false),
        "min" or "max" => Extreme(run, value, name == "max"),
        "sum" => TemplateMembers.Items(run, value).Aggregate((object?)0L, (x, y) => TemplateOperators.Apply(run, "+", x, y)),
        "abs" => value is long and < 0 || value is double and < 0 ? TemplateOperators.Apply(run, "-", 0L, value) : value,
        "round" => Math.Round(TemplateValues.Number(value) ?? throw run.Fail("round needs a number."), (int)Math.Clamp(a.Get(0, "precision") as long? ?? 0, 0, 15), MidpointRounding.ToEven),
        "int" => Whole(value, a),
        "float" => value is MarkedText t ? double.TryParse(t.Value, CultureInfo.InvariantCulture, out var d) ? d : 0.0 : TemplateValues.Number(value) ?? 0.0,
        "indent" => Indent(run, Text(run, value), a),
        "tojson" => TemplateJson.Write(run, value, a),
        _ => throw run.Fail($"the filter '{name}' is not known to this interpreter."),
    };

    private static MarkedText Text(TemplateRun run, object? value) => TemplateValues.Text(value, run);

    private static long Length(TemplateRun run, object? value) => value switch
    {
        MarkedText t => TemplateMembers.Length(t.Value),
        List<object?> l => l.Count,
        TemplateMap m => m.Count,
        Undefined => 0,
        _ => throw run.Fail($"{TemplateValues.TypeName(value)} has no length."),
    };

    private static object? Whole(object? value, Arguments a)
    {
        var fallback = a.Get(0, "default", 0L);
        if (value is MarkedText text)
        {
            var digits = text.Value.Trim();
            if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)) return n;
            return double.TryParse(digits, CultureInfo.InvariantCulture, out var parsed) && Math.Abs(parsed) < 9e18 ? (long)parsed : fallback;
        }
        return TemplateValues.Number(value) is { } d && Math.Abs(d) < 9e18 ? value is long exact ? exact : (long)d : fallback;
    }

    private static MarkedText Join(TemplateRun run, object? value, Arguments a)
    {
        var items = TemplateMembers.Items(run, value);
        if (a.Get(1, "attribute") is { } attribute) items = [.. items.Select(i => Attribute(run, i, attribute))];
        return TemplateMethods.Join(run, Text(run, a.Get(0, "d", MarkedText.Empty)), items);
    }

    // "a.b.0" looks into what it finds.
    private static object? Attribute(TemplateRun run, object? item, object? path)
    {
        if (path is long) return TemplateMembers.Item(run, item, path);
        foreach (var name in Text(run, path).Value.Split('.'))
            item = TemplateMembers.Item(run, item, long.TryParse(name, CultureInfo.InvariantCulture, out var at) ? at : MarkedText.FromTemplate(name));
        return item;
    }

    private static List<object?> Map(TemplateRun run, object? value, Arguments a)
    {
        var items = TemplateMembers.Items(run, value);
        if (a.Named.TryGetValue("attribute", out var attribute))
            return [.. items.Select(i => Attribute(run, i, attribute)).Select(found => found is Undefined ? a.Get(int.MaxValue, "default", found) : found)];
        var filter = a.Get(0, "name") as MarkedText ?? throw run.Fail("map needs a filter's name or attribute=.");
        return [.. items.Select(i => Each(run, () => Apply(run, filter.Value, i, a.After(1))))];
    }

    private static List<object?> Pick(TemplateRun run, object? value, Arguments a, bool attribute, bool keep)
    {
        var skip = attribute ? 1 : 0;
        if (attribute && a.Positional.Count == 0) throw run.Fail("an attribute's name is needed.");
        var test = a.Positional.Count > skip ? Text(run, a.Positional[skip]).Value : null;
        return TemplateMembers.Items(run, value).FindAll(item => Each(run, () =>
        {
            var subject = attribute ? Attribute(run, item, a.Positional[0]) : item;
            return (test is null ? TemplateValues.Truth(subject) : TemplateTests.Holds(run, test, subject, a.After(skip + 1))) == keep;
        }));
    }

    private static T Each<T>(TemplateRun run, Func<T> work)
    {
        run.Step();
        return work();
    }

    private static object? Key(TemplateRun run, object? item, Arguments a)
    {
        if (a.Named.TryGetValue("attribute", out var attribute) && attribute is not null) item = Attribute(run, item, attribute);
        return item is MarkedText t && !TemplateValues.Truth(a.Get(int.MaxValue, "case_sensitive")) ? t.Map(v => v.ToLowerInvariant()) : item;
    }

    private static List<object?> Sort(TemplateRun run, object? value, Arguments a)
    {
        var order = Comparer<object?>.Create((x, y) => Each(run, () => TemplateOperators.Order(run, x, y)));
        var keyed = TemplateMembers.Items(run, value).Select(i => (Item: i, Key: Key(run, i, a)));
        return [.. (TemplateValues.Truth(a.Get(0, "reverse")) ? keyed.OrderByDescending(k => k.Key, order) : keyed.OrderBy(k => k.Key, order)).Select(k => k.Item)];
    }

    private static List<object?> Unique(TemplateRun run, object? value, Arguments a)
    {
        var (seen, kept) = (new List<object?>(), new List<object?>());
        foreach (var item in TemplateMembers.Items(run, value))
        {
            var key = Key(run, item, a);
            if (seen.Exists(s => Each(run, () => TemplateValues.Same(s, key)))) continue;
            seen.Add(key);
            kept.Add(item);
        }
        return kept;
    }

    private static object? Extreme(TemplateRun run, object? value, bool greatest)
    {
        var items = TemplateMembers.Items(run, value);
        return items.Count == 0 ? new Undefined("the extreme of nothing")
            : items.Aggregate((best, x) => TemplateOperators.Order(run, x, best) is var order && (greatest ? order > 0 : order < 0) ? x : best);
    }

    private static MarkedText Indent(TemplateRun run, MarkedText text, Arguments a)
    {
        var width = a.Get(0, "width", 4L) switch
        {
            long n => MarkedText.FromTemplate(new string(' ', (int)Math.Clamp(n, 0, 1000))),
            MarkedText t => t,
            _ => throw run.Fail("indent needs a number or a text."),
        };
        var (first, blank) = (TemplateValues.Truth(a.Get(1, "first")), TemplateValues.Truth(a.Get(2, "blank")));
        var lines = (List<object?>)TemplateMethods.Of(text, "split")!(run, new([MarkedText.FromTemplate("\n")], new Dictionary<string, object?>()))!;
        for (var i = 0; i < lines.Count; i++)
            if (i == 0 ? first : blank || !PythonText.IsBlank(((MarkedText)lines[i]!).Value)) lines[i] = width + (MarkedText)lines[i]!;
        return TemplateMethods.Join(run, MarkedText.FromTemplate("\n"), lines);
    }
}
