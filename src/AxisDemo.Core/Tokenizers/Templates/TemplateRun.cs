using System.Runtime.CompilerServices;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>
/// One rendering: the variables in sight, the output so far, and what it may still spend. A template comes from a file that
/// somebody else wrote, so its steps, its text and its depth are bounded.
/// </summary>
internal sealed class TemplateRun(string source, TimeProvider clock)
{
    private const int MaxSteps = 5_000_000;
    private const int MaxOutput = 1 << 24;          // characters
    private const long MaxCharacters = 1L << 28;    // made on the way, all together

    private int _steps;
    private long _characters;

    public TimeProvider Clock => clock;

    public Scope Scope { get; set; } = new(null);

    public MarkedText.Builder Output { get; set; } = new();

    public int Line { get; set; }

    /// <summary>Counts a step; every evaluation and every loop turn comes by here.</summary>
    public void Step()
    {
        if (++_steps > MaxSteps) throw Fail($"the template takes more than {MaxSteps:N0} steps.");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Fail("the template is nested too deeply.");
    }

    /// <summary>Counts characters made, and checks the length of what they were added to.</summary>
    public void Charge(int characters, int length = 0)
    {
        _characters += characters;
        if (_characters > MaxCharacters || characters > MaxOutput || length > MaxOutput)
            throw Fail($"the template makes more text than the {MaxOutput:N0} characters allowed.");
    }

    public void Print(object? value)
    {
        var text = TemplateValues.Text(value, this);
        Charge(text.Value.Length, Output.Length + text.Value.Length);
        Output.Append(text);
    }

    public InputException Fail(string fault) => new(source, $"chat template, line {Line}", fault);

    public InputException Raised(string message) => new(source, "chat template", message);
}

/// <summary>Names and their values; an inner scope sees the outer ones and writes its own.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _values = [];

    public void Set(string name, object? value) => _values[name] = value;

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope._values.TryGetValue(name, out var value)) return value;
        return new Undefined(name);
    }

    private Scope? Outer => outer;
}

/// <summary>The <c>loop</c> variable.</summary>
internal sealed class LoopState(List<object?> items)
{
    public int Index { get; set; }

    public object? Get(string name) => name switch
    {
        "index" => Index + 1L,
        "index0" => (long)Index,
        "revindex" => (long)(items.Count - Index),
        "revindex0" => (long)(items.Count - Index - 1),
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => 1L, // counts recursion only, which is not supported
        "depth0" => 0L,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("loop.previtem"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("loop.nextitem"),
        "cycle" => (TemplateCall)((run, arguments) => arguments.Positional.Count > 0
            ? arguments.Positional[Index % arguments.Positional.Count]
            : throw run.Fail("loop.cycle needs values.")),
        _ => new Undefined($"loop.{name}"),
    };
}
