using System.Globalization;
using AxisDemo.Formats;

namespace AxisDemo.Model.Hooks;

/// <summary>How positions are named, see <see cref="Positions"/>.</summary>
public enum PositionKind
{
    /// <summary>Every token, the prompt's included.</summary>
    All,
    /// <summary>Every token that is not the template's own (headers, end-of-turn and other control tokens are spared).</summary>
    NoSpecial,
    /// <summary>The prompt's last token and every token after it.</summary>
    Last,
    /// <summary>The tokens of every answer: those generated now, and those of earlier answers in the prompt.</summary>
    Generated,
    /// <summary>The positions of a list, counted from 0 at the prompt's first token.</summary>
    List,
}

/// <summary>What is known of a token besides its id.</summary>
[Flags]
public enum TokenMarks : byte
{
    /// <summary>Text of a message that nobody generated.</summary>
    None = 0,
    /// <summary>The template's own, or a control token.</summary>
    Special = 1,
    /// <summary>Content of an answer.</summary>
    Generated = 2,
}

/// <summary>The positions of a sequence that an intervention acts on. Immutable, compared by content.</summary>
public sealed class Positions : IEquatable<Positions>
{
    private readonly int[] list;

    private Positions(PositionKind kind, int[] list) => (Kind, this.list) = (kind, list);

    /// <inheritdoc cref="PositionKind.All"/>
    public static Positions All { get; } = new(PositionKind.All, []);

    /// <inheritdoc cref="PositionKind.NoSpecial"/>
    public static Positions NoSpecial { get; } = new(PositionKind.NoSpecial, []);

    /// <inheritdoc cref="PositionKind.Last"/>
    public static Positions Last { get; } = new(PositionKind.Last, []);

    /// <inheritdoc cref="PositionKind.Generated"/>
    public static Positions Generated { get; } = new(PositionKind.Generated, []);

    /// <summary>How they are named.</summary>
    public PositionKind Kind { get; }

    /// <summary>The positions of a list in ascending order, each once; empty for the other kinds.</summary>
    public IReadOnlyList<int> List => list;

    /// <summary>These positions, counted from 0.</summary>
    /// <exception cref="InputException">One is negative.</exception>
    public static Positions At(IEnumerable<int> positions)
    {
        int[] sorted = [.. positions.Distinct().Order()];
        if (sorted.Length > 0 && sorted[0] < 0) throw new InputException("request", "positions", $"{sorted[0]} is no position.", "Positions are counted from 0 at the prompt's first token.");
        return new Positions(PositionKind.List, sorted);
    }

    /// <summary>Positions from .. to - 1.</summary>
    public static Positions Between(int from, int to) => At(Enumerable.Range(from, Math.Max(0, to - from)));

    /// <summary>Whether a position is one of them.</summary>
    /// <param name="position">Counted from 0.</param>
    /// <param name="marks">What its token is.</param>
    /// <param name="lastFrom">The prompt's last position.</param>
    public bool Contain(int position, TokenMarks marks, int lastFrom) => Kind switch
    {
        PositionKind.All => true,
        PositionKind.NoSpecial => (marks & TokenMarks.Special) == 0,
        PositionKind.Last => position >= lastFrom,
        PositionKind.Generated => (marks & TokenMarks.Generated) != 0,
        PositionKind.List => Array.BinarySearch(list, position) >= 0,
    };

    /// <inheritdoc/>
    public bool Equals(Positions? other) => other is not null && Kind == other.Kind && list.AsSpan().SequenceEqual(other.list);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Positions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, list.Length, list.Length > 0 ? list[0] : 0);

    /// <summary>As an interventions file writes them.</summary>
    public override string ToString() => Kind switch
    {
        PositionKind.All => "all",
        PositionKind.NoSpecial => "no-special",
        PositionKind.Last => "last",
        PositionKind.Generated => "generated",
        PositionKind.List => $"[{string.Join(", ", list.Select(p => p.ToString(CultureInfo.InvariantCulture)))}]",
    };
}
