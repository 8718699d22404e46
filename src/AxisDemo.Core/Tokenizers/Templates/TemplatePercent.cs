namespace AxisDemo.Tokenizers.Templates;

/// <summary>Python's formatting with <c>%</c>, which is also the filter <c>format</c>.</summary>
internal static class TemplatePercent
{
    /// <summary>As the filter: the arguments by their places or by their names, not both.</summary>
    public static MarkedText Format(TemplateRun run, MarkedText format, Arguments arguments)
    {
        if (arguments.Named.Count == 0) return Format(run, format, new TemplateTuple(arguments.Positional));
        if (arguments.Positional.Count > 0) throw run.Fail("the filter 'format' takes arguments by their places or by their names, not both.");
        var map = new TemplateMap();
        foreach (var (name, value) in arguments.Named) map[name] = value;
        return Format(run, format, map);
    }

    /// <summary>As the operator: a tuple is several arguments, everything else is one.</summary>
    public static MarkedText Format(TemplateRun run, MarkedText format, object? arguments)
    {
        if (format.IsSafe) throw run.Fail("the operator % of a text that is safe or escaped is not supported here.");
        return new Reader(run, format, arguments).Read();
    }

    private sealed class Reader(TemplateRun run, MarkedText format, object? arguments)
    {
        private readonly string _text = format.Value;
        private readonly MarkedText.Builder _to = new();
        private int _at;
        private int _used;

        public MarkedText Read()
        {
            while (_at < _text.Length)
            {
                var next = _text.IndexOf('%', _at) is >= 0 and var found ? found : _text.Length;
                Add(format.Slice(_at, next - _at));
                _at = next + 1;
                if (next < _text.Length) Field();
            }
            // A mapping, or a list, may go unused.
            if (arguments is TemplateTuple several ? _used < several.Count : _used == 0 && arguments is not (List<object?> or TemplateMap or Undefined))
                throw run.Fail("not all arguments of the format are used.");
            return _to.ToText();
        }

        private void Field()
        {
            object? named = Given.Missing;
            if (Peek() == '(')
            {
                var end = _text.IndexOf(')', _at) is >= 0 and var close ? close : throw run.Fail("a format's '%(' is not closed.");
                var name = format.Slice(_at + 1, end - _at - 1);
                if (name.Value.Contains('(')) throw run.Fail("a format's name with brackets inside is not supported here.");
                if (arguments is not TemplateMap map) throw run.Fail("a format with names needs a mapping.");
                if (!map.TryGetValue(name, out named)) throw run.Fail($"the format's '{name}' is not given.");
                _used++;
                _at = end + 1;
            }
            var spec = new FormatSpec { Fill = MarkedText.FromTemplate(" "), Align = '>' };
            for (; Peek() is '#' or '0' or '-' or ' ' or '+'; _at++)
                spec = Peek() switch
                {
                    '-' => spec with { Align = '<' },
                    '0' => spec with { Zero = true },
                    '#' => spec with { Alternate = true },
                    '+' => spec with { Sign = '+' },
                    _ => spec.Sign == '+' ? spec : spec with { Sign = ' ' },
                };
            var width = Number(named) ?? 0;
            if (width is < -int.MaxValue or > int.MaxValue) throw run.Fail("a format's width is too large.");
            spec = spec with { Width = Math.Abs(width), Align = width < 0 ? '<' : spec.Align };
            if (Peek() == '.')
            {
                _at++;
                spec = spec with { Precision = Math.Max(Number(named) ?? 0, 0) };
            }
            while (Peek() is 'h' or 'l' or 'L') _at++;
            var type = Peek();
            _at++;
            if (type == '%')
            {
                if (_text[_at - 2] != '%') throw run.Fail("'%' with a width or a name is not supported here.");
                Add(format.Slice(_at - 1, 1));
                return;
            }
            Add(Write(type, spec, named != Given.Missing ? named : NextArgument()));
        }

        private MarkedText Write(char type, FormatSpec spec, object? value)
        {
            switch (type)
            {
                case 's' or 'r':
                    return spec.Text(run, type == 's' ? TemplateValues.Text(value, run) : TemplateValues.Repr(value, run));
                case 'c' when value is MarkedText c && PythonText.Length(c.Value) == 1:
                    return (spec with { Precision = null }).Text(run, c);
                case 'd' or 'i' or 'u' when TemplateValues.Number(value) is double d:
                    if (!(Math.Abs(d) < 9223372036854775808.0)) throw run.Fail("a number grows beyond 64 bits.");
                    value = (long)d;
                    break;
            }
            if (type is not ('d' or 'i' or 'u' or 'x' or 'X' or 'o' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G'))
                throw run.Fail(type == 0 ? "a format ends in '%'." : $"the format '%{type}' of {TemplateValues.TypeName(value)} is not supported here.");
            var number = TemplateValues.Number(value) ?? throw run.Fail($"'%{type}' needs a number, not {TemplateValues.TypeName(value)}.");
            if (type is 'x' or 'X' or 'o' && number is double) throw run.Fail($"'%{type}' needs a whole number.");
            if (spec.Align == '<') spec = spec with { Zero = false };
            return spec.Number(run, number, type is 'i' or 'u' ? 'd' : type, precisionOfWhole: true);
        }

        // A number in the format, or '*': the next argument is the number.
        private long? Number(object? named)
        {
            if (Peek() == '*')
            {
                _at++;
                return named == Given.Missing && NextArgument() is long given ? given : throw run.Fail("a format's '*' needs a whole number.");
            }
            var start = _at;
            while (char.IsAsciiDigit(Peek())) _at++;
            return start == _at ? null : long.TryParse(_text.AsSpan(start, _at - start), out var n) ? n : throw run.Fail("a format's width is too large.");
        }

        private object? NextArgument()
        {
            if (arguments is TemplateTuple several) return _used < several.Count ? several[_used++] : throw run.Fail("the format needs more arguments.");
            return _used++ == 0 ? arguments : throw run.Fail("the format needs more arguments.");
        }

        private char Peek() => _at < _text.Length ? _text[_at] : '\0';

        private void Add(MarkedText text)
        {
            run.Charge(text.Value.Length, _to.Length + text.Value.Length);
            _to.Append(text);
        }
    }
}
