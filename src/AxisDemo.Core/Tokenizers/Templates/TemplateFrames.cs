namespace AxisDemo.Tokenizers.Templates;

/// <summary>
/// A part of a template with names of its own: the whole, a loop's body, a macro ... The reference decides before it runs where each name
/// lives: one that a frame sets before it reads it (and not only under an <c>if</c>), and that no frame around it knows, is undefined
/// until then, even for the parts inside and even if the request gave a variable of that name.
/// </summary>
internal sealed class Frame(Frame? outer)
{
    private readonly HashSet<string> _known = [];
    private readonly List<string> _setFirst = [];
    private int _branches;

    public Frame? Outer => outer;

    /// <summary>The names to make undefined where the frame begins; known when all of the template has been read.</summary>
    public IEnumerable<string> Hidden => _hidden ??= [.. _setFirst.Where(name => !IsKnown(outer, name))];

    private string[]? _hidden;

    public void Reads(string name) => _known.Add(name);

    public void Sets(string name)
    {
        if (_known.Add(name) && _branches == 0) _setFirst.Add(name);
    }

    /// <summary>A loop's names, a macro's parameters.</summary>
    public void Declares(string name) => _known.Add(name);

    public void Branch(int change) => _branches += change;

    private static bool IsKnown(Frame? frame, string name) => frame is not null && (frame._known.Contains(name) || IsKnown(frame.Outer, name));
}
