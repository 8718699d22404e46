namespace AxisDemo.Tokenizers.Templates;

/// <summary>Where a value is put: <c>set</c>, <c>for</c>, <c>with</c>.</summary>
internal abstract record Target
{
    public abstract void Assign(TemplateRun run, object? value);
}

internal sealed record NameTarget(string Name) : Target
{
    public override void Assign(TemplateRun run, object? value) => run.Scope.Set(Name, value);
}

/// <summary><c>ns.name</c>.</summary>
internal sealed record MemberTarget(string Space, string Name) : Target
{
    public override void Assign(TemplateRun run, object? value)
    {
        if (run.Scope.Get(Space) is not TemplateNamespace space) throw run.Fail($"'{Space}' is no namespace; only those can be written to.");
        space.Values[Name] = value;
    }
}

/// <summary>Several, with commas between: the value is taken apart.</summary>
internal sealed record TupleTarget(IReadOnlyList<Target> Parts) : Target
{
    public override void Assign(TemplateRun run, object? value)
    {
        if (value is not (null or bool or long or double or TemplateNamespace or TemplateCall) && TemplateMembers.Items(run, value) is var items && items.Count == Parts.Count)
            for (var i = 0; i < items.Count; i++) Parts[i].Assign(run, items[i]);
        else throw run.Fail($"{TemplateValues.TypeName(value)} cannot be taken apart into {Parts.Count} names.");
    }
}
