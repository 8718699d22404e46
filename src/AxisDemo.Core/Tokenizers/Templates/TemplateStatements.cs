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
    public MarkedText Capture(TemplateRun run) => Capture(run, out _);

    public MarkedText Capture(TemplateRun run, out Flow flow)
    {
        var outer = run.Output;
        run.Output = new();
        try
        {
            flow = Execute(run);
            return run.Output.ToText();
        }
        finally
        {
            run.Output = outer;
        }
    }
}

/// <summary>A body whose names end with it, after names it begins with: <c>with</c>, the inside of a <c>set</c> or <c>filter</c> block, the <c>else</c> of a loop.</summary>
internal sealed class Scoped(int line, Frame frame, IReadOnlyList<(Target Name, Expression Value)> names, Block body) : Statement(line)
{
    public static readonly IReadOnlyList<(Target, Expression)> NoNames = [];

    protected override Flow Do(TemplateRun run)
    {
        var outer = run.Scope;
        var values = names.Select(n => n.Value.Evaluate(run)).ToList();
        run.Scope = new Scope(outer);
        run.Scope.Hide(frame.Hidden);
        try
        {
            for (var i = 0; i < values.Count; i++) names[i].Name.Assign(run, values[i]);
            return body.Execute(run);
        }
        finally
        {
            run.Scope = outer;
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

internal sealed class For(int line, Target target, Expression source, Expression? condition, bool recursive, Frame frame, Block body, Statement? otherwise) : Statement(line)
{
    protected override Flow Do(TemplateRun run) => Loop(run, source.Evaluate(run), run.Scope, depth: 0);

    private Flow Loop(TemplateRun run, object? over, Scope home, int depth)
    {
        var (items, length) = (TemplateMembers.Iterate(run, over), TemplateMembers.Length(run, over));
        if (condition is not null) (items, length) = (Where(run, items, home), null);
        var loop = new LoopState(items, length, depth, recursive ? (caller, inner) => Nested(caller, inner, home, depth + 1) : null);
        var (outer, completed) = (run.Scope, false);
        try
        {
            while (loop.Next(run, out var item))
            {
                // Every turn has a scope of its own: what a body sets is gone in the next turn.
                run.Scope = new Scope(home);
                run.Scope.Hide(frame.Hidden);
                run.Scope.Set("loop", loop);
                target.Assign(run, item);
                var flow = body.Execute(run);
                if (flow == Flow.Break) break;
                completed |= flow == Flow.Next;
            }
        }
        finally
        {
            run.Scope = outer;
        }
        // As in the reference: also where every turn was left by break or continue.
        return completed || otherwise is null ? Flow.Next : otherwise.Execute(run);
    }

    private MarkedText Nested(TemplateRun run, object? over, Scope home, int depth)
    {
        var (outer, output) = (run.Scope, run.Output);
        (run.Scope, run.Output) = (home, new());
        try
        {
            Loop(run, over, home, depth);
            return run.Output.ToText();
        }
        finally
        {
            (run.Scope, run.Output) = (outer, output);
        }
    }

    private IEnumerable<object?> Where(TemplateRun run, IEnumerable<object?> items, Scope home)
    {
        foreach (var item in items)
        {
            var outer = run.Scope;
            run.Scope = new Scope(home);
            bool holds;
            try
            {
                target.Assign(run, item);
                holds = TemplateValues.Truth(condition!.Evaluate(run));
            }
            finally
            {
                run.Scope = outer;
            }
            if (holds) yield return item;
        }
    }
}

internal sealed class Assign(int line, Target target, Expression value) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        target.Assign(run, value.Evaluate(run));
        return Flow.Next;
    }
}

/// <summary>The text of a body, through filters, into a name; or printed when there is no name.</summary>
internal sealed class AssignBlock(int line, Target? target, IReadOnlyList<Filtered> filters, Block body) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        object? value = body.Capture(run, out var flow);
        if (flow != Flow.Next) return flow;
        foreach (var filter in filters) value = filter.Apply(run, value);
        if (target is null) run.Print(value);
        else target.Assign(run, value);
        return Flow.Next;
    }
}
