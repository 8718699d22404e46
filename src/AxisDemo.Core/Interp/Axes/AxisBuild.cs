using System.Globalization;
using System.Text;

namespace AxisDemo.Interp;

/// <summary>A built axis and the report on it.</summary>
/// <param name="Parts">The axis; <see cref="AxisFile"/> takes it.</param>
/// <param name="Ranking">Roles at the display layer by the cosine of (role vector - mean role vector) with the axis, lowest first.</param>
/// <param name="Rollouts">Rollouts found.</param>
/// <param name="Planned">Rollouts that the plan has.</param>
/// <param name="Tokens">Tokens that went into the axis.</param>
/// <param name="TornBytes">Bytes of unfinished records that were passed over.</param>
/// <param name="DefaultMean">Mean projection of the default's rollouts at the display layer.</param>
/// <param name="RolesMean">Mean projection of the roles' rollouts there.</param>
/// <param name="Deviation">Standard deviation of all rollouts' projections there.</param>
public sealed record AxisBuild(
    AxisParts Parts, IReadOnlyList<(string Role, double Cosine)> Ranking, int Rollouts, int Planned, long Tokens, long TornBytes, double DefaultMean, double RolesMean, double Deviation)
{
    /// <summary>The report for people.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        var p = Parts.Provenance;
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"{p.Name}");
        Line($"{Rollouts} of {Planned} rollouts, {Tokens} tokens; {p.Roles} roles ({p.RoleRollouts} rollouts), default {p.DefaultRollouts}; {p.Sampling}; seed {p.Seed}");
        if (TornBytes > 0) Line($"{TornBytes} bytes of unfinished rollouts passed over");
        Line($"display layer {p.DisplayLayer}: default {DefaultMean:0.0}, roles {RolesMean:0.0}, standard deviation {Deviation:0.0}");
        Line($"");
        Line($"layer  |axis|/|x|  cos PC1  PC1 share  PCs 70/90%  split rollouts  split questions    AUC  AUC raw");
        foreach (var r in Parts.Report)
            Line($"{r.Layer,5}  {r.RelativeNorm,10:0.000}  {r.CosinePc1,7:0.00}  {r.Pc1Share,9:0.00}  {$"{r.Components70}/{r.Components90}",10}  {r.SplitRollouts,14:0.00}  {r.SplitQuestions,15:0.00}  {r.Auc,5:0.00}  {r.AucRaw,7:0.00}");
        Line($"");
        Line($"lowest:  {string.Join(", ", Ranking.Take(20).Select(r => r.Role))}");
        Line($"highest: {string.Join(", ", Ranking.Reverse().Take(20).Select(r => r.Role))}");
        return text.ToString();
    }

    /// <summary>The report for programs: an object to serialise.</summary>
    public object ToReport() => new
    {
        Parts.Provenance,
        Rollouts,
        Planned,
        Tokens,
        TornBytes,
        DefaultMean,
        RolesMean,
        Deviation,
        Layers = Parts.Report,
        Ranking = Ranking.Select(r => new { r.Role, r.Cosine }),
    };
}
