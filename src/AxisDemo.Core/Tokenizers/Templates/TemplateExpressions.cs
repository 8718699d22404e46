namespace AxisDemo.Tokenizers.Templates;

internal abstract class Expression(int line)
{
    public int Line => line;

    public object? Evaluate(TemplateRun run)
    {
        run.Line = line;
        run.Step();
        return Value(run);
    }

    protected abstract object? Value(TemplateRun run);
}

internal sealed class Constant(int line, object? value) : Expression(line)
{
    protected override object? Value(TemplateRun run) => value;
}

internal sealed class Name(int line, string name) : Expression(line)
{
    public string Text => name;

    protected override object? Value(TemplateRun run) => run.Scope.Get(name);
}

internal sealed class ListOf(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    protected override object? Value(TemplateRun run) => items.Select(i => i.Evaluate(run)).ToList();
}

internal sealed class TupleOf(int line, IReadOnlyList<Expression> items) : Expression(line)
{
    protected override object? Value(TemplateRun run) => new TemplateTuple(items.Select(i => i.Evaluate(run)));
}

internal sealed class MapOf(int line, IReadOnlyList<(Expression Key, Expression Value)> items) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var map = new TemplateMap();
        foreach (var (key, value) in items)
            map[key.Evaluate(run) as MarkedText ?? throw run.Fail("a mapping's key has to be a text.")] = value.Evaluate(run);
        return map;
    }
}

internal sealed class Choice(int line, Expression condition, Expression then, Expression? otherwise) : Expression(line)
{
    protected override object? Value(TemplateRun run) =>
        TemplateValues.Truth(condition.Evaluate(run)) ? then.Evaluate(run) : otherwise is null ? new Undefined("the choice without else") : otherwise.Evaluate(run);
}

internal sealed class AndOr(int line, bool and, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var value = left.Evaluate(run);
        return TemplateValues.Truth(value) == and ? right.Evaluate(run) : value;
    }
}

internal sealed class Not(int line, Expression operand) : Expression(line)
{
    protected override object? Value(TemplateRun run) => !TemplateValues.Truth(operand.Evaluate(run));
}

/// <summary>A sign before a number.</summary>
internal sealed class Signed(int line, bool negative, Expression operand) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var value = operand.Evaluate(run);
        run.Line = Line;
        return negative ? TemplateOperators.Negate(run, value) : TemplateValues.Number(value) ?? throw run.Fail($"{TemplateValues.TypeName(value)} has no sign.");
    }
}

internal sealed class Binary(int line, string op, Expression left, Expression right) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var (a, b) = (left.Evaluate(run), right.Evaluate(run));
        run.Line = Line;
        return TemplateOperators.Apply(run, op, a, b);
    }
}

/// <summary>A chain of comparisons: each neighbouring pair has to hold.</summary>
internal sealed class Comparison(int line, Expression first, IReadOnlyList<(string Operator, Expression Operand)> rest) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var left = first.Evaluate(run);
        foreach (var (op, operand) in rest)
        {
            var right = operand.Evaluate(run);
            run.Line = Line;
            if (!TemplateComparison.Holds(run, op, left, right)) return false;
            left = right;
        }
        return true;
    }
}

internal sealed class Member(int line, Expression target, string name) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var value = target.Evaluate(run);
        run.Line = Line;
        return TemplateMembers.Attribute(run, value, name);
    }
}

internal sealed class Item(int line, Expression target, Expression key) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var (value, at) = (target.Evaluate(run), key.Evaluate(run));
        run.Line = Line;
        return TemplateMembers.Item(run, value, at);
    }
}

internal sealed class SliceOf(int line, Expression target, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var value = target.Evaluate(run);
        var (from, to, by) = (start?.Evaluate(run), stop?.Evaluate(run), step?.Evaluate(run));
        run.Line = Line;
        return TemplateMembers.Slice(run, value, from, to, by);
    }
}

internal sealed class Call(int line, Expression target, CallArguments arguments) : Expression(line)
{
    protected override object? Value(TemplateRun run) => Invoke(run, null);

    /// <param name="run">The rendering.</param>
    /// <param name="body">What a call block has inside, as the macro's <c>caller</c>; null for a call in an expression.</param>
    public object? Invoke(TemplateRun run, TemplateCall? body)
    {
        var function = target.Evaluate(run);
        var given = arguments.Evaluate(run);
        if (body is not null)
        {
            if (given.Named.ContainsKey("caller")) throw run.Fail("'caller' is given by the call block.");
            given = given with { Named = new Dictionary<string, object?>(given.Named) { ["caller"] = body } };
        }
        run.Line = Line;
        return function switch
        {
            TemplateCall call => call(run, given),
            LoopState loop => loop.Call(run, given),
            _ => throw run.Fail($"{TemplateValues.TypeName(function)} cannot be called."),
        };
    }
}

internal sealed class Filtered(int line, Expression? target, string name, CallArguments arguments) : Expression(line)
{
    protected override object? Value(TemplateRun run) => Apply(run, target!.Evaluate(run));

    public object? Apply(TemplateRun run, object? value)
    {
        var given = arguments.Evaluate(run);
        run.Line = Line;
        return TemplateFilters.Apply(run, name, value, given);
    }
}

internal sealed class Tested(int line, Expression target, string name, CallArguments arguments, bool negated) : Expression(line)
{
    protected override object? Value(TemplateRun run)
    {
        var value = target.Evaluate(run);
        var given = arguments.Evaluate(run);
        run.Line = Line;
        return TemplateTests.Holds(run, name, value, given) != negated;
    }
}

/// <param name="Positional">The values without names.</param>
/// <param name="Spread">A list whose items follow them, written with a star; null where there is none.</param>
/// <param name="Named">The values with names.</param>
internal sealed record CallArguments(IReadOnlyList<Expression> Positional, Expression? Spread, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static readonly CallArguments None = new([], null, []);

    public Arguments Evaluate(TemplateRun run)
    {
        if (this == None) return Arguments.None;
        List<object?> positional = [.. Positional.Select(p => p.Evaluate(run))];
        if (Spread is not null)
            foreach (var item in TemplateMembers.Iterate(run, Spread.Evaluate(run)))
            {
                run.ChargeItems(1);
                positional.Add(item);
            }
        var named = new Dictionary<string, object?>(Named.Count);
        foreach (var (name, value) in Named) named[name] = value.Evaluate(run);
        return new(positional, named);
    }
}
