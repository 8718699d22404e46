namespace AxisDemo.Tokenizers.Templates;

/// <summary>What may stand after <c>is</c>.</summary>
internal static class TemplateTests
{
    public static bool Holds(TemplateRun run, string name, object? value, Arguments a) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "string" => value is MarkedText,
        "number" => value is long or double or bool,
        "integer" => value is long,
        "float" => value is double,
        "mapping" => value is TemplateMap,
        "sequence" => value is MarkedText or List<object?> or TemplateMap,
        "iterable" => value is MarkedText or List<object?> or TemplateMap or Undefined,
        "callable" => value is TemplateCall,
        "odd" => Whole(run, value) % 2 != 0,
        "even" => Whole(run, value) % 2 == 0,
        "divisibleby" => Whole(run, a.Get(0, "num")) is not 0 and var n ? Whole(run, value) % n == 0 : throw run.Fail("division by zero."),
        "eq" or "equalto" or "==" => TemplateValues.Same(value, a.Get(0, "other")),
        "ne" or "!=" => !TemplateValues.Same(value, a.Get(0, "other")),
        "lt" or "lessthan" or "<" => TemplateOperators.Holds(run, "<", value, a.Get(0, "other")),
        "le" or "<=" => TemplateOperators.Holds(run, "<=", value, a.Get(0, "other")),
        "gt" or "greaterthan" or ">" => TemplateOperators.Holds(run, ">", value, a.Get(0, "other")),
        "ge" or ">=" => TemplateOperators.Holds(run, ">=", value, a.Get(0, "other")),
        "in" => TemplateOperators.Contains(run, a.Get(0, "seq"), value),
        "sameas" => ReferenceEquals(value, a.Get(0, "other")) || value is bool or long && Equals(value, a.Get(0, "other")),
        "lower" => value is MarkedText t && !t.Value.Any(char.IsUpper) && t.Value.Any(char.IsLower),
        "upper" => value is MarkedText t && !t.Value.Any(char.IsLower) && t.Value.Any(char.IsUpper),
        _ => throw run.Fail($"the test 'is {name}' is not known to this interpreter."),
    };

    private static long Whole(TemplateRun run, object? value) =>
        value is long n ? n : throw run.Fail($"a whole number is needed, not {TemplateValues.TypeName(value)}.");
}
