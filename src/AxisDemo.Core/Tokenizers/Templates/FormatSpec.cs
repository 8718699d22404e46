using System.Globalization;
using System.Text.RegularExpressions;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>How one value is laid out, by <c>%</c> or by the method <c>format</c>: the fill, the sign, the width, the digits.</summary>
internal sealed partial record FormatSpec
{
    private const int MaxPrecision = 1000;

    public required MarkedText Fill { get; init; }

    /// <summary>&lt;, &gt;, ^ or = (behind the sign); 0 where it is not given.</summary>
    public char Align { get; init; }

    public char Sign { get; init; }

    public bool Alternate { get; init; }

    /// <summary>Zeros behind the sign fill the width.</summary>
    public bool Zero { get; init; }

    public long Width { get; init; }

    public char Grouping { get; init; }

    public long? Precision { get; init; }

    public char Type { get; init; }

    /// <summary>What stands behind the colon in <c>{:>8.3f}</c>.</summary>
    public static FormatSpec Parse(TemplateRun run, MarkedText text)
    {
        var parts = Pattern().Match(text.Value);
        if (!parts.Success) throw run.Fail($"the format '{text}' is not supported here.");
        char Letter(string name) => parts.Groups[name] is { Length: > 0 } group ? group.Value[0] : '\0';
        long? Number(string name) => !parts.Groups[name].Success ? null
            : long.TryParse(parts.Groups[name].ValueSpan, CultureInfo.InvariantCulture, out var n) ? n : throw run.Fail($"the format '{text}' is too wide.");
        var fill = parts.Groups["fill"];
        return new()
        {
            Fill = fill.Length > 0 ? text.Slice(fill.Index, fill.Length) : MarkedText.FromTemplate(Letter("zero") != 0 ? "0" : " "),
            Align = Letter("align"),
            Sign = Letter("sign"),
            Alternate = Letter("alternate") != 0,
            Zero = Letter("zero") != 0 && Letter("align") == 0,
            Width = Number("width") ?? 0,
            Grouping = Letter("grouping"),
            Precision = Number("precision"),
            Type = Letter("type"),
        };
    }

