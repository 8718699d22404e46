using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers.Templates;

internal enum TokenKind { Data, PrintBegin, PrintEnd, BlockBegin, BlockEnd, Name, Text, Integer, Float, Operator, End }

internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Line);

/// <summary>
/// Cuts a template into tokens, with the white-space rules chat templates are written for: a block's newline after it
/// (<c>trim_blocks</c>) and the indentation before it (<c>lstrip_blocks</c>) belong to the block, <c>-</c> eats all white space on
/// its side, and one newline at the very end is dropped.
/// </summary>
internal sealed partial class TemplateLexer
{
    private static readonly string[] s_operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ":", "|", ",", ";", "(", ")", "[", "]", "{", "}"];

    private readonly string _text;
    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _counted;

    private TemplateLexer(string text, string source)
    {
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _text = text.EndsWith('\n') ? text[..^1] : text;
        _source = source;
    }

    public static List<TemplateToken> Read(string template, string source)
    {
        var lexer = new TemplateLexer(template, source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        var atLineStart = true;
        while (_at < _text.Length)
        {
            var tag = NextTag(_at);
            if (tag < 0)
            {
                Add(TokenKind.Data, _text[_at..]);
                _at = _text.Length;
                break;
            }
            var begin = _text[tag + 1];
            var sign = tag + 2 < _text.Length ? _text[tag + 2] : ' ';
            Add(TokenKind.Data, Before(_text[_at..tag], begin, sign, atLineStart));
            _at = tag + (sign is '-' or '+' ? 3 : 2);
            if (begin == '#') Comment();
            else if (begin == '%' && RawLength() is > 0 and var raw) Raw(raw);
            else Tag(begin == '{');
            atLineStart = _text[_at - 1] == '\n';
        }
        Add(TokenKind.End, "");
    }

    private int NextTag(int from)
    {
        for (var i = _text.IndexOf('{', from); i >= 0 && i + 1 < _text.Length; i = _text.IndexOf('{', i + 1))
            if (_text[i + 1] is '{' or '%' or '#') return i;
        return -1;
    }

    private static string Before(string data, char begin, char sign, bool atLineStart)
    {
        if (sign == '-') return data[..PythonText.TrimmedEnd(data)];
        if (sign == '+' || begin == '{') return data;
        var line = data.LastIndexOf('\n') + 1;
        return (line > 0 || atLineStart) && PythonText.IsBlank(data.AsSpan(line)) ? data[..line] : data;
    }

    private void Comment()
    {
        var end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0) throw Fail("a comment {# is not closed.");
        var sign = end > _at ? _text[end - 1] : ' ';
        _at = end + 2;
        After(sign, newline: true);
    }

    private int RawLength()
    {
        var i = Skip(_at);
        if (!_text.AsSpan(i).StartsWith("raw")) return 0;
        i = Skip(i + 3);
        if (_text.AsSpan(i).StartsWith("-%}")) return Skip(i + 3) - _at;
        return _text.AsSpan(i).StartsWith("%}") ? i + 2 - _at : 0;
    }

    private void Raw(int length)
    {
        _at += length;
        for (var end = _text.IndexOf("{%", _at, StringComparison.Ordinal); end >= 0; end = _text.IndexOf("{%", end + 2, StringComparison.Ordinal))
        {
            var sign = end + 2 < _text.Length ? _text[end + 2] : ' ';
            var i = Skip(end + (sign is '-' or '+' ? 3 : 2));
            if (!_text.AsSpan(i).StartsWith("endraw")) continue;
            i = Skip(i + 6);
            var closing = _text.AsSpan(i).StartsWith("-") || _text.AsSpan(i).StartsWith("+") ? _text[i++] : ' ';
            if (!_text.AsSpan(i).StartsWith("%}")) continue;
            Add(TokenKind.Data, Before(_text[_at..end], '%', sign, atLineStart: false));
            _at = i + 2;
            After(closing, newline: true);
            return;
        }
        throw Fail("{% raw %} is not closed.");
    }

    private void Tag(bool print)
    {
        Add(print ? TokenKind.PrintBegin : TokenKind.BlockBegin, "");
        var (close, end) = print ? ("}}", TokenKind.PrintEnd) : ("%}", TokenKind.BlockEnd);
        var depth = 0;
        while (true)
        {
            _at = Skip(_at);
            if (_at >= _text.Length) throw Fail($"a tag is not closed with {close}");
            var rest = _text.AsSpan(_at);
            // A brace of a dictionary closes before the tag does.
            if (depth == 0 && (rest.StartsWith(close) || rest[0] == '-' && rest[1..].StartsWith(close) || !print && rest[0] == '+' && rest[1..].StartsWith(close)))
            {
                var sign = rest[0];
                Add(end, "");
                _at += rest.StartsWith(close) ? 2 : 3;
                After(sign, newline: !print);
                return;
            }
            var c = rest[0];
            if (c is '\'' or '"') Quoted(c);
            else if (char.IsAsciiDigit(c)) Number();
            else if (c == '_' || char.IsLetter(c)) Add(TokenKind.Name, Take(ch => ch == '_' || char.IsLetterOrDigit(ch)));
            else
            {
                var op = Array.Find(s_operators, o => _text.AsSpan(_at).StartsWith(o)) ?? throw Fail($"unexpected character '{c}'.");
                if (op is "(" or "[" or "{") depth++;
                if (op is ")" or "]" or "}") depth--;
                if (depth < 0) throw Fail($"unexpected '{op}'.");
                Add(TokenKind.Operator, op);
                _at += op.Length;
            }
        }
    }

    private void After(char sign, bool newline)
    {
        if (sign == '-') _at = Skip(_at);
        else if (sign != '+' && newline && _at < _text.Length && _text[_at] == '\n') _at++;
    }

    private void Number()
    {
        var real = Real().Match(_text, _at);
        var number = real.Success ? real : Whole().Match(_text, _at);
        try
        {
            if (number.Length == 0 || (real.Success ? PythonNumbers.ParseReal(real.Value) is null : PythonNumbers.ParseWhole(number.Value, 0) is null)) throw Fail("a number is expected.");
        }
        catch (OverflowException)
        {
            throw Fail($"'{number.Value}' is no number this interpreter can hold: it has more than 64 bits.");
        }
        Add(real.Success ? TokenKind.Float : TokenKind.Integer, number.Value);
        _at += number.Length;
    }

    [GeneratedRegex(@"\G(?<!\.)([0-9]+_)*[0-9]+((\.([0-9]+_)*[0-9]+)?[eE][+\-]?([0-9]+_)*[0-9]+|\.([0-9]+_)*[0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Real();

    [GeneratedRegex(@"\G(0[bB](_?[0-1])+|0[oO](_?[0-7])+|0[xX](_?[0-9a-fA-F])+|[1-9](_?[0-9])*|0(_?0)*)", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    private void Quoted(char quote)
    {
        var value = new StringBuilder();
        for (var i = _at + 1; i < _text.Length; i++)
        {
            if (_text[i] == quote)
            {
                Add(TokenKind.Text, value.ToString());
                _at = i + 1;
                return;
            }
            if (_text[i] == '\\' && i + 1 < _text.Length) i = Escape(i + 1, value);
            else value.Append(_text[i]);
        }
        throw Fail("a quoted text is not closed.");
    }

    // Python's escapes; an unknown one keeps its backslash. Returns the last index used.
    private int Escape(int i, StringBuilder to)
    {
        const string names = "abfnrtv\\'\"", values = "\a\b\f\n\r\t\v\\'\"";
        var c = _text[i];
        if (names.IndexOf(c) is >= 0 and var known)
        {
            to.Append(values[known]);
            return i;
        }
        if (c == '\n') return i;
        if (c is 'x' or 'u' or 'U')
        {
            var digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
            if (i + digits >= _text.Length || !uint.TryParse(_text.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || point > 0x10ffff)
                throw Fail($"a text has '\\{c}' without its {digits} digits.");
            to.Append(point < 0x10000 ? ((char)point).ToString() : char.ConvertFromUtf32((int)point));
            return i + digits;
        }
        if (c == 'N') throw Fail("characters by name ('\\N') are not supported here.");
        if (c > '~') throw Fail("a backslash before such a character is not supported here.");
        if (c is >= '0' and <= '7')
        {
            var (value, end) = (0, i);
            while (end < _text.Length && end < i + 3 && _text[end] is >= '0' and <= '7') value = value * 8 + _text[end++] - '0';
            to.Append((char)value);
            return end - 1;
        }
        to.Append('\\').Append(c);
        return i;
    }

    private string Take(Func<char, bool> accepts)
    {
        var start = _at;
        while (_at < _text.Length && accepts(_text[_at])) _at++;
        return _text[start.._at];
    }

    private int Skip(int at)
    {
        while (at < _text.Length && PythonText.IsSpace(_text[at])) at++;
        return at;
    }

    private void Add(TokenKind kind, string text)
    {
        while (_counted < _at) if (_text[_counted++] == '\n') _line++;
        if (kind != TokenKind.Data || text.Length > 0) _tokens.Add(new(kind, text, _line));
    }

    private InputException Fail(string fault)
    {
        while (_counted < Math.Min(_at, _text.Length)) if (_text[_counted++] == '\n') _line++;
        return new(_source, $"chat template, line {_line}", fault);
    }
}
