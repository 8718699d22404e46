namespace AxisDemo.Tokenizers.Templates;

/// <summary>Reads statements.</summary>
internal sealed class TemplateParser(List<TemplateToken> tokens, string source) : ExpressionParser(tokens, source)
{
    private int _loops;

    public static Block Parse(string template, string source)
    {
        var parser = new TemplateParser(TemplateLexer.Read(template, source), source);
        return parser.Body([]);
    }

    // Up to one of the closing names, which stays unread behind its "{%".
    private Block Body(ReadOnlySpan<string> closing)
    {
        Deeper();
        var line = Current.Line;
        var body = new List<Statement>();
        while (true)
        {
            var token = Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Print(token.Line, new Constant(token.Line, MarkedText.FromTemplate(token.Text))));
                    break;
                case TokenKind.PrintBegin:
                    body.Add(new Print(token.Line, Tuple()));
                    Expect(TokenKind.PrintEnd);
                    break;
                case TokenKind.BlockBegin when Current.Kind == TokenKind.Name && closing.Contains(Current.Text):
                    return new(line, body);
                case TokenKind.BlockBegin:
                    body.Add(Statement());
                    break;
                default:
                    if (closing.Length > 0) throw Fail($"'{closing[^1]}' is missing.");
                    return new(line, body);
            }
        }
    }

    private Block Closed(string end)
    {
        Expect(TokenKind.BlockEnd);
        var body = Body([end]);
        Next();
        return body;
    }

    private Statement Statement()
    {
        var line = Current.Line;
        var name = ExpectName();
        Statement statement = name switch
        {
            "if" => If(line),
            "for" => For(line),
            "set" => Set(line),
            "macro" => Macro(line),
            "break" when _loops > 0 => new Jump(line, Flow.Break),
            "continue" when _loops > 0 => new Jump(line, Flow.Continue),
            "generation" => Closed("endgeneration"), // marks an answer for training; its text is text
            "filter" => FilterBlock(line),
            _ => throw Fail($"the tag '{name}' is not supported here."),
        };
        Expect(TokenKind.BlockEnd);
        return statement;
    }

    private If If(int line)
    {
        var condition = Tuple();
        Expect(TokenKind.BlockEnd);
        var then = Body(["elif", "else", "endif"]);
        var closing = Next();
        if (closing.Text == "elif")
        {
            Deeper();
            return new(line, condition, then, If(closing.Line));
        }
        return new(line, condition, then, closing.Text == "else" ? Closed("endif") : null);
    }

    private For For(int line)
    {
        var names = Names();
        Expect("in");
        var items = Or();
        // A choice without else would read the loop's own "if"; with commas it is a list.
        if (IsOperator(","))
        {
            var list = new List<Expression> { items };
            while (Skip(",")) list.Add(Or());
            items = new ListOf(line, list);
        }
        var condition = Skip("if") ? Expression() : null;
        if (IsName("recursive")) throw Fail("recursive loops are not supported.");
        Expect(TokenKind.BlockEnd);
        _loops++;
        var body = Body(["else", "endfor"]);
        _loops--;
        return new(line, names, items, condition, body, Next().Text == "else" ? Closed("endfor") : null);
    }

    private List<string> Names()
    {
        var parenthesis = Skip("(");
        var names = new List<string> { ExpectName() };
        while (Skip(",")) names.Add(ExpectName());
        if (parenthesis) Expect(")");
        return names;
    }

    private Statement Set(int line)
    {
        var names = Names();
        if (names.Count == 1 && Skip("."))
        {
            var member = ExpectName();
            Expect("=");
            return new AssignMember(line, names[0], member, Tuple());
        }
        if (Skip("=")) return new Assign(line, names, Tuple());
        if (names.Count > 1) throw Fail("'=' is expected.");
        var filters = Filters();
        return new AssignBlock(line, names[0], filters, Closed("endset"));
    }

    private AssignBlock FilterBlock(int line)
    {
        var filters = new List<Filtered> { Filter(null) };
        filters.AddRange(Filters());
        return new(line, null, filters, Closed("endfilter"));
    }

    private List<Filtered> Filters()
    {
        var filters = new List<Filtered>();
        while (Skip("|")) filters.Add(Filter(null));
        return filters;
    }

    private Macro Macro(int line)
    {
        var name = ExpectName();
        var parameters = new List<(string, Expression?)>();
        Expect("(");
        while (!Skip(")"))
        {
            if (parameters.Count > 0) Expect(",");
            var parameter = ExpectName();
            parameters.Add((parameter, Skip("=") ? Expression() : null));
        }
        var loops = _loops;
        _loops = 0; // a macro's body is not inside the loop it is written in
        var body = Closed("endmacro");
        _loops = loops;
        return new(line, name, parameters, body);
    }
}
