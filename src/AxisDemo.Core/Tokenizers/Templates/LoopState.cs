namespace AxisDemo.Tokenizers.Templates;

/// <summary>
/// The <c>loop</c> variable. Items are asked for one by one, so that a loop's condition sees what its body has set; only <c>last</c>,
/// <c>nextitem</c> and <c>length</c> look ahead.
/// </summary>
/// <param name="items">What is gone through.</param>
/// <param name="length">How many there are; null where only going through them tells.</param>
/// <param name="depth">How many loops this one was called from.</param>
/// <param name="recurse">Runs the same loop over other items; null for a loop that is not recursive.</param>
internal sealed class LoopState(IEnumerable<object?> items, long? length, int depth, Func<TemplateRun, object?, MarkedText>? recurse)
{
    private static readonly Signature s_iterable = new("iterable");

    private IEnumerator<object?> _items = items.GetEnumerator();
    private object? _after = Given.Missing, _current = Given.Missing, _before = Given.Missing;
    private IReadOnlyList<object?>? _lastChanged;
    private long _index0 = -1;
    private long? _length = length;

    public long Index => _index0 + 1;

    public bool Next(TemplateRun run, out object? item)
    {
        run.Step();
        item = Ahead();
        if (item == Given.Missing) return false;
        _after = Given.Missing;
        _index0++;
        (_before, _current) = (_current, item);
        return true;
    }

    public long Length(TemplateRun run)
    {
        if (_length is { } known) return known;
        var rest = new List<object?>();
        while (_items.MoveNext())
        {
            run.Step();
            rest.Add(_items.Current);
        }
        _items = rest.GetEnumerator();
        return (_length = rest.Count + Index + (_after == Given.Missing ? 0 : 1)).Value;
    }

    public object? Get(TemplateRun run, string name) => name switch
    {
        "index" => Index,
        "index0" => _index0,
        "revindex" => Length(run) - _index0,
        "revindex0" => Length(run) - Index,
        "first" => _index0 == 0,
        "last" => Ahead() == Given.Missing,
        "length" => Length(run),
        "depth" => depth + 1L,
        "depth0" => (long)depth,
        "previtem" => _index0 > 0 ? _before : new Undefined("loop.previtem"),
        "nextitem" => Ahead() is var next && next == Given.Missing ? new Undefined("loop.nextitem") : next,
        "cycle" => (TemplateCall)((caller, a) => a.Named.Count == 0 && a.Positional.Count > 0
            ? a.Positional[(int)(_index0 % a.Positional.Count)]
            : throw caller.Fail("loop.cycle needs values, without names.")),
        "changed" => (TemplateCall)((caller, a) => a.Named.Count == 0 ? Changed(caller, a.Positional) : throw caller.Fail("loop.changed takes values without names.")),
        _ => new Undefined($"loop.{name}"),
    };

    public MarkedText Call(TemplateRun run, Arguments arguments) => recurse is null
        ? throw run.Fail("only a loop that is marked 'recursive' can be called.")
        : recurse(run, s_iterable.Bind(run, "loop", arguments)[0]);

    private object? Ahead()
    {
        if (_after == Given.Missing && _items.MoveNext()) _after = _items.Current;
        return _after;
    }

    private bool Changed(TemplateRun run, IReadOnlyList<object?> values)
    {
        if (_lastChanged is { } last && last.Count == values.Count && last.Zip(values).All(p => TemplateComparison.Same(run, p.First, p.Second))) return false;
        _lastChanged = values;
        return true;
    }
}
