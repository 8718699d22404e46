using System.Globalization;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>How values count as true, and are written: Python's rules for the types that occur.</summary>
internal static class TemplateValues
{
    public static bool Truth(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        long n => n != 0,
        double d => d != 0,
        MarkedText t => t.Value.Length > 0,
        List<object?> l => l.Count > 0,
        TemplateMap m => m.Count > 0,
        TemplateView v => v.Map.Count > 0,
        _ => true,
    };

    /// <summary>A number as it is calculated with; true and false are 1 and 0. Null for everything else.</summary>
    public static object? Number(object? value) => value switch { long or double => value, bool b => (object)(b ? 1L : 0L), _ => null };

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        Undefined u => $"'{u.Name}', which is undefined",
        bool => "a boolean",
        long or double => "a number",
        MarkedText => "a text",
        TemplateTuple => "a tuple",
        TemplateRange => "a range",
        List<object?> => "a list",
        TemplateMap => "a mapping",
        TemplateView v => $"a mapping's {v.Kind}",
        TemplateStream => "a stream (what map, select, batch ... give)",
        TemplateNamespace => "a namespace",
        LoopState => "a loop",
        TemplateCall => "a function",
        _ => "an object",
    };

    /// <summary>The value as the template's output shows it.</summary>
    public static MarkedText Text(object? value, TemplateRun run)
    {
        if (value is MarkedText text) return text;
        return value is Undefined ? MarkedText.Empty : Repr(value, run);
    }

    /// <summary>Python's <c>repr</c>.</summary>
    public static MarkedText Repr(object? value, TemplateRun run)
    {
        var to = new MarkedText.Builder();
        Write(value, to, run);
        run.Charge(to.Length);
        return to.ToText();
    }

    private static void Write(object? value, MarkedText.Builder to, TemplateRun run)
    {
        run.Step();
        switch (value)
        {
            case null: to.Append("None"); break;
            case bool b: to.Append(b ? "True" : "False"); break;
            case long n: to.Append(n.ToString(CultureInfo.InvariantCulture)); break;
            case double d: to.Append(PythonNumbers.Repr(d)); break;
            case MarkedText { IsSafe: true } t:
                to.Append("Markup(");
                Quote(t, to);
                to.Append(")");
                break;
            case MarkedText t: Quote(t, to); break;
            case TemplateTuple { Count: 1 } tuple: Items("(", tuple, ",)"); break;
            case TemplateTuple tuple: Items("(", tuple, ")"); break;
            case TemplateRange { Bounds: var (start, stop, step) }:
                to.Append(step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})");
                break;
            case List<object?> list: Items("[", list, "]"); break;
            case TemplateView view: Items($"dict_{view.Kind}([", view.Items, "])"); break;
            case TemplateMap map: Pairs("{", map, "}"); break;
            case TemplateNamespace space: Pairs("<Namespace {", space.Values, "}>"); break;
            case LoopState loop: to.Append($"<LoopContext {loop.Index}/{loop.Length(run)}>"); break;
            case Undefined: to.Append("Undefined"); break;
            default: throw run.Fail($"{TypeName(value)} cannot be written as text.");
        }
        run.Charge(0, to.Length);

        void Items(string open, IEnumerable<object?> items, string close)
        {
            var before = open;
            foreach (var item in items)
            {
                to.Append(before);
                before = ", ";
                Write(item, to, run);
            }
            to.Append(before == open ? open + close : close);
        }

        void Pairs(string open, TemplateMap map, string close)
        {
            var before = open;
            foreach (var (key, item) in map)
            {
                to.Append(before);
                before = ", ";
                Write(key, to, run);
                to.Append(": ");
                Write(item, to, run);
            }
            to.Append(before == open ? open + close : close);
        }
    }

    private static void Quote(MarkedText text, MarkedText.Builder to)
    {
        var quote = text.Value.Contains('\'') && !text.Value.Contains('"') ? "\"" : "'";
        to.Append(quote);
        to.Append(text.AsSafe(false).Map((rune, _) => rune.Value switch
        {
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ when rune.Value == quote[0] => "\\" + quote,
            _ when PythonText.IsPrintable(rune) => rune.ToString(),
            < 0x100 => $"\\x{rune.Value:x2}",
            < 0x10000 => $"\\u{rune.Value:x4}",
            _ => $"\\U{rune.Value:x8}",
        }));
        to.Append(quote);
    }
}
