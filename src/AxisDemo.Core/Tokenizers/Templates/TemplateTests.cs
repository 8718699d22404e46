using System.Collections.Frozen;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>What may stand after <c>is</c>.</summary>
internal static class TemplateTests
{
    private delegate bool Test(TemplateRun run, object? value, Given a);

    private static readonly FrozenDictionary<string, (Signature Signature, Test Holds)> s_tests = new Dictionary<string, (Signature, Test)>
    {
        ["defined"] = (new(""), (_, value, _) => value is not Undefined),
        ["undefined"] = (new(""), (_, value, _) => value is Undefined),
        ["none"] = (new(""), (_, value, _) => value is null),
        ["boolean"] = (new(""), (_, value, _) => value is bool),
        ["true"] = (new(""), (_, value, _) => value is true),
        ["false"] = (new(""), (_, value, _) => value is false),
        ["string"] = (new(""), (_, value, _) => value is MarkedText),
        ["number"] = (new(""), (_, value, _) => value is long or double or bool),
        ["integer"] = (new(""), (_, value, _) => value is long),
        ["float"] = (new(""), (_, value, _) => value is double),
        ["mapping"] = (new(""), (_, value, _) => value is TemplateMap),
        ["sequence"] = (new(""), (_, value, _) => value is MarkedText or List<object?> or TemplateMap or Undefined),
        ["iterable"] = (new(""), (_, value, _) => value is MarkedText or List<object?> or TemplateMap or TemplateView or TemplateStream or LoopState or Undefined),
        ["callable"] = (new(""), (_, value, _) => value is TemplateCall or LoopState or Undefined),
        ["escaped"] = (new(""), (_, value, _) => value is MarkedText { IsSafe: true }),
        ["filter"] = (new(""), (_, value, _) => value is MarkedText name && TemplateFilters.Exists(name.Value)),
        ["test"] = (new(""), (_, value, _) => value is MarkedText name && Exists(name.Value)),
        ["odd"] = (new(""), (run, value, _) => TemplateComparison.Same(run, Rest(run, value, 2L), 1L)),
        ["even"] = (new(""), (run, value, _) => TemplateComparison.Same(run, Rest(run, value, 2L), 0L)),
        ["divisibleby"] = (new("num"), (run, value, a) => TemplateComparison.Same(run, Rest(run, value, a[0]), 0L)),
        ["in"] = (new("seq"), (run, value, a) => TemplateComparison.Contains(run, a[0], value)),
        ["sameas"] = (new("other"), (run, value, a) => Identical(run, value, a[0])),
        ["lower"] = (new(""), (run, value, _) => TemplateMethods.IsCase(TemplateValues.Text(value, run), PythonCase.IsLower)),
        ["upper"] = (new(""), (run, value, _) => TemplateMethods.IsCase(TemplateValues.Text(value, run), PythonCase.IsUpper)),
        ["eq"] = Compares("=="),
        ["equalto"] = Compares("=="),
        ["=="] = Compares("=="),
        ["ne"] = Compares("!="),
        ["!="] = Compares("!="),
        ["lt"] = Compares("<"),
        ["lessthan"] = Compares("<"),
        ["<"] = Compares("<"),
        ["le"] = Compares("<="),
        ["<="] = Compares("<="),
        ["gt"] = Compares(">"),
        ["greaterthan"] = Compares(">"),
        [">"] = Compares(">"),
        ["ge"] = Compares(">="),
        [">="] = Compares(">="),
    }.ToFrozenDictionary();

    public static bool Exists(string name) => s_tests.ContainsKey(name);

    public static bool Holds(TemplateRun run, string name, object? value, Arguments arguments) => s_tests.TryGetValue(name, out var test)
        ? test.Holds(run, value, test.Signature.Bind(run, $"the test '{name}'", arguments))
        : throw run.Fail($"the test 'is {name}' is not known to this interpreter.");

    private static (Signature, Test) Compares(string op) => (new("other /"), (run, value, a) => TemplateComparison.Holds(run, op, value, a[0]));

    private static object? Rest(TemplateRun run, object? value, object? divisor) =>
        TemplateValues.Number(value) is not null ? TemplateOperators.Apply(run, "%", value, divisor) : throw run.Fail($"a number is needed, not {TemplateValues.TypeName(value)}.");

    // Whether two equal texts or numbers are one and the same object is Python's own affair.
    private static bool Identical(TemplateRun run, object? a, object? b) =>
        ReferenceEquals(a, b) || a is Undefined || b is Undefined ? ReferenceEquals(a, b)
        : (a, b) switch
        {
            (bool x, bool y) => x == y,
            (long x, long y) when x is >= -5 and <= 256 || x != y => x == y,
            (long, long) or (double, double) or (MarkedText, MarkedText) or (TemplateTuple, TemplateTuple) when TemplateComparison.Same(run, a, b) =>
                throw run.Fail("the test 'is sameas' is not decided for equal texts and large numbers; 'is eq' is."),
            _ => false,
        };
}
