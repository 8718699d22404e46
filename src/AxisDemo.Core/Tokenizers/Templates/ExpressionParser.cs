namespace AxisDemo.Tokenizers.Templates;

/// <summary>Reads expressions by Jinja's grammar: or, and, not, comparisons, + -, ~, * / // %, **, signs, then members, calls, filters and tests.</summary>
internal class ExpressionParser(List<TemplateToken> tokens, string source) : TokenReader(tokens, source)
{
    private readonly List<(int Line, string Fault)> _unknown = [];
    private readonly List<HashSet<string>> _special = [];

    /// <summary>The names of the part that is being read.</summary>
    protected Frame Names { get; private set; } = new(null);

    protected T Inside<T>(Frame frame, Func<T> read)
    {
        var outer = Names;
        Names = frame;
        var result = read();
        Names = outer;
        return result;
    }

    /// <summary>Which of a macro's special names are read on the way.</summary>
    protected HashSet<string> Special(Action read)
    {
        var names = new HashSet<string>();
        _special.Add(names);
        read();
        _special.Remove(names);
        return names;
    }

    private Name Read(int line, string name)
    {
        Names.Reads(name);
        if (name is "caller" or "varargs" or "kwargs") _special.ForEach(names => names.Add(name));
        return new(line, name);
    }

    // A filter or test that nobody knows is refused before it is reached, unless it stands under a condition: so does the reference.
    protected int UnknownCount => _unknown.Count;

    protected void ForgetUnknown(int from) => _unknown.RemoveRange(from, _unknown.Count - from);

    protected void RefuseUnknown()
    {
        if (_unknown.Count > 0) throw Fail(_unknown[0].Fault, _unknown[0].Line);
    }

    public Expression Expression()
    {
        Deeper();
        var unknown = _unknown.Count;
        var value = Or();
        while (IsName("if"))
        {
            var line = Next().Line;
            var condition = Or();
            value = new Choice(line, condition, value, Skip("else") ? Expression() : null);
            ForgetUnknown(unknown);
        }
        return value;
    }

    /// <summary>An expression, or several with commas between: a tuple.</summary>
    protected Expression Tuple(Func<Expression>? read = null)
    {
        read ??= Expression;
        var line = Current.Line;
        var first = read();
        if (!IsOperator(",")) return first;
        var items = new List<Expression> { first };
        while (Skip(","))
        {
            if (Current.Kind is TokenKind.BlockEnd or TokenKind.PrintEnd || IsOperator(")") || IsName("recursive")) break;
            items.Add(read());
        }
        return new TupleOf(line, items);
    }

    public Expression Or()
    {
        var left = And();
        while (IsName("or")) left = new AndOr(Next().Line, and: false, left, And());
        return left;
    }

    private Expression And()
    {
        var left = Inverted();
        while (IsName("and")) left = new AndOr(Next().Line, and: true, left, Inverted());
        return left;
    }

    private Expression Inverted()
    {
        Deeper();
        return IsName("not") ? new Not(Next().Line, Inverted()) : Compared();
    }

