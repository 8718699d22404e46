namespace AxisDemo.Tokenizers.Templates;

/// <summary>Reads statements.</summary>
internal sealed class TemplateParser(List<TemplateToken> tokens, string source) : ExpressionParser(tokens, source)
{
    private int _loops;

    public static Block Parse(string template, string source, out Frame frame)
    {
        var parser = new TemplateParser(TemplateLexer.Read(template, source), source);
        frame = parser.Names;
        var body = parser.Body([]);
        parser.RefuseUnknown();
        return body;
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
            "with" => With(line),
            "macro" => Macro(line),
            "call" => CallBlock(line),
            "break" when _loops > 0 => new Jump(line, Flow.Break),
            "continue" when _loops > 0 => new Jump(line, Flow.Continue),
            "generation" => Generation(line),
            "filter" => FilterBlock(line),
            _ => throw Fail($"the tag '{name}' is not supported here."),
        };
        Expect(TokenKind.BlockEnd);
        return statement;
    }

    private If If(int line)
    {
        var unknown = UnknownCount;
        Names.Branch(1);
        var condition = Tuple(Or);
        Expect(TokenKind.BlockEnd);
        var then = Body(["elif", "else", "endif"]);
        var closing = Next();
        Statement? otherwise = null;
        if (closing.Text == "elif")
        {
            Deeper();
            otherwise = If(closing.Line);
        }
        else if (closing.Text == "else") otherwise = Closed("endif");
        Names.Branch(-1);
        ForgetUnknown(unknown);
        return new(line, condition, then, otherwise);
    }

    private For For(int line)
    {
        var names = new Frame(Names);
        var target = Target(name =>
        {
            if (name == "loop") throw Fail("'loop' is the loop itself.");
            names.Declares(name);
        });
        Expect("in");
        var items = Tuple(Or);
        names.Declares("loop");
        var condition = Skip("if") ? Inside(new Frame(names), Expression) : null;
        var recursive = Skip("recursive");
        Expect(TokenKind.BlockEnd);
        _loops++;
        var body = Inside(names, () => Body(["else", "endfor"]));
        _loops--;
        return new(line, target, items, condition, recursive, names, body, Next().Text == "else" ? Scope("endfor") : null);
    }

    // One name or several, in parentheses or not; each is told to the frame.
    private Target Target(Action<string> declare, bool spaces = false)
    {
        var first = TargetPart(declare, spaces);
        if (!IsOperator(",")) return first;
        var parts = new List<Target> { first };
        while (Skip(",") && !IsName("in") && !IsOperator(")")) parts.Add(TargetPart(declare, spaces));
        return new TupleTarget(parts);
    }

    private Target TargetPart(Action<string> declare, bool spaces)
    {
        Deeper();
        if (Skip("("))
        {
            var inner = Target(declare, spaces);
            Expect(")");
            return inner;
        }
        var name = ExpectName();
        if (name is "true" or "false" or "none" or "True" or "False" or "None") throw Fail($"'{name}' cannot be written to.");
        if (spaces && Skip("."))
        {
            Names.Reads(name);
            return new MemberTarget(name, ExpectName());
        }
        declare(name);
        return new NameTarget(name);
    }

    private Statement Set(int line)
    {
        var names = new List<string>();
        var target = Target(names.Add, spaces: true);
        var value = Skip("=") ? Tuple() : null;
        names.ForEach(Names.Sets); // what is on the right is read first
        if (value is not null) return new Assign(line, target, value);
        var inside = new Frame(Names);
        var filters = Inside(inside, Filters);
        return new AssignBlock(line, target, filters, Wrapped(line, inside, "endset"));
    }

    private AssignBlock FilterBlock(int line)
    {
        var filters = new List<Filtered> { Filter(null) };
        filters.AddRange(Filters());
        return new(line, null, filters, Wrapped(line, new Frame(Names), "endfilter"));
    }

    private Block Wrapped(int line, Frame inside, string end) => new(line, [new Scoped(line, inside, Scoped.NoNames, Inside(inside, () => Closed(end)))]);

    private Scoped Scope(string end)
    {
        var (line, inside) = (Current.Line, new Frame(Names));
        return new(line, inside, Scoped.NoNames, Inside(inside, () => Closed(end)));
    }

    private Generated Generation(int line) => new(line, MacroBody("generation", new Frame(Names), [], "endgeneration"));

    private Scoped With(int line)
    {
        var inside = new Frame(Names);
        var names = new List<(Target, Expression)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (names.Count > 0) Expect(",");
            var target = Target(inside.Declares);
            Expect("=");
            names.Add((target, Expression()));
        }
        return new(line, inside, names, Inside(inside, () => Closed("endwith")));
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
        Names.Sets(name);
        var inside = new Frame(Names);
        return new(line, MacroBody(name, inside, Parameters(inside), "endmacro"));
    }

    private CallBlock CallBlock(int line)
    {
        var inside = new Frame(Names);
        List<(string, Expression?)> parameters = IsOperator("(") ? Parameters(inside) : [];
        if (Expression() is not Call call) throw Fail("a call block needs a call.");
        return new(line, call, MacroBody("caller", inside, parameters, "endcall"));
    }

    private MacroBody MacroBody(string name, Frame inside, List<(string Name, Expression?)> parameters, string end)
    {
        Block body = null!;
        var uses = Special(() => body = Function(inside, end));
        uses.ExceptWith(parameters.Select(p => p.Name));
        return new(name, parameters, uses, inside, body);
    }

    private List<(string, Expression?)> Parameters(Frame inside)
    {
        var parameters = new List<(string Name, Expression? Default)>();
        Expect("(");
        while (!Skip(")"))
        {
            if (parameters.Count > 0) Expect(",");
            var name = ExpectName();
            if (parameters.Exists(p => p.Name == name)) throw Fail($"the parameter '{name}' is there twice.");
            inside.Declares(name);
            var fallback = Skip("=") ? Inside(inside, Expression) : null;
            if (fallback is null && parameters is [.., { Default: not null }]) throw Fail("a parameter without a default cannot follow one with a default.");
            parameters.Add((name, fallback));
        }
        return parameters;
    }

    // A function's body is not inside the loop it is written in.
    private Block Function(Frame inside, string end)
    {
        var loops = _loops;
        _loops = 0;
        var body = Inside(inside, () => Closed(end));
        _loops = loops;
        return body;
    }
}
