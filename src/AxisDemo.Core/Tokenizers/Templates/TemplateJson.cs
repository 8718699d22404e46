using System.Globalization;
using System.Text;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>
/// The filter <c>tojson</c> as chat templates know it: Python's <c>json.dumps</c> without ASCII escapes and without the HTML escapes
/// of plain Jinja. Texts keep their marks.
/// </summary>
internal static class TemplateJson
{
    public static MarkedText Write(TemplateRun run, object? value, Arguments a)
    {
        var indent = a.Get(1, "indent") switch
        {
            null => null,
            long n => new string(' ', (int)Math.Clamp(n, 0, 100)),
            MarkedText t => t.Value,
            _ => throw run.Fail("tojson's indent has to be a number or a text."),
        };
        var (comma, colon) = a.Get(2, "separators") is List<object?> { Count: 2 } s
            ? (TemplateValues.Text(s[0], run).Value, TemplateValues.Text(s[1], run).Value)
            : (indent is null ? ", " : ",", ": ");
        var to = new MarkedText.Builder();
        new Writer(run, to, indent, comma, colon, TemplateValues.Truth(a.Get(3, "sort_keys")), TemplateValues.Truth(a.Get(0, "ensure_ascii"))).Write(value, 0);
        run.Charge(to.Length);
        return to.ToText();
    }

    private sealed record Writer(TemplateRun Run, MarkedText.Builder To, string? Indent, string Comma, string Colon, bool SortKeys, bool Ascii)
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
                case double d: To.Append(TemplateValues.Float(d)); break;
                case MarkedText t: Quote(t); break;
                case List<object?> list:
                    Items('[', ']', list, depth, item => Write(item, depth + 1));
                    break;
                case TemplateMap map:
                    var pairs = SortKeys ? map.OrderBy(p => p.Key.Value, StringComparer.Ordinal).ToList() : [.. map];
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
            if (Indent is not null) To.Append("\n" + string.Concat(Enumerable.Repeat(Indent, depth)));
        }

        private void Quote(MarkedText text)
        {
            To.Append("\"");
            foreach (var (part, fromTemplate) in text.Parts())
            {
                var escaped = new StringBuilder(part.Length);
                foreach (var c in part)
                    escaped.Append(c switch
                    {
                        '"' => "\\\"",
                        '\\' => "\\\\",
                        '\n' => "\\n",
                        '\r' => "\\r",
                        '\t' => "\\t",
                        '\b' => "\\b",
                        '\f' => "\\f",
                        _ when c < ' ' || Ascii && c > '~' => $"\\u{(int)c:x4}",
                        _ => c.ToString(),
                    });
                To.Append(escaped.ToString(), !fromTemplate);
            }
            To.Append("\"");
        }
    }
}
