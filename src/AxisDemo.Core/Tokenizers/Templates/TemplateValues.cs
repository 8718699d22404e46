using System.Globalization;
using System.Text;

namespace AxisDemo.Tokenizers.Templates;

// A value is null (none), bool, long, double, MarkedText, List<object?>, TemplateMap, Undefined, TemplateNamespace, LoopState or TemplateCall.

internal sealed class TemplateMap : OrderedDictionary<MarkedText, object?>
{
    public object? this[string key] { set => this[MarkedText.FromTemplate(key)] = value; }
}

internal sealed record Undefined(string Name);

internal sealed class TemplateNamespace : Dictionary<string, object?>;

internal delegate object? TemplateCall(TemplateRun run, Arguments arguments);

/// <summary>What a call, filter or test was given.</summary>
internal sealed record Arguments(IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    public static readonly Arguments None = new([], new Dictionary<string, object?>());

    /// <summary>The argument at a place, or by its name; the fallback where it is not given.</summary>
    public object? Get(int at, string name, object? fallback = null) =>
        at < Positional.Count ? Positional[at] : Named.TryGetValue(name, out var value) ? value : fallback;

    public bool Has(int at, string name) => at < Positional.Count || Named.ContainsKey(name);

    public Arguments After(int count) => new([.. Positional.Skip(count)], Named);
}

/// <summary>How values compare, count as true, and are written: Python's rules for the types that occur.</summary>
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
        _ => true,
    };

    public static bool Same(object? a, object? b)
    {
        if (Number(a) is { } x && Number(b) is { } y) return x == y;
        return (a, b) switch
        {
            (null, null) or (Undefined, Undefined) => true,
            (MarkedText s, MarkedText t) => s.Equals(t),
            (List<object?> s, List<object?> t) => s.Count == t.Count && s.Zip(t).All(p => Same(p.First, p.Second)),
            (TemplateMap s, TemplateMap t) => s.Count == t.Count && s.All(p => t.TryGetValue(p.Key, out var other) && Same(p.Value, other)),
            _ => ReferenceEquals(a, b),
        };
    }

    /// <summary>A number's value; true and false count as 1 and 0. Null for everything else.</summary>
    public static double? Number(object? value) => value switch { long n => n, double d => d, bool b => b ? 1 : 0, _ => null };

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        Undefined u => $"'{u.Name}', which is undefined",
        bool => "a boolean",
        long or double => "a number",
        MarkedText => "a text",
        List<object?> => "a list",
        TemplateMap => "a mapping",
        _ => "an object",
    };

    /// <summary>The value as the template's output shows it.</summary>
    public static MarkedText Text(object? value, TemplateRun run)
    {
        if (value is MarkedText text) return text;
        if (value is Undefined) return MarkedText.Empty;
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
            case double d: to.Append(Float(d)); break;
            case MarkedText t: Quote(t, to); break;
            case List<object?> l:
                to.Append("[");
                for (var i = 0; i < l.Count; i++)
                {
                    if (i > 0) to.Append(", ");
                    Write(l[i], to, run);
                }
                to.Append("]");
                break;
            case TemplateMap m:
                var first = true;
                to.Append("{");
                foreach (var (key, item) in m)
                {
                    if (!first) to.Append(", ");
                    first = false;
                    Quote(key, to);
                    to.Append(": ");
                    Write(item, to, run);
                }
                to.Append("}");
                break;
            case Undefined: to.Append("Undefined"); break;
            default: throw run.Fail($"{TypeName(value)} cannot be written as text.");
        }
        run.Charge(0, to.Length);
    }

    public static string Float(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.IsFinite(value) && !text.Contains('.') && !text.Contains('E') ? text + ".0" : text.Replace("E", "e", StringComparison.Ordinal);
    }

    // Python's repr of a text.
    private static void Quote(MarkedText text, MarkedText.Builder to)
    {
        var quote = text.Value.Contains('\'') && !text.Value.Contains('"') ? "\"" : "'";
        to.Append(quote);
        foreach (var (part, fromTemplate) in text.Parts())
        {
            var escaped = new StringBuilder(part.Length);
            foreach (var c in part)
                escaped.Append(c switch
                {
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    _ when c == quote[0] => "\\" + c,
                    < ' ' or '\u007f' => $"\\x{(int)c:x2}",
                    _ => c.ToString(),
                });
            to.Append(escaped.ToString(), !fromTemplate);
        }
        to.Append(quote);
    }
}
