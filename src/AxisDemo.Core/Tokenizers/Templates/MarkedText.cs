using System.Buffers;
using System.Text;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>
/// A string that knows which of its characters came from a message. Slices and concatenations keep the marks, so that at the end
/// the template's own words can be told from a visitor's. Equality is that of the characters alone.
/// </summary>
internal sealed class MarkedText : IEquatable<MarkedText>
{
    public static readonly MarkedText Empty = new("", []);

    // Ascending borders: [m0, m1) came from a message, [m1, m2) from the template, [m2, m3) from a message ...
    private readonly int[] _marks;

    private MarkedText(string value, int[] marks, bool safe = false)
    {
        Value = value;
        _marks = marks;
        IsSafe = safe;
    }

    public string Value { get; }

    /// <summary>Whether it counts as HTML already (the filters <c>safe</c> and <c>escape</c>): what is added to it with + is escaped.</summary>
    public bool IsSafe { get; }

    public static MarkedText FromTemplate(string value) => new(value, []);

    public static MarkedText FromMessage(string value) => value.Length == 0 ? Empty : new(value, [0, value.Length]);

    public static MarkedText Of(string value, bool message) => message ? FromMessage(value) : FromTemplate(value);

    public static MarkedText operator +(MarkedText left, MarkedText right) => new Builder().Append(left).Append(right).ToText();

    /// <summary>Whether the character at a place came from a message.</summary>
    public bool IsMessage(int at)
    {
        var i = Array.BinarySearch(_marks, at);
        return ((i < 0 ? ~i - 1 : i) & 1) == 0; // before the first border the index is -1, which is odd
    }

    public MarkedText AsSafe(bool safe = true) => safe == IsSafe ? this : new(Value, _marks, safe);

    public MarkedText Slice(int start, int length)
    {
        if (length == Value.Length) return this;
        if (length <= 0) return Empty.AsSafe(IsSafe);
        var marks = new List<int>();
        for (var i = 0; i < _marks.Length; i += 2)
        {
            var (from, to) = (Math.Max(_marks[i], start), Math.Min(_marks[i + 1], start + length));
            if (from < to) marks.AddRange([from - start, to - start]);
        }
        return new(Value.Substring(start, length), [.. marks], IsSafe);
    }

    /// <summary>Other characters in each one's place, by its index in <see cref="Value"/>; they are whose the character was.</summary>
    public MarkedText Map(Func<Rune, int, string> change)
    {
        var changed = new Builder();
        for (int i = 0, length; i < Value.Length; i += length)
        {
            if (Rune.DecodeFromUtf16(Value.AsSpan(i), out var rune, out length) == OperationStatus.Done) changed.Append(change(rune, i), IsMessage(i));
            else changed.Append(Value.Substring(i, length), IsMessage(i));
        }
        return changed.ToText().AsSafe(IsSafe);
    }

    public List<PromptPart> Parts()
    {
        var parts = new List<PromptPart>();
        var at = 0;
        for (var i = 0; i <= _marks.Length; i++)
        {
            var end = i < _marks.Length ? _marks[i] : Value.Length;
            if (end > at) parts.Add(new(Value[at..end], FromTemplate: (i & 1) == 0));
            at = end;
        }
        return parts;
    }

    public bool Equals(MarkedText? other) => other is not null && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as MarkedText);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    /// <summary>Puts marked texts together.</summary>
    public sealed class Builder
    {
        private readonly StringBuilder _value = new();
        private readonly List<int> _marks = [];

        public int Length => _value.Length;

        public Builder Append(MarkedText text)
        {
            for (var i = 0; i < text._marks.Length; i += 2) Mark(text._marks[i], text._marks[i + 1]);
            _value.Append(text.Value);
            return this;
        }

        public Builder Append(string text, bool message = false)
        {
            if (message && text.Length > 0) Mark(0, text.Length);
            _value.Append(text);
            return this;
        }

        public MarkedText ToText() => new(_value.ToString(), [.. _marks]);

        private void Mark(int from, int to)
        {
            var start = _value.Length + from;
            if (_marks.Count > 0 && _marks[^1] == start) _marks[^1] = _value.Length + to;
            else _marks.AddRange([start, _value.Length + to]);
        }
    }
}
