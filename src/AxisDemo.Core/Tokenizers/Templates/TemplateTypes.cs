namespace AxisDemo.Tokenizers.Templates;

// A value is null (none), bool, long, double, MarkedText, List<object?> (a list, or one of its kinds below), TemplateMap, TemplateView,
// TemplateStream, Undefined, TemplateNamespace, LoopState or TemplateCall.

internal sealed class TemplateMap : OrderedDictionary<MarkedText, object?>
{
    public object? this[string key] { set => this[MarkedText.FromTemplate(key)] = value; }
}

/// <summary>A list that is written with parentheses, equals no list, and cannot be added to one.</summary>
internal sealed class TemplateTuple(IEnumerable<object?> items) : List<object?>(items)
{
    /// <summary>One of <c>groupby</c>'s pairs, which has <c>grouper</c> and <c>list</c>.</summary>
    public bool IsGroup { get; init; }

    public static TemplateTuple Of(params ReadOnlySpan<object?> items) => new(items.ToArray());
}

/// <summary>What <c>range</c> gives: numbers that are written as <c>range(0, 3)</c>.</summary>
internal sealed class TemplateRange(IEnumerable<object?> items, long start, long stop, long step) : List<object?>(items)
{
    public (long Start, long Stop, long Step) Bounds => (start, stop, step);
}

/// <summary>A mapping's keys, values or items: they have a length, but no places.</summary>
internal sealed record TemplateView(string Kind, TemplateMap Map)
{
    public IEnumerable<object?> Items => Kind switch
    {
        "keys" => Map.Keys,
        "values" => Map.Values,
        _ => Map.Select(p => TemplateTuple.Of(p.Key, p.Value)),
    };
}

/// <summary>What <c>map</c>, <c>select</c>, <c>batch</c> ... give: made as it is asked for, gone through once, without length or places.</summary>
internal sealed class TemplateStream(IEnumerable<object?> items)
{
    private readonly IEnumerator<object?> _items = items.GetEnumerator();

    public IEnumerable<object?> Rest(TemplateRun run)
    {
        while (true)
        {
            run.Step(); // a stream may lie over another, as deep as a template likes
            if (!_items.MoveNext()) yield break;
            yield return _items.Current;
        }
    }
}

internal sealed record Undefined(string Name);

internal sealed class TemplateNamespace(TemplateMap values)
{
    public TemplateMap Values => values;
}

internal delegate object? TemplateCall(TemplateRun run, Arguments arguments);
