using System.Runtime.CompilerServices;
using AxisDemo.Formats;

namespace AxisDemo.Tokenizers.Templates;

/// <summary>Goes through a template's tokens, and says where one is not what is expected.</summary>
internal class TokenReader(List<TemplateToken> tokens, string source)
{
    private int _at;

    protected TemplateToken Current => tokens[_at];

    protected TemplateToken Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    protected TemplateToken Next() => tokens[_at == tokens.Count - 1 ? _at : _at++];

    protected bool IsOperator(string op) => Current.Kind == TokenKind.Operator && Current.Text == op;

    protected bool IsName(string name) => Current.Kind == TokenKind.Name && Current.Text == name;

    protected bool Skip(string text)
    {
        if (Current.Kind is not (TokenKind.Operator or TokenKind.Name) || Current.Text != text) return false;
        Next();
        return true;
    }

    protected void Expect(string text)
    {
        if (!Skip(text)) throw Fail($"'{text}' is expected, not {Shown}.");
    }

    protected string ExpectName() => Current.Kind == TokenKind.Name ? Next().Text : throw Fail($"a name is expected, not {Shown}.");

    protected void Expect(TokenKind kind)
    {
        if (Current.Kind != kind) throw Fail($"the end of the tag is expected, not {Shown}.");
        Next();
    }

    protected string Shown => Current.Text.Length > 0 ? $"'{Current.Text}'" : Current.Kind == TokenKind.End ? "the end of the template" : "the end of the tag";

    protected InputException Fail(string fault, int? line = null) => new(source, $"chat template, line {line ?? Current.Line}", fault);

    protected void Deeper()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Fail("the template is nested too deeply.");
    }
}
