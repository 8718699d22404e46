namespace AxisDemo.Tokenizers.Templates;

/// <summary>What is inside values: attributes, items, slices, and what a loop sees.</summary>
internal static class TemplateMembers
{
    // What Python's numbers have; nothing else of them is an attribute.
    private static readonly HashSet<string> s_ofNumbers =
        ["real", "imag", "numerator", "denominator", "conjugate", "bit_length", "bit_count", "to_bytes", "from_bytes", "as_integer_ratio", "is_integer", "hex", "fromhex"];

    public static object? Attribute(TemplateRun run, object? value, string name) => value switch
    {
        Undefined u => throw run.Fail($"'{u.Name}' is undefined, so it has no '{name}'."),
        TemplateMap map => TemplateMapMethods.Of(map, name) ?? Entry(map, name),
        TemplateNamespace space => Entry(space.Values, name),
        LoopState loop => loop.Get(run, name),
        MarkedText text => (object?)TemplateMethods.Of(run, text, name) ?? new Undefined(name),
        TemplateTuple { IsGroup: true } group when name is "grouper" or "list" => group[name == "grouper" ? 0 : 1],
        TemplateRange { Bounds: var bounds } when name is "start" or "stop" or "step" => name == "start" ? bounds.Start : name == "stop" ? bounds.Stop : bounds.Step,
        List<object?> list => (object?)TemplateMapMethods.Of(list, name) ?? new Undefined(name),
        bool or long or double when s_ofNumbers.Contains(name) => throw run.Fail($"the attribute '{name}' of a number is not supported here."),
        TemplateCall when name[0] != '_' => throw run.Fail($"the attribute '{name}' of a function is not supported here."),
        _ => new Undefined(name),
    };

    private static object? Entry(TemplateMap map, string name) => map.TryGetValue(MarkedText.FromTemplate(name), out var item) ? item : new Undefined(name);

    public static object? Item(TemplateRun run, object? value, object? key)
    {
        if (key is bool b) key = b ? 1L : 0L;
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
                return new Undefined($"item {TemplateValues.TypeName(key)}");
        }
    }

    public static object? Slice(TemplateRun run, object? value, object? start, object? stop, object? step)
    {
        if (value is Undefined u) throw run.Fail($"'{u.Name}' is undefined, so it has no slices.");
        long? Bound(object? given) => given is null ? null : TemplateValues.Number(given) as long? ?? throw run.Fail("a slice's bounds have to be whole numbers.");
        var (first, last, by) = (Bound(start), Bound(stop), Bound(step) ?? 1);
        if (by == 0) throw run.Fail("a slice's step cannot be 0.");
        if (value is List<object?> list)
        {
            run.ChargeItems(list.Count);
            var picked = Indices(list.Count, first, last, by).Select(i => list[(int)i]);
            if (value is TemplateTuple) return new TemplateTuple(picked);
            if (value is not TemplateRange { Bounds: var bounds }) return picked.ToList();
            var (from, to) = Bounds(list.Count, first, last, by);
            return new TemplateRange(picked, bounds.Start + from * bounds.Step, bounds.Start + to * bounds.Step, Math.BigMul(by, bounds.Step) is var wide && wide == (long)wide ? (long)wide
                : throw run.Fail("a number grows beyond 64 bits."));
        }
        if (value is not MarkedText text) throw run.Fail($"{TemplateValues.TypeName(value)} has no slices.");
        run.Charge(text.Value.Length);
        // Places are counted in code points.
        var places = Places(text.Value);
        if (by == 1)
        {
            var (from, to) = Bounds(places.Count - 1, first, last, by);
            return from < to ? text.Slice(places[(int)from], places[(int)to] - places[(int)from]) : text.Slice(0, 0);
        }
        var letters = new MarkedText.Builder();
        foreach (var i in Indices(places.Count - 1, first, last, by))
            letters.Append(text.Slice(places[(int)i], places[(int)i + 1] - places[(int)i]));
        return letters.ToText().AsSafe(text.IsSafe);
    }

    /// <summary>How many items a value has; null for what has no length.</summary>
    public static long? Length(TemplateRun run, object? value)
    {
        switch (value)
        {
            case MarkedText text:
                run.Charge(text.Value.Length);
                return PythonText.Length(text.Value);
            case List<object?> list: return list.Count;
            case TemplateMap map: return map.Count;
            case TemplateView view: return view.Map.Count;
            case LoopState loop: return loop.Length(run);
            case Undefined: return 0;
            default: return null;
        }
    }

    /// <summary>What a loop over the value goes through, made as it goes.</summary>
    public static IEnumerable<object?> Iterate(TemplateRun run, object? value)
    {
        switch (value)
        {
            case List<object?> list: return list;
            case TemplateMap map: return map.Keys;
            case TemplateView view: return view.Items;
            case TemplateStream stream: return stream.Rest(run);
            case Undefined: return [];
            case MarkedText text:
                run.Charge(text.Value.Length);
                run.ChargeItems(text.Value.Length);
                text = text.AsSafe(false);
                var places = Places(text.Value);
                return Enumerable.Range(0, places.Count - 1).Select(i => (object?)text.Slice(places[i], places[i + 1] - places[i]));
            default: throw run.Fail($"{TemplateValues.TypeName(value)} cannot be looped over.");
        }
    }

    /// <summary>All that a loop over the value goes through. Not to be written to.</summary>
    public static List<object?> Items(TemplateRun run, object? value) => value as List<object?> ?? [.. Iterate(run, value)];

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

    /// <summary>The part of a text between two places counted in code points, as UTF-16 places; null where it begins behind the end.</summary>
    public static (int From, int To)? Window(string text, long? start, long? stop)
    {
        if (start is null && stop is null) return (0, text.Length);
        var places = Places(text);
        if (start > places.Count - 1) return null;
        var (from, to) = Bounds(places.Count - 1, start, stop, 1);
        return from <= to ? (places[(int)from], places[(int)to]) : null;
    }

    private static IEnumerable<long> Indices(int count, long? start, long? stop, long step)
    {
        var (from, to) = Bounds(count, start, stop, step);
        step = Math.Clamp(step, -(long)count - 1, (long)count + 1); // beyond that it leaves the range at once all the same
        for (var i = from; step > 0 ? i < to : i > to; i += step) yield return i;
    }
}
