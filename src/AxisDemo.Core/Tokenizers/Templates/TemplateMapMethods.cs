namespace AxisDemo.Tokenizers.Templates;

/// <summary>The methods of mappings and lists. What would change one is undefined, as in the reference's sandbox.</summary>
internal static class TemplateMapMethods
{
    private static readonly Signature s_none = new(""), s_value = new("value /"), s_key = new("key default= /");

    // Undefined even where the mapping has such a key.
    private static readonly HashSet<string> s_changing = ["clear", "pop", "popitem", "setdefault", "update"];

    public static object? Of(TemplateMap map, string name) => name switch
    {
        "items" or "keys" or "values" => Method(name, s_none, (_, _) => new TemplateView(name, map)),
        "get" => Method(name, s_key, (run, a) => TemplateComparison.Contains(run, map, a[0]) ? map[(MarkedText)a[0]!] : a[1]),
        "copy" => Method(name, s_none, (_, _) => map),
        "fromkeys" => Method(name, s_none, (run, _) => throw run.Fail("the method 'fromkeys' is not supported here.")),
        _ => s_changing.Contains(name) ? new Undefined(name) : null,
    };

    public static TemplateCall? Of(List<object?> list, string name) => name switch
    {
        "count" => Method(name, s_value, (run, a) => (long)list.Count(x => TemplateComparison.Same(run, x, a[0]))),
        "index" => Method(name, s_value, (run, a) => list.FindIndex(x => TemplateComparison.Same(run, x, a[0])) is >= 0 and var at ? (long)at
            : throw a.Fail("the value is not in the list.")),
        "copy" when list is not (TemplateTuple or TemplateRange) => Method(name, s_none, (_, _) => list),
        _ => null,
    };

    private static TemplateCall Method(string name, Signature signature, Func<TemplateRun, Given, object?> call) =>
        (run, arguments) => call(run, signature.Bind(run, $"the method '{name}'", arguments));
}
