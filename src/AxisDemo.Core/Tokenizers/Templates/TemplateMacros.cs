namespace AxisDemo.Tokenizers.Templates;

/// <summary>A body with parameters: a macro, or what a call block has inside.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Parameters">The parameters, with what stands in for one that is not given.</param>
/// <param name="Uses">Which of caller, varargs and kwargs the body reads: only those may be given beyond the parameters.</param>
/// <param name="Frame">What is hidden inside.</param>
/// <param name="Body">The statements.</param>
internal sealed record MacroBody(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlySet<string> Uses, Frame Frame, Block Body)
{
    public MarkedText Call(TemplateRun run, Arguments arguments, Scope home)
    {
        var (positional, named) = (arguments.Positional, new Dictionary<string, object?>(arguments.Named));
        var outer = run.Scope;
        run.Scope = new Scope(home);
        run.Scope.Hide(Frame.Hidden);
        try
        {
            var missing = new List<(string Name, Expression? Default)>();
            for (var i = 0; i < Parameters.Count; i++)
            {
                var parameter = Parameters[i];
                if (i < positional.Count) run.Scope.Set(parameter.Name, positional[i]);
                else if (named.Remove(parameter.Name, out var given)) run.Scope.Set(parameter.Name, given);
                else
                {
                    run.Scope.Set(parameter.Name, new Undefined(parameter.Name));
                    missing.Add(parameter);
                }
            }
            // A default may read the other parameters.
            foreach (var (name, fallback) in missing)
                if (fallback is not null) run.Scope.Set(name, fallback.Evaluate(run));
            if (Uses.Contains("caller")) run.Scope.Set("caller", named.Remove("caller", out var caller) ? caller : new Undefined("caller"));
            if (Uses.Contains("kwargs"))
            {
                var rest = new TemplateMap();
                foreach (var (name, value) in named) rest[name] = value;
                named.Clear();
                run.Scope.Set("kwargs", rest);
            }
            if (Uses.Contains("varargs")) run.Scope.Set("varargs", new TemplateTuple(positional.Skip(Parameters.Count)));
            else if (positional.Count > Parameters.Count) throw run.Fail($"the macro '{Name}' takes no more than {Parameters.Count} arguments.");
            if (named.Count > 0) throw run.Fail($"the macro '{Name}' has no argument '{named.First().Key}'.");
            return Body.Capture(run);
        }
        finally
        {
            run.Scope = outer;
        }
    }
}

internal sealed class Macro(int line, MacroBody body) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        var home = run.Scope;
        run.Scope.Set(body.Name, (TemplateCall)((caller, arguments) => body.Call(caller, arguments, home)));
        return Flow.Next;
    }
}

/// <summary><c>{% call macro(...) %}</c>: the macro may write the block's body with <c>caller()</c>.</summary>
internal sealed class CallBlock(int line, Call call, MacroBody body) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        var home = run.Scope;
        run.Print(call.Invoke(run, (caller, arguments) => body.Call(caller, arguments, home)));
        return Flow.Next;
    }
}

/// <summary><c>{% generation %}</c>: marks an answer for training; its text is text. The reference calls it like a macro without arguments.</summary>
internal sealed class Generated(int line, MacroBody body) : Statement(line)
{
    protected override Flow Do(TemplateRun run)
    {
        run.Print(body.Call(run, Arguments.None, run.Scope));
        return Flow.Next;
    }
}
