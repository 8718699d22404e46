using System.Runtime.InteropServices;
using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>One sequence of tokens with its keys and values: a request has one, and a second one when the plain model reads along.</summary>
internal sealed class Sequence
{
    // Above every token id: where an intervention that spares positions acts. Part of what a cached prefix must agree in.
    private const int TemplateFlag = 1 << 29;
    private const int LastFlag = 1 << 30;

    private readonly List<int> tokens;
    private readonly List<bool> special;
    private readonly List<int> flagged = [];

    public Sequence(string cacheKey, SequenceHooks hooks, List<int> tokens, List<bool> special)
    {
        (CacheKey, Hooks, this.tokens, this.special) = (cacheKey, hooks, tokens, special);
        for (var i = 0; i < tokens.Count; i++) Flag(i);
    }

    public string CacheKey { get; }

    public SequenceHooks Hooks { get; }

    public List<int> Pages { get; } = [];

    public IReadOnlyList<bool> Special => special;

    /// <summary>Positions whose keys and values are stored.</summary>
    public int Computed { get; set; }

    /// <summary>Of these, those known to be finite numbers: a row of finite logits has seen them all.</summary>
    public int Sound { get; set; }

    /// <summary>Tokens known: the prompt and what was generated.</summary>
    public int Known => flagged.Count;

    public int Pending => Known - Computed;

    /// <summary>Row of the step at which its segment begins, and the base of its results.</summary>
    public int Row { get; set; }

    public int Results { get; set; }

    public ReadOnlySpan<int> Flagged => CollectionsMarshal.AsSpan(flagged);

    /// <summary>The next tokens to compute.</summary>
    public ReadOnlySpan<int> Next(int count) => CollectionsMarshal.AsSpan(tokens).Slice(Computed, count);

    /// <summary>A token was added to the shared lists.</summary>
    public void Grow() => Flag(flagged.Count);

    private void Flag(int position)
    {
        var token = tokens[position];
        if (Hooks.PositionDependent)
        {
            if (special[position]) token |= TemplateFlag;
            if (position >= Hooks.LastFrom) token |= LastFlag;
        }

        flagged.Add(token);
    }
}
