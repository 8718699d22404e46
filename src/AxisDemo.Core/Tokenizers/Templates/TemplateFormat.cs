namespace AxisDemo.Tokenizers.Templates;

/// <summary>The method <c>format</c> of texts: <c>'{} {0[key]} {name:>8}'</c>. The letters stay whose they were.</summary>
internal static class TemplateFormat
{
    public static MarkedText Format(TemplateRun run, MarkedText format, Arguments arguments)
    {
        var to = new MarkedText.Builder();
        var (text, counted, placed) = (format.Value, 0, false);
        void Add(MarkedText part)
        {
            run.Charge(part.Value.Length, to.Length + part.Value.Length);
            to.Append(part);
        }
        for (var at = 0; at < text.Length;)
        {
            var brace = text.AsSpan(at).IndexOfAny('{', '}') is >= 0 and var found ? at + found : text.Length;
            Add(format.Slice(at, brace - at));
            if (brace == text.Length) break;
            at = brace + 2;
            if (at <= text.Length && text[brace + 1] == text[brace])
            {
                Add(format.Slice(brace, 1)); // {{ and }} are the braces themselves
                continue;
            }
            if (text[brace] == '}') throw run.Fail("a format has a '}' without '{'.");
            var end = text.IndexOf('}', brace);
            if (end < 0) throw run.Fail("a format's '{' is not closed.");
            if (text.AsSpan(brace + 1, end - brace - 1).Contains('{')) throw run.Fail("a field in a format's field is not supported here.");
            at = end + 1;
            Add(Field(format.Slice(brace + 1, end - brace - 1)));
        }
        return to.ToText();

        MarkedText Field(MarkedText field)
        {
            var colon = field.Value.IndexOf(':') is >= 0 and var c ? c : field.Value.Length;
            var name = field.Value[..colon];
            var spec = field.Slice(Math.Min(colon + 1, field.Value.Length), Math.Max(field.Value.Length - colon - 1, 0));
            var conversion = name.IndexOf('!') is >= 0 and var mark ? name[(mark + 1)..] : "";
            if (conversion.Length > 0 || name.EndsWith('!')) name = name[..name.IndexOf('!')];
            else conversion = "none";
            var value = Look(name);
            value = conversion switch
            {
                "none" => value,
                "s" => TemplateValues.Text(value, run),
                "r" => TemplateValues.Repr(value, run),
                _ => throw run.Fail($"the conversion '!{conversion}' in a format is not supported here."),
            };
            return spec.Value.Length == 0 ? TemplateValues.Text(value, run) : FormatSpec.Parse(run, spec).Value(run, value);
        }

        object? Look(string name)
        {
            var end = name.AsSpan().IndexOfAny('.', '[') is >= 0 and var first ? first : name.Length;
            var value = Argument(name[..end]);
            while (end < name.Length)
            {
                var inBrackets = name[end] == '[';
                var start = end + 1;
                end = inBrackets ? name.IndexOf(']', start) : name.AsSpan(start).IndexOfAny('.', '[') is >= 0 and var next ? start + next : name.Length;
                if (end <= start) throw run.Fail($"the format's field '{name}' is not supported here.");
                var key = name[start..end];
                value = !inBrackets ? TemplateMembers.Attribute(run, value, key)
                    : TemplateMembers.Item(run, value, long.TryParse(key, out var place) && char.IsAsciiDigit(key[0]) ? place : MarkedText.FromTemplate(key));
                if (inBrackets && ++end < name.Length && name[end] is not ('.' or '[')) throw run.Fail($"the format's field '{name}' is not supported here.");
            }
            return value;
        }

        object? Argument(string name)
        {
            if (name.Length > 0 && !char.IsAsciiDigit(name[0]))
                return arguments.Named.TryGetValue(name, out var named) ? named : throw run.Fail($"the format's '{name}' is not given.");
            if (name.Length == 0 ? placed : counted > 0) throw run.Fail("a format has fields with numbers and fields without.");
            placed = name.Length > 0;
            if (!int.TryParse(name.Length > 0 ? name : $"{counted++}", out var at) || at >= arguments.Positional.Count) throw run.Fail("the format needs more arguments.");
            return arguments.Positional[at];
        }
    }
}
