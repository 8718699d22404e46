using System.Runtime.InteropServices;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>One sequence of tokens with its keys and values: a request has one, and a second one when the plain model reads along.</summary>
internal sealed class Sequence
{
    private readonly SequenceTokens tokens;
    private readonly ActingSets acting;
    private readonly List<long> keyed = [];

    public Sequence(SequenceHooks hooks, SequenceTokens tokens, InterventionSets sets)
    {
        (Hooks, this.tokens) = (hooks, tokens);
        acting = new ActingSets(hooks.Interventions, hooks.LastFrom, sets);
        while (keyed.Count < tokens.Count) Grow();
    }

    public SequenceHooks Hooks { get; }

    public List<int> Pages { get; } = [];

    public IReadOnlyList<TokenMarks> Marks => tokens.Marks;

    /// <summary>Positions whose keys and values are stored.</summary>
    public int Computed { get; set; }

    /// <summary>Of these, those known to be finite numbers: a row of finite logits has seen them all.</summary>
    public int Sound { get; set; }

    /// <summary>Tokens known: the prompt and what was generated.</summary>
    public int Known => keyed.Count;

    public int Pending => Known - Computed;

    /// <summary>Row of the step at which its segment begins, and the base of its results.</summary>
    public int Row { get; set; }

    public int Results { get; set; }

    /// <summary>The block at which the prompt's rows enter, and the stream there; 0: none is known, they are computed from the embedding on.</summary>
    public int EntryBlock { get; set; }

    public ResidualStream? Stream { get; set; }

    /// <summary>Each token with the number of the set of interventions that acts at it: what a cached prefix must agree in.</summary>
    public ReadOnlySpan<long> Keyed => CollectionsMarshal.AsSpan(keyed);

    /// <summary>The next tokens to compute.</summary>
    public ReadOnlySpan<int> Next(int count) => tokens.Ids.Slice(Computed, count);

    /// <summary>A token was added to the shared lists.</summary>
    public void Grow()
    {
        var position = keyed.Count;
        keyed.Add((long)acting.At(position, tokens.Marks[position]) << 32 | (uint)tokens.Ids[position]);
    }
}

/// <summary>Prompt and answer, shared by the sequences of a request.</summary>
internal sealed class SequenceTokens
{
    private readonly List<int> ids = [];
    private readonly List<TokenMarks> marks = [];

    public int Count => ids.Count;

    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(ids);

    /// <summary>For each token what it is.</summary>
    public IReadOnlyList<TokenMarks> Marks => marks;

    public void Add(int id, TokenMarks mark)
    {
        ids.Add(id);
        marks.Add(mark);
    }
}
