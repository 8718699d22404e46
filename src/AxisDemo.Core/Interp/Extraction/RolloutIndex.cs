using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>
/// The rollouts of one run, whatever shards they lie in, in the order of their index: sums over them do not depend on how the run
/// was cut.
/// </summary>
internal sealed class RolloutIndex : IDisposable
{
    private readonly List<RolloutShard> shards = [];
    private readonly List<(RolloutKey Key, int Shard, int Place)> entries = [];

    public RolloutIndex(IEnumerable<string> files)
    {
        try
        {
            foreach (var file in files) Include(RolloutShard.Read(file));
            entries.Sort((a, b) => a.Key.Index.CompareTo(b.Key.Index));
            for (var i = 1; i < entries.Count; i++)
                if (entries[i].Key.Index == entries[i - 1].Key.Index)
                    throw new InputException(shards[entries[i].Shard].Path, $"rollout {entries[i].Key.Index}", $"it occurs in {shards[entries[i - 1].Shard].Path} too.", "Give each shard once.");
            if (entries.Count == 0) throw new InputException(shards.Count > 0 ? shards[0].Path : "rollouts", "", "there is no finished rollout.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ExtractionPlan Plan => shards[0].Plan;

    public int Count => entries.Count;

    public long TornBytes => shards.Sum(s => s.TornBytes);

    public RolloutKey Key(int i) => entries[i].Key;

    public Rollout Get(int i) => shards[entries[i].Shard].Get(entries[i].Place);

    /// <summary>How many rollouts of each role are marked; 0 for roles without any.</summary>
    public IReadOnlyDictionary<string, int> KeptByRole(IReadOnlyList<bool> marked)
    {
        var counts = Plan.Roles.Append(PromptSet.DefaultRole).ToDictionary(r => r, _ => 0);
        for (var i = 0; i < marked.Count; i++)
            if (marked[i]) counts[Key(i).Role]++;
        return counts;
    }

    public void Dispose()
    {
        foreach (var shard in shards) shard.Dispose();
    }

    private void Include(RolloutShard shard)
    {
        shards.Add(shard);
        if (!shard.Plan.SameAs(Plan))
            throw new InputException(shard.Path, "header", $"it belongs to another run than {shards[0].Path} (model, prompts, counts, sampling or seed).", "Build each run by itself.");
        var expected = Plan.Rollouts().ToDictionary(k => k.Index);
        var place = 0;
        foreach (var key in shard.Keys)
        {
            if (!expected.TryGetValue(key.Index, out var planned) || planned != key)
                throw new InputException(shard.Path, $"rollout {key.Index}", "it is not one of the plan's.");
            entries.Add((key, shards.Count - 1, place++));
        }
    }
}