    private Expression Compared()
    {
        var line = Current.Line;
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" }) rest.Add((Next().Text, Sum()));
            else if (Skip("in")) rest.Add(("in", Sum()));
            else if (IsName("not") && Following is { Kind: TokenKind.Name, Text: "in" })
            {
                Next();
                Next();
                rest.Add(("not in", Sum()));
            }
            else break;
        }
        return rest.Count == 0 ? first : new Comparison(line, first, rest);
    }

    private Expression Sum() => Chain(Joined, "+", "-");

    private Expression Joined() => Chain(Product, "~");

    private Expression Product() => Chain(Powered, "*", "/", "//", "%");

    private Expression Powered() => Chain(() => Unary(), "**");

    private Expression Chain(Func<Expression> operand, params ReadOnlySpan<string> operators)
    {
        var left = operand();
        while (Current.Kind == TokenKind.Operator && operators.Contains(Current.Text))
        {
            var op = Next();
            left = new Binary(op.Line, op.Text, left, operand());
        }
        return left;
    }

    private Expression Unary(bool filters = true)
    {
        Deeper();
        var value = Current is { Kind: TokenKind.Operator, Text: "-" or "+" } ? new Signed(Current.Line, Next().Text == "-", Unary(filters: false)) : Primary();
        value = Postfix(value);
        return filters ? FiltersAndTests(value) : value;
    }

    private Expression Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Next();
                return token.Text switch
                {
                    "true" or "True" => new Constant(token.Line, true),
                    "false" or "False" => new Constant(token.Line, false),
                    "none" or "None" => new Constant(token.Line, null),
                    _ => Read(token.Line, token.Text),
                };
            case TokenKind.Integer:
                return new Constant(token.Line, PythonNumbers.ParseWhole(Next().Text, 0));
            case TokenKind.Float:
                return new Constant(token.Line, PythonNumbers.ParseReal(Next().Text));
            case TokenKind.Text:
                var text = "";
                while (Current.Kind == TokenKind.Text) text += Next().Text;
                return new Constant(token.Line, MarkedText.FromTemplate(text));
        }
        if (Skip("("))
        {
            var inner = IsOperator(")") ? new TupleOf(token.Line, []) : Tuple();
            Expect(")");
            return inner;
        }
        if (Skip("[")) return new ListOf(token.Line, Until("]", Expression));
        if (Skip("{"))
            return new MapOf(token.Line, Until("}", () =>
            {
                var key = Expression();
                Expect(":");
                return (key, Expression());
            }));
        throw Fail($"an expression is expected, not {Shown}.");
    }

    private List<T> Until<T>(string close, Func<T> read)
    {
        var items = new List<T>();
        while (!Skip(close))
        {
            if (items.Count > 0)
            {
                Expect(",");
                if (Skip(close)) break;
            }
            items.Add(read());
        }
        return items;
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var line = Current.Line;
            if (Skip(".")) value = Current.Kind == TokenKind.Integer ? new Item(line, value, Primary()) : new Member(line, value, ExpectName());
            else if (Skip("[")) value = Subscript(value, line);
            else if (IsOperator("(")) value = new Call(line, value, CallArguments());
            else return value;
        }
    }

    private Expression Subscript(Expression value, int line)
    {
        var start = IsOperator(":") ? null : Expression();
        if (start is not null && Skip("]")) return new Item(line, value, start);
        Expect(":");
        var stop = IsOperator("]") || IsOperator(":") ? null : Expression();
        var step = Skip(":") && !IsOperator("]") ? Expression() : null;
        Expect("]");
        return new SliceOf(line, value, start, stop, step);
    }

    private CallArguments CallArguments()
    {
        Expect("(");
        var named = new List<(string, Expression)>();
        var positional = new List<Expression>();
        Expression? spread = null;
        Until(")", () =>
        {
            if (Current.Kind == TokenKind.Name && Following is { Kind: TokenKind.Operator, Text: "=" })
            {
                var name = Next().Text;
                Next();
                if (named.Exists(n => n.Item1 == name)) throw Fail($"the argument '{name}' is there twice.");
                named.Add((name, Expression()));
            }
            else if (IsOperator("**")) throw Fail("'**' before an argument is not supported here.");
            else if (IsOperator("*") && spread is null)
            {
                Next();
                spread = Expression();
            }
            else if (named.Count == 0 && spread is null) positional.Add(Expression());
            else throw Fail("an argument without a name cannot follow one with a name or a star.");
            return true;
        });
        return new(positional, spread, named);
    }

    private Expression FiltersAndTests(Expression value)
    {
        while (true)
        {
            if (Skip("|")) value = Filter(value);
            else if (IsName("is")) value = Test(value);
            else if (IsOperator("(")) value = new Call(Current.Line, value, CallArguments());
            else return value;
        }
    }

    /// <summary>A filter's name and arguments, after the bar.</summary>
    protected Filtered Filter(Expression? value)
    {
        var line = Current.Line;
        var name = ExpectName();
        if (!TemplateFilters.Exists(name)) _unknown.Add((line, $"the filter '{name}' is not known to this interpreter."));
        return new(line, value, name, IsOperator("(") ? CallArguments() : Templates.CallArguments.None);
    }

    private Tested Test(Expression value)
    {
        var line = Next().Line;
        var negated = Skip("not");
        var name = ExpectName();
        if (!TemplateTests.Exists(name)) _unknown.Add((line, $"the test 'is {name}' is not known to this interpreter."));
        var arguments = Templates.CallArguments.None;
        if (IsOperator("(")) arguments = CallArguments();
        else if (IsName("is")) throw Fail("a test cannot follow a test.");
        else if (Current.Kind is TokenKind.Text or TokenKind.Integer or TokenKind.Float || IsOperator("[") || IsOperator("{")
            || Current.Kind == TokenKind.Name && Current.Text is not ("else" or "or" or "and"))
            arguments = new([Postfix(Primary())], null, []);
        return new(line, value, name, arguments, negated);
    }
}
