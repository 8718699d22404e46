using AxisDemo.Formats;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>The filters that go through lists and mappings. Those that the reference makes streams of are streams here.</summary>
internal static class TemplateListFilters
{
    public static IEnumerable<KeyValuePair<string, (Signature, TemplateFilters.Filter)>> All => new Dictionary<string, (Signature, TemplateFilters.Filter)>
    {
        ["batch"] = (new("linecount fill_with="), (run, value, a) => new TemplateStream(Batch(run, value, a.Whole(0), a[1]))),
        ["dictsort"] = (new("case_sensitive= by= reverse="), SortedMap),
        ["first"] = (new(""), (run, value, _) => TemplateMembers.Iterate(run, value).FirstOrDefault(new Undefined("first of nothing"))),
        ["groupby"] = (new("attribute default= case_sensitive="), Groups),
        ["items"] = (new(""), (run, value, a) => new TemplateStream(value is Undefined ? [] : value is TemplateMap map ? new TemplateView("items", map).Items
            : throw a.Fail($"{TemplateValues.TypeName(value)} has no items."))),
        ["join"] = (new("d= attribute="), Join),
        ["last"] = (new(""), (run, value, a) => value is TemplateStream ? throw a.Fail($"{TemplateValues.TypeName(value)} has no end to begin from.")
            : TemplateMembers.Items(run, value) is [.., var last] ? last : new Undefined("last of nothing")),
        ["list"] = (new(""), (run, value, _) => Listed(run, TemplateMembers.Iterate(run, value))),
        ["max"] = (new("case_sensitive= attribute="), (run, value, a) => Extreme(run, value, a, sign: 1)),
        ["min"] = (new("case_sensitive= attribute="), (run, value, a) => Extreme(run, value, a, sign: -1)),
        ["reverse"] = (new(""), Reverse),
        ["slice"] = (new("slices fill_with="), (run, value, a) => new TemplateStream(Slices(run, value, a))),
        ["sort"] = (new("reverse= case_sensitive= attribute="), Sort),
        ["sum"] = (new("attribute= start="), Sum),
        ["unique"] = (new("case_sensitive= attribute="), (run, value, a) => new TemplateStream(Unique(run, value, a))),
    };

    /// <summary>Whether a filter hands its arguments on to a filter or a test that it names.</summary>
    public static bool IsOpen(string name) => name is "map" or "select" or "reject" or "selectattr" or "rejectattr";

    public static TemplateStream Open(TemplateRun run, string name, object? value, Arguments arguments) => new(
        name == "map" ? Map(run, value, arguments) : Pick(run, name, value, arguments));

    private static List<object?> Listed(TemplateRun run, IEnumerable<object?> items)
    {
        var list = new List<object?>();
        foreach (var item in items)
        {
            run.ChargeItems(1);
            list.Add(item);
        }
        return list;
    }

    private static IEnumerable<object?> Map(TemplateRun run, object? value, Arguments arguments)
    {
        Func<object?, object?> change;
        if (arguments.Positional.Count == 0)
        {
            var a = new Signature("attribute default=").Bind(run, "the filter 'map'", arguments);
            change = item => Attribute(run, item, a[0], a[1]);
        }
        else
        {
            if (arguments.Positional[0] is not MarkedText filter) throw run.Fail("the filter 'map' needs a filter's name, or attribute=.");
            change = item => TemplateFilters.Apply(run, filter.Value, item, arguments.After(1));
        }
        foreach (var item in TemplateMembers.Iterate(run, value))
        {
            run.Step();
            yield return change(item);
        }
    }

