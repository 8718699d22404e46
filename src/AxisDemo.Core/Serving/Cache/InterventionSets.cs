using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
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
    private readonly Dictionary<UInt128, int> numbers = [];
    private int next;

    /// <summary>The number of a set, by the hashes of its interventions in their order.</summary>
    public int NumberOf(ReadOnlySpan<byte> hashes)
    {
        if (hashes.IsEmpty) return 0;
        var set = BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(hashes));
        if (numbers.TryGetValue(set, out var number)) return number;
        if (numbers.Count >= most) numbers.Clear();
        return numbers[set] = ++next;
    }
}

/// <summary>Which of a request's interventions act at a position, as a number of <see cref="InterventionSets"/>.</summary>
internal sealed class ActingSets
{
    private readonly (int Group, byte[] Hash)[] interventions;
    private readonly Positions[] groups;
    private readonly int lastFrom;
    private readonly InterventionSets sets;
    private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
    private readonly char[] pattern;

    /// <param name="interventions">In order. What changes nothing (a mask of no head) has an empty key, and belongs to no set.</param>
    /// <param name="lastFrom">The prompt's last position.</param>
    /// <param name="sets">Gives numbers.</param>
    public ActingSets(IReadOnlyList<Intervention> interventions, int lastFrom, InterventionSets sets)
    {
        (this.lastFrom, this.sets) = (lastFrom, sets);
        Intervention[] acting = [.. interventions.Where(i => i.Key.Length > 0)];
        groups = [.. acting.Select(i => i.Positions).Distinct()];
        this.interventions = [.. acting.Select(i => (Array.IndexOf(groups, i.Positions), SHA256.HashData(Encoding.UTF8.GetBytes(i.Key))))];
        pattern = new char[groups.Length];
    }

    /// <summary>The set that acts at a position.</summary>
    public int At(int position, TokenMarks marks)
    {
        if (groups.Length == 0) return 0;
        for (var g = 0; g < groups.Length; g++) pattern[g] = groups[g].Contain(position, marks, lastFrom) ? '1' : '0';
        var lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(pattern, out var number)) return number;
        return known[new string(pattern)] = sets.NumberOf([.. interventions.Where(i => pattern[i.Group] == '1').SelectMany(i => i.Hash)]);
    }
}
