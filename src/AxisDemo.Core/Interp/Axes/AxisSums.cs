namespace AxisDemo.Interp;

/// <summary>
/// First pass over the rollouts: float64 sums in the order of the rollouts' index. Axes of halves need no sums per role of their
/// own: each rollout's weight in a half's axis is known beforehand from the counts.
/// </summary>
internal sealed class AxisSums
{
    /// <summary>Halves 0, 1: odd and even rollouts; 2, 3: odd and even questions.</summary>
    public const int Halves = 4;

    private readonly int size;
    private readonly Dictionary<string, int> places;
    private readonly double[] normSums;

    public AxisSums(RolloutIndex rollouts, IReadOnlyList<bool> used)
    {
        var plan = rollouts.Plan;
        size = plan.Layers * plan.Width;
        places = plan.Roles.Append(PromptSet.DefaultRole).Select((role, i) => (role, i)).ToDictionary(p => p.role, p => p.i);
        Counts = new int[places.Count];
        Sums = new double[places.Count][];
        normSums = new double[plan.Layers];
        HalfAxes = [.. Enumerable.Range(0, Halves).Select(_ => new double[size])];

        var halfCounts = new int[Halves, places.Count];
        for (var i = 0; i < rollouts.Count; i++)
            if (used[i])
                foreach (var half in HalvesOf(plan, rollouts.Key(i)))
                    halfCounts[half, PlaceOf(rollouts.Key(i))]++;
        var halfRoles = Enumerable.Range(0, Halves).Select(h => Enumerable.Range(0, plan.Roles.Count).Count(r => halfCounts[h, r] > 0)).ToArray();

        for (var i = 0; i < rollouts.Count; i++)
        {
            if (!used[i]) continue;
            var rollout = rollouts.Get(i);
            var place = PlaceOf(rollout.Key);
            Counts[place]++;
            var sum = Sums[place] ??= new double[size];
            for (var j = 0; j < size; j++) sum[j] += rollout.Mean[j];
            foreach (var half in HalvesOf(plan, rollout.Key))
            {
                var weight = (place == DefaultPlace ? 1.0 : -1.0 / halfRoles[half]) / halfCounts[half, place];
                var axis = HalfAxes[half];
                for (var j = 0; j < size; j++) axis[j] += weight * rollout.Mean[j];
            }

            Tokens += rollout.Tokens.Length;
            for (var l = 0; l < normSums.Length; l++) normSums[l] += (double)rollout.MeanNorm[l] * rollout.Tokens.Length;
        }
    }

    /// <summary>Rollouts per role; the default's is the last.</summary>
    public int[] Counts { get; }

    /// <summary>Sums [L * d] per role, the default's the last; null where there is no rollout.</summary>
    public double[]?[] Sums { get; }

    /// <summary>Axes [L * d] of the four halves.</summary>
    public double[][] HalfAxes { get; }

    public long Tokens { get; private set; }

    public int DefaultPlace => places.Count - 1;

    public double MeanNorm(int layer) => normSums[layer] / Tokens;

    public int PlaceOf(RolloutKey key) => places[key.Role];

    /// <summary>A role's vector: the mean of its rollouts.</summary>
    public double[] Mean(int place) => Array.ConvertAll(Sums[place]!, s => s / Counts[place]);

    /// <summary>
    /// The two halves that a rollout is in. "Rollouts": neighbouring roles put the same question into different halves, so both
    /// halves hear every question. "Questions": a question is in one half only.
    /// </summary>
    private int[] HalvesOf(ExtractionPlan plan, RolloutKey key)
    {
        var question = QuestionHalf(plan, key);
        return [(question + PlaceOf(key) + key.Sample) & 1, 2 + question];
    }

    public static int QuestionHalf(ExtractionPlan plan, RolloutKey key) => (key.Question % plan.QuestionsPerPrompt + key.Prompt) & 1;
}
