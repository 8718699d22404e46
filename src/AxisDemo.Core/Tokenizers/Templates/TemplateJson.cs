using System.Globalization;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>
/// The filter <c>tojson</c> as chat templates know it: Python's <c>json.dumps</c> without ASCII escapes and without the HTML escapes
/// of plain Jinja. Texts keep their marks.
/// </summary>
internal static class TemplateJson
{
    public static object? Write(TemplateRun run, object? value, Given a)
    {
        var indent = a[1] switch
        {
            null => null,
            MarkedText text => text,
            _ => (MarkedText)TemplateOperators.Repeat(run, MarkedText.FromTemplate(" "), a.Whole(1)),
        };
        var (comma, colon) = a[2] switch
        {
            null => (MarkedText.FromTemplate(indent is null ? ", " : ","), MarkedText.FromTemplate(": ")),
            List<object?> and [MarkedText { IsSafe: false } first, MarkedText { IsSafe: false } second] => (first, second),
            var other => throw a.Wrong(2, "two texts", other),
        };
        var to = new MarkedText.Builder();
        new Writer(run, to, indent, comma, colon, a.Truth(3), a.Truth(0)).Write(value, 0);
        run.Charge(to.Length);
        return to.ToText();
    }

    private sealed record Writer(TemplateRun Run, MarkedText.Builder To, MarkedText? Indent, MarkedText Comma, MarkedText Colon, bool SortKeys, bool Ascii)
    {
        public void Write(object? value, int depth)
        {
            Run.Step();
            Run.Charge(0, To.Length);
            switch (value)
            {
                case null: To.Append("null"); break;
                case bool b: To.Append(b ? "true" : "false"); break;
                case long n: To.Append(n.ToString(CultureInfo.InvariantCulture)); break;
                case double d:
                    To.Append(double.IsFinite(d) ? PythonNumbers.Repr(d) : double.IsNaN(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
                    break;
                case MarkedText t: Quote(t); break;
                case List<object?> list and not TemplateRange:
                    Items('[', ']', list, depth, item => Write(item, depth + 1));
                    break;
                case TemplateMap map:
                    var pairs = SortKeys ? map.OrderBy(p => p.Key.Value, Comparer<string>.Create(PythonText.Compare)).ToList() : [.. map];
                    Items('{', '}', pairs, depth, pair =>
                    {
                        Quote(pair.Key);
                        To.Append(Colon);
                        Write(pair.Value, depth + 1);
                    });
                    break;
                default: throw Run.Fail($"{TemplateValues.TypeName(value)} cannot be written as JSON.");
            }
        }

        private void Items<T>(char open, char close, List<T> items, int depth, Action<T> write)
        {
            To.Append(open.ToString());
            for (var i = 0; i < items.Count; i++)
            {
                if (i > 0) To.Append(Comma);
                Break(depth + 1);
                write(items[i]);
            }
            if (items.Count > 0) Break(depth);
            To.Append(close.ToString());
        }

        private void Break(int depth)
        {
            if (Indent is null) return;
            To.Append("\n").Append((MarkedText)TemplateOperators.Repeat(Run, Indent, depth));
        }

        private void Quote(MarkedText text)
        {
            To.Append("\"");
            To.Append(text.Map((rune, _) => rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                _ when rune.Value < ' ' || Ascii && rune.Value > '~' => string.Concat(rune.ToString().Select(c => $"\\u{(int)c:x4}")),
                _ => rune.ToString(),
            }));
            To.Append("\"");
        }
    }
}
