namespace AxisDemo.Tokenizers.Templates;

/// <summary>What is inside values: attributes, items, slices, and what a loop sees.</summary>
internal static class TemplateMembers
{
    public static object? Attribute(TemplateRun run, object? value, string name) => value switch
    {
        Undefined u => throw run.Fail($"'{u.Name}' is undefined, so it has no '{name}'."),
        TemplateMap map => TemplateMethods.Of(map, name) ?? (map.TryGetValue(MarkedText.FromTemplate(name), out var item) ? item : new Undefined(name)),
        TemplateNamespace space => space.TryGetValue(name, out var item) ? item : new Undefined(name),
        LoopState loop => loop.Get(name),
        MarkedText text => (object?)TemplateMethods.Of(text, name) ?? new Undefined(name),
        List<object?> list => (object?)TemplateMethods.Of(list, name) ?? new Undefined(name),
        _ => new Undefined(name),
    };

    public static object? Item(TemplateRun run, object? value, object? key)
    {
        switch (value, key)
        {
            case (Undefined u, _):
                throw run.Fail($"'{u.Name}' is undefined, so it has no items.");
            case (TemplateMap map, MarkedText name) when map.TryGetValue(name, out var item):
                return item;
            case (_, MarkedText name):
                return Attribute(run, value, name.Value);
            case (List<object?> list, long at):
                if (at < 0) at += list.Count;
                return at >= 0 && at < list.Count ? list[(int)at] : new Undefined($"item {key}");
            case (MarkedText text, long at):
                var slice = (MarkedText)Slice(run, text, at, at == -1 ? null : at + 1, null)!;
                return slice.Value.Length > 0 ? slice : new Undefined($"character {key}");
            default:
                return new Undefined($"item {TemplateValues.Text(key, run)}");
        }
    }

    public static object? Slice(TemplateRun run, object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined u) throw run.Fail($"'{u.Name}' is undefined, so it has no slices.");
        foreach (var bound in (object?[])[start, stop, step])
            if (bound is not (null or long)) throw run.Fail("a slice's bounds have to be whole numbers.");
        var by = step as long? ?? 1;
        if (by == 0) throw run.Fail("a slice's step cannot be 0.");
        if (value is List<object?> list)
        {
            run.Charge(list.Count);
            return Indices(list.Count, start as long?, stop as long?, by).Select(i => list[(int)i]).ToList();
        }
        if (value is not MarkedText text) throw run.Fail($"{TemplateValues.TypeName(value)} has no slices.");
        run.Charge(text.Value.Length);
        // Places are counted in code points.
        var places = Places(text.Value);
        if (by == 1)
        {
            var (from, to) = Bounds(places.Count - 1, start as long?, stop as long?, by);
            return from < to ? text.Slice(places[(int)from], places[(int)to] - places[(int)from]) : MarkedText.Empty;
        }
        var picked = new MarkedText.Builder();
        foreach (var i in Indices(places.Count - 1, start as long?, stop as long?, by))
            picked.Append(text.Slice(places[(int)i], places[(int)i + 1] - places[(int)i]));
        return picked.ToText();
    }

    /// <summary>Length in code points.</summary>
    public static int Length(string text) => text.EnumerateRunes().Count();

    /// <summary>What a loop over the value goes through.</summary>
    public static List<object?> Items(TemplateRun run, object? value)
    {
        switch (value)
        {
            case List<object?> list: return list;
            case TemplateMap map: return [.. map.Keys];
            case Undefined: return [];
            case MarkedText text:
                run.Charge(text.Value.Length);
                var places = Places(text.Value);
                return [.. Enumerable.Range(0, places.Count - 1).Select(i => (object?)text.Slice(places[i], places[i + 1] - places[i]))];
            default: throw run.Fail($"{TemplateValues.TypeName(value)} cannot be looped over.");
        }
    }

    // Where each code point begins, and the end.
    private static List<int> Places(string text)
    {
        var places = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1) places.Add(i);
        places.Add(text.Length);
        return places;
    }

    private static (long From, long To) Bounds(int count, long? start, long? stop, long step)
    {
        long low = step > 0 ? 0 : -1, high = step > 0 ? count : count - 1;
        long Place(long? given, long missing) => given is { } at ? Math.Clamp(at < 0 ? at + count : at, low, high) : missing;
        return step > 0 ? (Place(start, low), Place(stop, high)) : (Place(start, high), Place(stop, low));
    }

    private static IEnumerable<long> Indices(int count, long? start, long? stop, long step)
    {
        var (from, to) = Bounds(count, start, stop, step);
        step = Math.Clamp(step, -(long)count - 1, (long)count + 1); // beyond that it leaves the range at once all the same
        for (var i = from; step > 0 ? i < to : i > to; i += step) yield return i;
    }
}