    private static IEnumerable<object?> Pick(TemplateRun run, string name, object? value, Arguments arguments)
    {
        var (ofAttribute, keep) = (name.EndsWith("attr", StringComparison.Ordinal), name.StartsWith('s'));
        if (ofAttribute && arguments.Positional.Count == 0) throw run.Fail($"the filter '{name}' needs an attribute's name.");
        var (attribute, test) = (ofAttribute ? arguments.Positional[0] : null, arguments.After(ofAttribute ? 1 : 0));
        if (test.Positional.Count == 0 && test.Named.Count > 0) throw run.Fail($"the filter '{name}' has no argument '{test.Named.First().Key}'.");
        if (test.Positional.Count > 0 && test.Positional[0] is not MarkedText) throw run.Fail($"the filter '{name}' needs a test's name.");
        foreach (var item in TemplateMembers.Iterate(run, value))
        {
            run.Step();
            var subject = ofAttribute ? Attribute(run, item, attribute) : item;
            if ((test.Positional is [MarkedText named, ..] ? TemplateTests.Holds(run, named.Value, subject, test.After(1)) : TemplateValues.Truth(subject)) == keep) yield return item;
        }
    }

    // "a.b.0" looks into what it finds.
    private static object? Attribute(TemplateRun run, object? item, object? path, object? fallback = null)
    {
        if (path is null) return item;
        foreach (var part in path is MarkedText text ? text.Value.Split('.').Select(Part) : [path])
        {
            item = TemplateMembers.Item(run, item, part);
            if (item is Undefined && fallback is not null) item = fallback;
        }
        return item;
    }

    private static object Part(string name) =>
        name.Length > 0 && name.EnumerateRunes().All(PythonText.IsDigit) && long.TryParse(name, out var at) ? at : MarkedText.FromTemplate(name);

    // What an item is compared by.
    private static object? Key(TemplateRun run, object? item, object? attribute, bool caseSensitive, object? fallback = null)
    {
        item = Attribute(run, item, attribute, fallback);
        if (caseSensitive || item is not MarkedText text) return item;
        run.Charge(text.Value.Length);
        return PythonCase.Lower(text);
    }

    private static List<object?> Sorted<T>(TemplateRun run, IEnumerable<T> items, Func<T, object?> key, bool reverse)
    {
        var order = Comparer<object?>.Create((x, y) => TemplateComparison.Order(run, x, y));
        var keyed = items.Select(item => (Item: (object?)item, Key: key(item))).ToList();
        try
        {
            return [.. (reverse ? keyed.OrderByDescending(k => k.Key, order) : keyed.OrderBy(k => k.Key, order)).Select(k => k.Item)];
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException is InputException refused)
        {
            throw run.Fail(refused.Fault); // sorting wraps what comparing throws
        }
    }

    private static List<object?> Sort(TemplateRun run, object? value, Given a)
    {
        // Several attributes with commas between: the first decides, then the second ... A list of one for one: equal keys need no order then.
        List<object?> attributes = a[2] is MarkedText text ? [.. text.Value.Split(',').Select(MarkedText.FromTemplate)] : [a[2]];
        return Sorted(run, Listed(run, TemplateMembers.Iterate(run, value)), item => attributes.ConvertAll(attribute => Key(run, item, attribute, a.Truth(1))), a.Whole(0) != 0);
    }

    private static List<object?> SortedMap(TemplateRun run, object? value, Given a)
    {
        if (value is not TemplateMap map) throw a.Fail($"{TemplateValues.TypeName(value)} has no items.");
        var by = a.Text(1, "key").Value switch { "key" => 0, "value" => 1, _ => throw a.Fail("'by' has to be 'key' or 'value'.") };
        return Sorted(run, new TemplateView("items", map).Items.Cast<TemplateTuple>(), pair => Key(run, pair[by], null, a.Truth(0)), a.Whole(2) != 0);
    }

    private static List<object?> Groups(TemplateRun run, object? value, Given a)
    {
        object? By(object? item, bool caseSensitive) => Key(run, item, a[0], caseSensitive, a[1]);
        var groups = new List<(object? Key, List<object?> Items)>();
        foreach (var item in Sorted(run, Listed(run, TemplateMembers.Iterate(run, value)), item => By(item, a.Truth(2)), reverse: false))
        {
            var key = By(item, a.Truth(2));
            if (groups.Count == 0 || !TemplateComparison.Same(run, groups[^1].Key, key)) groups.Add((key, []));
            groups[^1].Items.Add(item);
        }
        return groups.ConvertAll(g => (object?)new TemplateTuple([By(g.Items[0], caseSensitive: true), g.Items]) { IsGroup = true });
    }

