using System.Buffers;

namespace AxisDemo.Tokenizers;

/// <summary>
/// The fixed strings that are cut out of a text before merges run: control tokens where they are allowed, user-defined tokens
/// everywhere. The leftmost match wins, among those that begin together the longest.
/// </summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<(int Node, char Character), int> _edges = [];
    private readonly List<(int Id, bool Control)> _ends = [(-1, false)];
    private readonly SearchValues<char> _first;

    public AddedTokens(IReadOnlyList<string> tokens, IReadOnlyList<TokenType> types)
    {
        for (var id = 0; id < tokens.Count; id++)
        {
            if (types[id] is not (TokenType.Control or TokenType.UserDefined or TokenType.Unknown) || tokens[id].Length == 0) continue;
            var node = 0;
            foreach (var c in tokens[id])
            {
                if (!_edges.TryGetValue((node, c), out var child))
                {
                    _edges[(node, c)] = child = _ends.Count;
                    _ends.Add((-1, false));
                }
                node = child;
            }
            if (_ends[node].Id < 0) _ends[node] = (id, types[id] != TokenType.UserDefined); // of equal spellings the lower id
        }
        _first = SearchValues.Create([.. _edges.Keys.Where(e => e.Node == 0).Select(e => e.Character)]);
    }

    /// <summary>Finds the next added token.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="template">Increasing, disjoint [start, end) ranges in which control tokens count.</param>
    /// <param name="range">How many of them lie behind; carried from call to call, so that a text of many parts stays linear.</param>
    /// <param name="at">Where it begins; the text's length when there is none.</param>
    /// <param name="length">Its length.</param>
    /// <returns>Its id, or -1.</returns>
    public int Find(ReadOnlySpan<char> text, int from, List<Range> template, ref int range, out int at, out int length)
    {
        for (at = from; ; at++)
        {
            var skip = text[at..].IndexOfAny(_first);
            if (skip < 0) break;
            at += skip;
            while (range < template.Count && template[range].End.Value <= at) range++;
            var controlEnd = range < template.Count && template[range].Start.Value <= at ? template[range].End.Value : at;
            var id = Match(text, at, controlEnd, out length);
            if (id >= 0) return id;
        }
        (at, length) = (text.Length, 0);
        return -1;
    }

    private int Match(ReadOnlySpan<char> text, int at, int controlEnd, out int length)
    {
        int node = 0, id = -1;
        length = 0;
        for (var i = at; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            var end = _ends[node];
            if (end.Id >= 0 && (!end.Control || i < controlEnd)) (id, length) = (end.Id, i + 1 - at);
        }
        return id;
    }
}
