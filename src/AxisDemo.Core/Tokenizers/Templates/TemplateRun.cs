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
    private const long MaxCharacters = 1L << 28;    // made or gone through on the way, all together
    private const long MaxCompared = 1L << 36;      // characters looked at in searches, at the worst
    private const int ItemSize = 16;                // characters that a list's item counts for

    private int _steps;
    private long _characters;
    private long _compared;

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

    /// <summary>Counts items of a list that is made.</summary>
    public void ChargeItems(int items) => Charge((int)Math.Min(int.MaxValue, (long)items * ItemSize));

    /// <summary>Counts characters compared.</summary>
    public void Compared(long characters)
    {
        _compared += characters;
        if (_compared > MaxCompared) throw Fail("the template searches more text than is allowed.");
    }

    /// <summary>The first place of a text in another from a place on; -1 where there is none.</summary>
    public int Find(string text, string wanted, int from)
    {
        if ((long)(text.Length - from) * wanted.Length > MaxCompared) Compared(MaxCompared);
        var at = text.IndexOf(wanted, from, StringComparison.Ordinal);
        Compared((long)((at < 0 ? text.Length : at) - from + 1) * (wanted.Length + 1));
        return at;
    }

    /// <summary>The last place of a text in the first part of another; -1 where there is none.</summary>
    public int FindLast(string text, string wanted, int end)
    {
        if ((long)end * wanted.Length > MaxCompared) Compared(MaxCompared);
        var at = text.AsSpan(0, end).LastIndexOf(wanted);
        Compared((long)(end - Math.Max(at, 0) + 1) * (wanted.Length + 1));
        return at;
    }

    /// <summary>All places of a text in another that do not overlap. An empty one is before every character and at the end.</summary>
    public IEnumerable<int> Occurrences(string text, string wanted)
    {
        for (var at = Find(text, wanted, 0); at >= 0; at = at <= text.Length ? Find(text, wanted, at) : -1)
        {
            yield return at;
            at += wanted.Length > 0 ? wanted.Length : at + 1 < text.Length && char.IsSurrogatePair(text, at) ? 2 : 1;
        }
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

    /// <summary>Makes names undefined here, whatever they are outside.</summary>
    public void Hide(IEnumerable<string> names)
    {
        foreach (var name in names) Set(name, new Undefined(name));
    }

    public object? Get(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope._values.TryGetValue(name, out var value)) return value;
        return new Undefined(name);
    }

    private Scope? Outer => outer;
}
