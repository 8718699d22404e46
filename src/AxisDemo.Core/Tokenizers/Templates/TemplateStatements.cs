namespace AxisDemo.Tokenizers.Templates;

internal enum Flow { Next, Break, Continue }

internal abstract class Statement(int line)
{
    public Flow Execute(TemplateRun run)
    {
        run.Line = line;
        run.Step();
        return Do(run);
    }

    protected abstract Flow Do(TemplateRun run);
}

internal sealed class Block(int line, IReadOnlyList<Statement> body) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        foreach (var statement in body)
            if (statement.Execute(run) is var flow and not Flow.Next) return flow;
        return Flow.Next;
    }

    /// <summary>Runs with an output of its own, and gives that.</summary>
    public MarkedText Capture(TemplateRun run)
    {
        var outer = run.Output;
        run.Output = new();
        try
        {
            Execute(run);
            return run.Output.ToText();
        }
        finally
        {
            run.Output = outer;
        }
    }
}

internal sealed class Print(int line, Expression value) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        run.Print(value.Evaluate(run));
        return Flow.Next;
    }
}

internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    protected override Flow Do(TemplateRun run) => flow;
}

internal sealed class If(int line, Expression condition, Block then, Statement? otherwise) : Statement(line)
{
    protected override Flow Do(TemplateRun run) =>
        TemplateValues.Truth(condition.Evaluate(run)) ? then.Execute(run) : otherwise?.Execute(run) ?? Flow.Next;
}

internal sealed class For(int line, IReadOnlyList<string> names, Expression source, Expression? condition, Block body, Block? otherwise) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        var items = TemplateMembers.Items(run, source.Evaluate(run));
        var outer = run.Scope;
        try
        {
            if (condition is not null) items = items.FindAll(item => TemplateValues.Truth(Bind(run, outer, item, null, condition.Evaluate)));
            var loop = new LoopState(items);
            for (; loop.Index < items.Count; loop.Index++)
                if (Bind(run, outer, items[loop.Index], loop, body.Execute) == Flow.Break) break;
        }
        finally
        {
            run.Scope = outer;
        }
        return items.Count == 0 && otherwise is not null ? otherwise.Execute(run) : Flow.Next;
    }

    // Every turn has a scope of its own: what a body sets is gone in the next turn.
    private T Bind<T>(TemplateRun run, Scope outer, object? item, LoopState? loop, Func<TemplateRun, T> then)
    {
        run.Scope = new Scope(outer);
        if (loop is not null) run.Scope.Set("loop", loop);
        Assign.Names(run, names, item);
        return then(run);
    }
}

internal sealed class Assign(int line, IReadOnlyList<string> names, Expression value) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        Names(run, names, value.Evaluate(run));
        return Flow.Next;
    }

    public static void Names(TemplateRun run, IReadOnlyList<string> names, object? value)
    {
        if (names.Count == 1)
        {
            run.Scope.Set(names[0], value);
            return;
        }
        if (value is not List<object?> list || list.Count != names.Count)
            throw run.Fail($"{TemplateValues.TypeName(value)} cannot be taken apart into {names.Count} names.");
        for (var i = 0; i < names.Count; i++) run.Scope.Set(names[i], list[i]);
    }
}

internal sealed class AssignMember(int line, string target, string name, Expression value) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        var given = value.Evaluate(run);
        if (run.Scope.Get(target) is not TemplateNamespace space) throw run.Fail($"'{target}' is no namespace; only those can be written to.");
        space[name] = given;
        return Flow.Next;
    }
}

/// <summary>The text of a body, through filters, into a name; or printed when there is no name.</summary>
internal sealed class AssignBlock(int line, string? name, IReadOnlyList<Filtered> filters, Block body) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        object? value = body.Capture(run);
        foreach (var filter in filters) value = filter.Apply(run, value);
        if (name is null) run.Print(value);
        else run.Scope.Set(name, value);
        return Flow.Next;
    }
}

internal sealed class Macro(int line, string name, IReadOnlyList<(string Name, Expression? Default)> parameters, Block body) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        var home = run.Scope;
        run.Scope.Set(name, (TemplateCall)((caller, arguments) => Call(caller, arguments, home)));
        return Flow.Next;
    }

    private MarkedText Call(TemplateRun run, Arguments arguments, Scope home)
    {
        if (arguments.Positional.Count > parameters.Count) throw run.Fail($"the macro '{name}' takes {parameters.Count} arguments.");
        var outer = run.Scope;
        run.Scope = new Scope(home);
        try
        {
            for (var i = 0; i < parameters.Count; i++)
            {
                var (parameter, fallback) = parameters[i];
                object? value = new Undefined(parameter);
                if (arguments.Has(i, parameter)) value = arguments.Get(i, parameter);
                else if (fallback is not null) value = fallback.Evaluate(run);
                run.Scope.Set(parameter, value);
            }
            return body.Capture(run);
        }
        finally
        {
            run.Scope = outer;
        }
    }
}
