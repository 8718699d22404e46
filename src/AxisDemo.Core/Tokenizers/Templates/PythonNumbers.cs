using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>How Python reads, rounds and writes numbers.</summary>
internal static partial class PythonNumbers
{
    /// <summary>The shortest digits that give the number again, laid out as <c>repr</c> does.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var point = parts[0].IndexOf('.') is >= 0 and var at ? at : parts[0].Length;
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var exponent = (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0) + point - 1 - (all.Length - digits.Length);
        digits = digits.TrimEnd('0');
        var sign = double.IsNegative(value) ? "-" : "";
        if (digits.Length == 0) return sign + "0.0";
        return sign + (exponent is < -4 or >= 16 ? Scientific(digits, exponent, 'e') : Positional(digits, exponent));
    }

    private static string Positional(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1 ? digits.PadRight(exponent + 1, '0') + ".0" : digits.Insert(exponent + 1, ".");
    }

    private static string Scientific(string digits, int exponent, char e) =>
        $"{(digits.Length > 1 ? digits.Insert(1, ".") : digits)}{e}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";

    /// <summary>A finite number without its sign, as the formats e, f and g write it.</summary>
    public static string Format(double value, char type, int precision)
    {
        value = Math.Abs(value);
        var lower = char.ToLowerInvariant(type);
        if (lower == 'f') return Fixed(value, precision);
        if (lower == 'g') precision = Math.Max(precision, 1) - 1;
        var exponent = value == 0 ? 0 : (int)Math.Floor(Math.Log10(value));
        var digits = Scaled(value, precision - exponent).ToString(CultureInfo.InvariantCulture);
        // The logarithm, or rounding, can be one off.
        if (value > 0 && digits.Length < precision + 1) digits = Scaled(value, precision - --exponent).ToString(CultureInfo.InvariantCulture);
        if (digits.Length > precision + 1) digits = Scaled(value, precision - ++exponent).ToString(CultureInfo.InvariantCulture);
        digits = digits.PadRight(precision + 1, '0');
        var e = char.IsUpper(type) ? 'E' : 'e';
        if (lower == 'e') return Scientific(digits, exponent, e);
        if (exponent < -4 || exponent > precision) return Scientific(digits.TrimEnd('0') is { Length: > 0 } short_ ? short_ : "0", exponent, e);
        var text = Fixed(value, precision - exponent);
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    private static string Fixed(double value, int precision)
    {
        var digits = Scaled(value, precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        return precision == 0 ? digits : digits.Insert(digits.Length - precision, ".");
    }

    /// <summary><c>round</c> of a number with a fraction: exact, a half goes to the even side.</summary>
    public static double Round(double value, long places)
    {
        if (!double.IsFinite(value) || value == 0 || places > 330) return value;
        if (places < -310) return value * 0;
        var rounded = double.Parse($"{Scaled(Math.Abs(value), (int)places)}e{-places}", CultureInfo.InvariantCulture);
        return value < 0 ? -rounded : rounded;
    }

    // value * 10^power, to the nearest whole number; a half goes to the even one.
    private static BigInteger Scaled(double value, int power)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) & 0x7ff;
        BigInteger top = (bits & ((1L << 52) - 1)) | (exponent > 0 ? 1L << 52 : 0), bottom = BigInteger.One;
        var shift = Math.Max(exponent, 1) - 1075;
        if (shift > 0) top <<= shift;
        else bottom <<= -shift;
        if (power > 0) top *= BigInteger.Pow(10, power);
        else bottom *= BigInteger.Pow(10, -power);
        return Nearest(top, bottom);
    }

    /// <summary>The quotient of two numbers, the lower one positive, to the nearest whole number; a half goes to the even one.</summary>
    public static BigInteger Nearest(BigInteger top, BigInteger bottom)
    {
        var quotient = BigInteger.DivRem(top, bottom, out var rest);
        var half = (BigInteger.Abs(rest) * 2).CompareTo(bottom);
        return half > 0 || half == 0 && !quotient.IsEven ? quotient + (top.Sign < 0 ? -1 : 1) : quotient;
    }

    /// <summary><c>int(text, base)</c>; null where the text is no number.</summary>
    /// <exception cref="OverflowException">It has more than 64 bits.</exception>
    public static long? ParseWhole(string text, int radix)
    {
        var (value, negative) = (Digits(text), false);
        if (value.Length > 0 && value[0] is '+' or '-') (negative, value) = (value[0] == '-', value[1..]);
        if (value.Length > 1 && value[0] == '0')
        {
            var marked = char.ToLowerInvariant(value[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
            if (marked > 0 && radix == 0 || marked == radix && marked > 0)
            {
                (radix, value) = (marked, value[2..]);
                if (value.StartsWith('_')) value = value[1..];
            }
            else if (radix == 0 && value.Any(c => c is not ('0' or '_'))) return null;
        }
        if (radix == 0) radix = 10;
        if (value.Length == 0 || value[0] == '_' || value[^1] == '_' || value.Contains("__", StringComparison.Ordinal)) return null;
        long number = 0;
        var overflows = false;
        foreach (var c in value)
        {
            if (c == '_') continue;
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= radix) return null;
            try
            {
                if (!overflows) number = checked(number * radix + (negative ? -digit : digit));
            }
            catch (OverflowException)
            {
                overflows = true; // if the rest is no number, the whole is none
            }
        }
        return overflows ? throw new OverflowException() : number;
    }

    /// <summary><c>float(text)</c>; null where the text is no number.</summary>
    public static double? ParseReal(string text)
    {
        var value = Digits(text);
        if (Special().Match(value) is { Success: true } special)
            return special.Groups[2].Success ? double.NaN : special.Groups[1].Value == "-" ? double.NegativeInfinity : double.PositiveInfinity;
        return Real().IsMatch(value) ? double.Parse(value.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture) : null;
    }

    // Without the white space around, and decimal digits of every script as 0 to 9.
    private static string Digits(string text)
    {
        var value = PythonText.Strip(MarkedText.FromTemplate(text), null, left: true, right: true).Value;
        return System.Text.Ascii.IsValid(value) ? value
            : string.Concat(value.EnumerateRunes().Select(r => PythonText.IsDecimal(r) ? CharUnicodeInfo.GetDecimalDigitValue(r.ToString(), 0).ToString(CultureInfo.InvariantCulture) : r.ToString()));
    }

    [GeneratedRegex(@"\A([+-]?)(?:inf(?:inity)?|(nan))\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Special();

    [GeneratedRegex(@"\A[+-]?([0-9](_?[0-9])*\.?([0-9](_?[0-9])*)?|\.[0-9](_?[0-9])*)([eE][+-]?[0-9](_?[0-9])*)?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Real();
}