    public MarkedText Value(TemplateRun run, object? value)
    {
        if (value is MarkedText text)
        {
            if (Sign != 0 || Alternate || Grouping != 0 || Align == '=' || Type is not ('\0' or 's')) throw run.Fail("the format of a text has parts that only numbers have.");
            return (this with { Align = Align == 0 ? '<' : Align }).Text(run, text);
        }
        var number = TemplateValues.Number(value) ?? throw run.Fail($"{TemplateValues.TypeName(value)} has no format but the empty one.");
        var type = Type != 0 ? Type : number is long ? 'd' : 'r';
        if (number is double && type is 'd' or 'x' or 'X' or 'o' or 'b') throw run.Fail($"the format '{type}' needs a whole number.");
        if (type is not ('d' or 'x' or 'X' or 'o' or 'b' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' or 'r')) throw run.Fail($"the format '{type}' of {TemplateValues.TypeName(value)} is not supported here.");
        return (this with { Align = Align == 0 ? '>' : Align }).Number(run, number, type, precisionOfWhole: false);
    }

    public MarkedText Text(TemplateRun run, MarkedText text)
    {
        if (Precision is { } most) text = (MarkedText)TemplateMembers.Slice(run, text, null, most, null)!;
        return TemplateMethods.Pad(run, text, Width, Fill, Align);
    }

    /// <param name="run">The rendering.</param>
    /// <param name="number">A long or a double.</param>
    /// <param name="type">d, x, o, b, e, f, g, % or r (the shortest digits), in either case.</param>
    /// <param name="precisionOfWhole">Whether a whole number's precision is how many digits it has at least (%), or is refused (format).</param>
    public MarkedText Number(TemplateRun run, object number, char type, bool precisionOfWhole)
    {
        if (Precision > MaxPrecision) throw run.Fail($"a format has more than {MaxPrecision:N0} digits.");
        var precision = (int?)Precision;
        run.Charge(400 + (precision ?? 0)); // the digits of the largest double, and what is calculated for them
        var whole = type is 'd' or 'x' or 'X' or 'o' or 'b';
        if (whole && precision is not null && !precisionOfWhole) throw run.Fail("a whole number's format has no precision.");
        if (Alternate && (!whole || precision is not null)) throw run.Fail("'#' in the format of such a number is not supported here.");
        if (Grouping != 0 && (Zero || type is not ('d' or 'f' or 'F') || Grouping is not (',' or '_'))) throw run.Fail($"'{Grouping}' in such a format is not supported here.");
        var (negative, digits) = whole ? Whole((long)number, type, precision ?? 0) : Real(run, Convert.ToDouble(number), type, precision);
        var finite = whole || double.IsFinite(Convert.ToDouble(number));
        if (Grouping != 0 && finite) digits = Grouped(digits, Grouping);
        var prefix = Alternate && type != 'd' ? $"0{type}" : "";
        var text = (negative ? "-" : Sign is '+' or ' ' ? Sign.ToString() : "") + prefix;
        // Zeros stand behind the sign and the prefix.
        if (Zero && (finite || !precisionOfWhole)) digits = TemplateMethods.Pad(run, MarkedText.FromTemplate(digits), Width - text.Length, MarkedText.FromTemplate("0"), '>').Value;
        if (Align != '=') return TemplateMethods.Pad(run, MarkedText.FromTemplate(text + digits), Width, Zero ? MarkedText.FromTemplate(" ") : Fill, Align);
        return MarkedText.FromTemplate(text) + TemplateMethods.Pad(run, MarkedText.FromTemplate(digits), Width - text.Length, Fill, '>');
    }

    private static (bool, string) Whole(long number, char type, int least)
    {
        var magnitude = number < 0 ? (ulong)-(number + 1) + 1 : (ulong)number;
        var digits = type switch
        {
            'x' => magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => magnitude.ToString("X", CultureInfo.InvariantCulture),
            'b' => magnitude.ToString("b", CultureInfo.InvariantCulture),
            'o' => Octal(magnitude),
            _ => magnitude.ToString(CultureInfo.InvariantCulture),
        };
        return (number < 0, digits.PadLeft(least, '0'));
    }

    private static string Octal(ulong number) => number < 8 ? $"{number}" : Octal(number >> 3) + $"{number & 7}";

    private static (bool, string) Real(TemplateRun run, double number, char type, int? precision)
    {
        if (type == 'r' && precision is not null) throw run.Fail("a precision without 'f', 'e' or 'g' is not supported here.");
        if (type == '%') number *= 100;
        var negative = double.IsNegative(number) && !double.IsNaN(number);
        if (!double.IsFinite(number))
        {
            var name = double.IsNaN(number) ? "nan" : "inf";
            return (negative, (char.IsUpper(type) ? name.ToUpperInvariant() : name) + (type == '%' ? "%" : ""));
        }
        return (negative, type switch
        {
            'r' => PythonNumbers.Repr(Math.Abs(number)),
            '%' => PythonNumbers.Format(number, 'f', precision ?? 6) + "%",
            _ => PythonNumbers.Format(number, type, precision ?? 6),
        });
    }

    private static string Grouped(string digits, char separator)
    {
        var end = digits.IndexOf('.') is >= 0 and var point ? point : digits.Length;
        for (var i = end - 3; i > 0; i -= 3) digits = digits.Insert(i, separator.ToString());
        return digits;
    }

    [GeneratedRegex(@"\A(?:(?<fill>[\uD800-\uDBFF][\uDC00-\uDFFF]|[\s\S])?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>#)?(?<zero>0)?(?<width>[0-9]+)?(?<grouping>[,_])?(?:\.(?<precision>[0-9]+))?(?<type>[a-zA-Z%])?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