    private static MarkedText Join(TemplateRun run, object? value, Given a)
    {
        var items = TemplateMembers.Iterate(run, value);
        if (a[1] is { } attribute) items = items.Select(item => Attribute(run, item, attribute));
        return TemplateMethods.Join(run, TemplateValues.Text(a.Or(0, MarkedText.Empty), run), Listed(run, items));
    }

    private static object? Reverse(TemplateRun run, object? value, Given a)
    {
        if (value is MarkedText) return TemplateMembers.Slice(run, value, null, null, -1L);
        var reversed = Listed(run, TemplateMembers.Iterate(run, value));
        reversed.Reverse();
        return value is TemplateStream ? reversed : new TemplateStream(reversed);
    }

    private static IEnumerable<object?> Batch(TemplateRun run, object? value, long size, object? fill)
    {
        var batch = new List<object?>();
        foreach (var item in TemplateMembers.Iterate(run, value))
        {
            if (batch.Count == size)
            {
                yield return batch;
                batch = [];
            }
            run.ChargeItems(1);
            batch.Add(item);
        }
        if (batch.Count == 0) yield break;
        if (fill is not null && batch.Count < size)
        {
            run.ChargeItems((int)Math.Min(int.MaxValue, size - batch.Count));
            batch.AddRange(Enumerable.Repeat(fill, (int)(size - batch.Count)));
        }
        yield return batch;
    }

    private static IEnumerable<object?> Slices(TemplateRun run, object? value, Given a)
    {
        var (items, slices) = (Listed(run, TemplateMembers.Iterate(run, value)), a.Whole(0));
        if (slices == 0) throw a.Fail("division by zero.");
        var (each, longer) = slices > 0 ? Math.DivRem(items.Count, slices) : (0, 0);
        var at = 0;
        for (long i = 0; i < slices; i++)
        {
            run.Step();
            var size = (int)each + (i < longer ? 1 : 0);
            run.ChargeItems(size + 1);
            var slice = items.GetRange(at, size);
            at += size;
            if (a[1] is { } fill && i >= longer) slice.Add(fill);
            yield return slice;
        }
    }

    private static object? Sum(TemplateRun run, object? value, Given a)
    {
        var sum = a.Or(1, 0L);
        if (sum is MarkedText) throw a.Fail("texts are joined, not summed.");
        foreach (var item in TemplateMembers.Iterate(run, value))
        {
            run.Step();
            sum = TemplateOperators.Apply(run, "+", sum, Attribute(run, item, a[0]));
        }
        return sum;
    }

    private static IEnumerable<object?> Unique(TemplateRun run, object? value, Given a)
    {
        var (texts, others) = (new HashSet<MarkedText>(), new List<object?>());
        foreach (var item in TemplateMembers.Iterate(run, value))
        {
            run.Step();
            run.ChargeItems(1);
            var key = Key(run, item, a[1], a.Truth(0));
            if (!TemplateComparison.CanBeKey(key)) throw a.Fail($"{TemplateValues.TypeName(key)} cannot be told apart.");
            if (key is MarkedText text ? !texts.Add(text) : others.Exists(seen => TemplateComparison.Same(run, seen, key))) continue;
            if (key is not MarkedText) others.Add(key);
            yield return item;
        }
    }

    private static object? Extreme(TemplateRun run, object? value, Given a, int sign)
    {
        object? best = new Undefined("the extreme of nothing"), bestKey = Given.Missing;
        foreach (var item in TemplateMembers.Iterate(run, value))
        {
            var key = Key(run, item, a[1], a.Truth(0));
            if (bestKey != Given.Missing && !TemplateComparison.Holds(run, sign > 0 ? ">" : "<", key, bestKey)) continue;
            (best, bestKey) = (item, key);
        }
        return best;
    }
}
