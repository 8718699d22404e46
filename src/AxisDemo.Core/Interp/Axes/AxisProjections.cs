namespace AxisDemo.Interp;

/// <summary>
/// Second pass: every rollout's mean projected on the axis of every layer, and, to judge the axis, on the axis of the questions
/// that the rollout did not answer.
/// </summary>
internal sealed class AxisProjections
{
    private readonly ExtractionPlan plan;
    private readonly List<RolloutKey> keys = [];
    private readonly List<float[]> whole = [];
    private readonly List<float[]> unseen = [];

    public AxisProjections(RolloutIndex rollouts, AxisSums sums, double[] axis)
    {
        plan = rollouts.Plan;
        var units = Units(axis);
        double[][] halves = [Units(sums.HalfAxes[2]), Units(sums.HalfAxes[3])];
        for (var i = 0; i < rollouts.Count; i++)
        {
            var rollout = rollouts.Get(i);
            if (rollout.Tokens.Length == 0) continue;
            keys.Add(rollout.Key);
            whole.Add(Project(rollout.Mean, units));
            unseen.Add(Project(rollout.Mean, halves[1 - AxisSums.QuestionHalf(plan, rollout.Key)]));
        }
    }

    /// <summary>[L, 101]: percentiles of all rollouts, whatever a judge said of them.</summary>
    public float[] Percentiles()
    {
        var table = new float[plan.Layers * AxisFile.Percentiles];
        for (var l = 0; l < plan.Layers; l++)
        {
            var values = whole.Select(p => (double)p[l]).Order().ToArray();
            for (var k = 0; k < AxisFile.Percentiles; k++) table[l * AxisFile.Percentiles + k] = (float)Statistics.Percentile(values, k);
        }

        return table;
    }

    /// <summary>How often the default lies above a role, on questions that the axis has not seen; the mean of both halves.</summary>
    public double Auc(int layer, bool removeQuestion)
    {
        double sum = 0;
        for (var half = 0; half < 2; half++)
        {
            var members = Enumerable.Range(0, keys.Count).Where(i => AxisSums.QuestionHalf(plan, keys[i]) == half).ToList();
            var means = members.GroupBy(i => keys[i].Question).ToDictionary(g => g.Key, g => removeQuestion ? g.Average(i => (double)unseen[i][layer]) : 0);
            var groups = members.ToLookup(i => keys[i].Role == PromptSet.DefaultRole, i => unseen[i][layer] - means[keys[i].Question]);
            sum += Statistics.Auc([.. groups[true]], [.. groups[false]]);
        }

        return sum / 2;
    }

    /// <summary>Mean projection of the default's rollouts and of the roles', and the standard deviation of all, at a layer.</summary>
    public (double Default, double Roles, double Deviation) Groups(int layer)
    {
        var groups = Enumerable.Range(0, keys.Count).ToLookup(i => keys[i].Role == PromptSet.DefaultRole, i => (double)whole[i][layer]);
        var mean = whole.Average(p => (double)p[layer]);
        return (groups[true].Average(), groups[false].Average(), Math.Sqrt(whole.Average(p => (p[layer] - mean) * (p[layer] - mean))));
    }

    private double[] Units(double[] axis)
    {
        var units = new double[axis.Length];
        for (var l = 0; l < plan.Layers; l++)
        {
            var norm = Statistics.Norm(axis.AsSpan(l * plan.Width, plan.Width));
            if (norm == 0) continue; // a half without rollouts: no direction, every projection 0
            for (var j = l * plan.Width; j < (l + 1) * plan.Width; j++) units[j] = axis[j] / norm;
        }

        return units;
    }

    private float[] Project(float[] mean, double[] units)
    {
        var result = new float[plan.Layers];
        for (var l = 0; l < result.Length; l++)
        {
            double sum = 0;
            for (var j = l * plan.Width; j < (l + 1) * plan.Width; j++) sum += mean[j] * units[j];
            result[l] = (float)sum;
        }

        return result;
    }
}
