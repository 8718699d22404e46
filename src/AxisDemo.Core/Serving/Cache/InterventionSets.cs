using AxisDemo.Model.Hooks;

namespace AxisDemo.Serving;

/// <summary>
/// Numbers for sets of interventions: 0 is none, equal sets have equal numbers. What a position's keys and values are follows from the
/// tokens up to it and from what acted at each of them; with the set's number beside every token, two sequences share exactly what they
/// have in common, whatever positions their interventions spare.
/// </summary>
/// <param name="most">Sets remembered; beyond, all are forgotten and get new numbers, which costs cached prefixes and nothing else.</param>
internal sealed class InterventionSets(int most = 4096)
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private int next;

    /// <summary>The number of a set, by the keys of its interventions in their order.</summary>
    public int NumberOf(string keys)
    {
        if (keys.Length == 0) return 0;
        if (numbers.TryGetValue(keys, out var number)) return number;
        if (numbers.Count >= most) numbers.Clear();
        return numbers[keys] = ++next;
    }
}

/// <summary>Which of a request's interventions act at a position, as a number of <see cref="InterventionSets"/>.</summary>
internal sealed class ActingSets
{
    private readonly IReadOnlyList<Intervention> interventions;
    private readonly Positions[] groups;
    private readonly int lastFrom;
    private readonly InterventionSets sets;
    private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
    private readonly char[] pattern;

    /// <param name="interventions">In order.</param>
    /// <param name="lastFrom">The prompt's last position.</param>
    /// <param name="sets">Gives numbers.</param>
    public ActingSets(IReadOnlyList<Intervention> interventions, int lastFrom, InterventionSets sets)
    {
        (this.interventions, this.lastFrom, this.sets) = (interventions, lastFrom, sets);
        groups = [.. interventions.Select(i => i.Positions).Distinct()];
        pattern = new char[groups.Length];
    }

    /// <summary>The set that acts at a position.</summary>
    public int At(int position, TokenMarks marks)
    {
        if (groups.Length == 0) return 0;
        for (var g = 0; g < groups.Length; g++) pattern[g] = groups[g].Contain(position, marks, lastFrom) ? '1' : '0';
        var lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(pattern, out var number)) return number;
        return known[new string(pattern)] = sets.NumberOf(string.Concat(interventions.Where(i => pattern[Array.IndexOf(groups, i.Positions)] == '1').Select(i => i.Key + "|")));
    }
}
