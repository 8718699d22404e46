using AxisDemo.Formats;

namespace AxisDemo.Interp;

/// <summary>What a build may choose.</summary>
public sealed record BuildOptions
{
    /// <summary>The layer to show; the middle one unless told (as published).</summary>
    public int? DisplayLayer { get; init; }

    /// <summary>A role's rollouts below this score are left out of its vector (not of the percentiles). Null: all are kept.</summary>
    public float? MinimumScore { get; init; }

    /// <summary>A role with fewer kept rollouts is left out.</summary>
    public int MinimumRollouts { get; init; } = 1;

    /// <summary>Principal components to store.</summary>
    public int Components { get; init; } = 8;
}

/// <summary>
/// From rollouts to an axis: role vectors, axis = mean(default) - mean over roles(role vector), percentiles, persona space and the
/// numbers that tell whether to believe it. The same rollouts give the same bytes, whatever shards they lie in.
/// Source: arXiv 2601.10387.
/// </summary>
public static class AxisBuilder
{
    /// <summary>Builds an axis from shard files of one run.</summary>
    /// <exception cref="InputException">The shards do not belong together, are damaged, or hold too little.</exception>
    public static AxisBuild Build(IReadOnlyList<string> shardFiles, BuildOptions options)
    {
        using var rollouts = new RolloutIndex(shardFiles);
        var plan = rollouts.Plan;
        var display = options.DisplayLayer ?? plan.Layers / 2;
        if (display < 0 || display >= plan.Layers) throw new InputException("request", "display layer", $"{display} is no layer; the model has 0 to {plan.Layers - 1}.");

        var used = Enumerable.Range(0, rollouts.Count).Select(i => rollouts.Get(i)).Select(r =>
            r.Tokens.Length > 0 && (r.Key.Role == PromptSet.DefaultRole || options.MinimumScore is not { } least || r.Score >= least)).ToArray();
        var kept = rollouts.KeptByRole(used);
        for (var i = 0; i < used.Length; i++)
            used[i] &= rollouts.Key(i).Role == PromptSet.DefaultRole || kept[rollouts.Key(i).Role] >= options.MinimumRollouts;

        var sums = new AxisSums(rollouts, used);
        var roles = Enumerable.Range(0, plan.Roles.Count).Where(r => sums.Counts[r] > 0).ToArray();
        if (roles.Length < 2) throw new InputException(shardFiles[0], "roles", $"{roles.Length} of them have rollouts; two or more are needed.", "Extract more.");
        if (sums.Counts[sums.DefaultPlace] == 0) throw new InputException(shardFiles[0], "default", "it has no rollout.", "Extract more.");

        var vectors = roles.Select(sums.Mean).ToArray();
        var self = sums.Mean(sums.DefaultPlace);
        var axis = new double[self.Length];
        for (var j = 0; j < axis.Length; j++)
        {
            double sum = 0;
            foreach (var vector in vectors) sum += vector[j];
            axis[j] = self[j] - sum / vectors.Length;
        }

        var projections = new AxisProjections(rollouts, sums, axis);
        var spaces = Enumerable.Range(0, plan.Layers).Select(l => SpaceAt(vectors, l, plan.Width)).ToArray();
        var parts = new AxisParts
        {
            Layers = plan.Layers,
            Width = plan.Width,
            Axis = Floats(axis),
            PercentileTable = projections.Percentiles(),
            MeanNorm = [.. Enumerable.Range(0, plan.Layers).Select(l => (float)sums.MeanNorm(l))],
            RoleNames = [.. roles.Select(r => plan.Roles[r])],
            RoleVectors = [.. vectors.SelectMany(v => Floats(At(v, display, plan.Width)))],
            DefaultVector = Floats(At(self, display, plan.Width)),
            PcaMean = Floats([.. spaces[display].Mean]),
            PcaComponents = [.. spaces[display].Components.Take(options.Components).SelectMany(c => Floats(c))],
            PcaRatio = Floats([.. spaces[display].Ratio]),
            Report = [.. Enumerable.Range(0, plan.Layers).Select(l => Report(l, plan, axis, spaces[l], sums, projections))],
            Provenance = new AxisProvenance
            {
                Name = $"{plan.ModelName}: Assistant Axis",
                ModelSha256 = plan.ModelSha256,
                ModelName = plan.ModelName,
                Architecture = plan.Architecture,
                Rendering = plan.Rendering,
                HookPoint = plan.HookPoint,
                DisplayLayer = display,
                PromptSetHash = plan.PromptSetHash,
                Sampling = $"T {plan.Temperature:0.##}, top-p {plan.TopP:0.##}, at most {plan.MaxTokens} tokens",
                Seed = plan.Seed,
                Roles = roles.Length,
                RoleRollouts = roles.Sum(r => sums.Counts[r]),
                DefaultRollouts = sums.Counts[sums.DefaultPlace],
                Judge = plan.Judge,
            },
        };
        var groups = projections.Groups(display);
        return new AxisBuild(parts, Ranking(parts, axis), rollouts.Count, plan.Rollouts().Count(), sums.Tokens, rollouts.TornBytes, groups.Default, groups.Roles, groups.Deviation);
    }

    private static LayerReport Report(int layer, ExtractionPlan plan, double[] axis, PersonaSpace space, AxisSums sums, AxisProjections projections)
    {
        var direction = At(axis, layer, plan.Width);
        double Split(int a, int b) => Statistics.Cosine(At(sums.HalfAxes[a], layer, plan.Width), At(sums.HalfAxes[b], layer, plan.Width));
        var pc1 = space.Components.Count > 0 ? Math.Abs(Statistics.Cosine(direction, space.Components[0])) : 0;
        return new LayerReport(
            layer, pc1, space.Ratio[0], space.ComponentsFor(70), space.ComponentsFor(90), Split(0, 1), Split(2, 3),
            projections.Auc(layer, removeQuestion: true), projections.Auc(layer, removeQuestion: false), Statistics.Norm(direction) / sums.MeanNorm(layer));
    }

    // Roles by the cosine of (role vector - mean role vector) with the axis, lowest first.
    private static List<(string Role, double Cosine)> Ranking(AxisParts parts, double[] axis)
    {
        var direction = At(axis, parts.Provenance.DisplayLayer, parts.Width).ToArray();
        return [.. parts.RoleNames
            .Select((role, i) => (role, Statistics.Cosine([.. Enumerable.Range(0, parts.Width).Select(j => (double)parts.RoleVectors[i * parts.Width + j] - parts.PcaMean[j])], direction)))
            .OrderBy(r => r.Item2)];
    }

    private static PersonaSpace SpaceAt(double[][] vectors, int layer, int width)
    {
        var rows = new double[vectors.Length * width];
        for (var i = 0; i < vectors.Length; i++) At(vectors[i], layer, width).CopyTo(rows.AsSpan(i * width));
        return PersonaSpace.Fit(rows, width);
    }

    private static ReadOnlySpan<double> At(double[] all, int layer, int width) => all.AsSpan(layer * width, width);

    private static float[] Floats(ReadOnlySpan<double> values)
    {
        var floats = new float[values.Length];
        for (var i = 0; i < floats.Length; i++) floats[i] = (float)values[i];
        return floats;
    }
}
