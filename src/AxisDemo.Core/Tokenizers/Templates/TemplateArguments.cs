namespace AxisDemo.Tokenizers.Templates;

/// <summary>What a call, filter or test was given.</summary>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    public static readonly Arguments None = new([], new Dictionary<string, object?>());

    public Arguments After(int count) => new([.. Positional.Skip(count)], Named);
}

/// <summary>What a filter, test, method or function takes, by the reference's names. Whatever is given is bound to one of them, or refused by name.</summary>
internal sealed class Signature
{
    private readonly string[] _names;
    private readonly int _required;
    private readonly bool _positionalOnly;

    /// <param name="parameters">The names with spaces between; "name=" may be left out; a "/" at the end: none may be given by its name.</param>
    public Signature(string parameters)
    {
        var words = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _positionalOnly = words is [.., "/"];
        if (_positionalOnly) words = words[..^1];
        _required = words.Count(w => !w.EndsWith('='));
        _names = [.. words.Select(w => w.TrimEnd('='))];
    }

    /// <param name="run">The rendering.</param>
    /// <param name="what">Who takes the arguments, for the message: "the filter 'round'".</param>
    /// <param name="given">What the template wrote.</param>
    public Given Bind(TemplateRun run, string what, Arguments given)
    {
        if (given.Positional.Count > _names.Length)
            throw run.Fail(_names.Length == 0 ? $"{what} takes no arguments." : $"{what} takes no more than {_names.Length} arguments, and was given {given.Positional.Count}.");
        var values = new object?[_names.Length];
        Array.Fill(values, Given.Missing);
        for (var i = 0; i < given.Positional.Count; i++) values[i] = given.Positional[i];
        foreach (var (name, value) in given.Named)
        {
            var at = Array.IndexOf(_names, name);
            if (at < 0) throw run.Fail($"{what} has no argument '{name}'.");
            if (_positionalOnly) throw run.Fail($"{what} takes '{name}' by its place, not by its name.");
            if (values[at] != Given.Missing) throw run.Fail($"{what} was given '{name}' twice.");
            values[at] = value;
        }
        var missing = Array.IndexOf(values, Given.Missing);
        if (missing >= 0 && missing < _required) throw run.Fail($"{what} needs '{_names[missing]}'.");
        return new(run, what, _names, values);
    }
}

/// <summary>The arguments of one call, each at its parameter's place.</summary>
internal sealed class Given(TemplateRun run, string what, string[] names, object?[] values)
{
    /// <summary>Stands where nothing was given: none is a value like others.</summary>
    public static readonly object Missing = new();

    public object? this[int at] => Or(at, null);

    public object? Or(int at, object? fallback) => values[at] == Missing ? fallback : values[at];

    public bool Truth(int at, bool fallback = false) => TemplateValues.Truth(Or(at, fallback));

    public long Whole(int at, long fallback = 0) => Or(at, fallback) switch
    {
        long n => n,
        bool b => b ? 1 : 0,
        var other => throw Wrong(at, "a whole number", other),
    };

    /// <summary>A whole number, or null where none was given.</summary>
    public long? Optional(int at) => this[at] is null ? null : Whole(at);

    public MarkedText Text(int at, string? fallback = null) => Or(at, fallback is null ? null : MarkedText.FromTemplate(fallback)) switch
    {
        MarkedText text => text,
        var other => throw Wrong(at, "a text", other),
    };

    public Exception Fail(string fault) => run.Fail($"{what}: {fault}");

    public Exception Wrong(int at, string wanted, object? found) => Fail($"'{names[at]}' has to be {wanted}, not {TemplateValues.TypeName(found)}.");
}
