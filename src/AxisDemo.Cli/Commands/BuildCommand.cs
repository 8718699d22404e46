using System.CommandLine;
using System.Globalization;
using AxisDemo.Interp;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis build</c>: shards of rollouts to an axis file and a report.</summary>
internal static class BuildCommand
{
    public static Command Create()
    {
        var input = new Option<string[]>("--in") { Description = "A folder (or file) of rollouts; may be given several times.", HelpName = "DIR", Required = true };
        var display = new Option<int?>("--display-layer") { Description = "The layer to show. Default: the middle one.", HelpName = "N" }.Exact();
        var output = new Option<string>("--out") { Description = "The axis file to write.", HelpName = "FILE", Required = true };
        var score = new Option<float?>("--minimum-score") { Description = "Leave out of its role's vector what a judge scored below this. Default: keep all.", HelpName = "X" }.Exact();
        score.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && float.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var least) && !float.IsFinite(least)) result.AddError($"--minimum-score {least}: give a number.");
        });
        var least = CommonOptions.Number("--minimum-rollouts", "Leave out roles with fewer rollouts.", 1, 0, 1_000_000);
        var json = CommonOptions.Json();
        var command = new Command("build", "Merges rollouts into an axis file: role vectors, axis, principal components, percentiles; and a report.") { input, display, output, score, least, json };
        command.SetAction(parsed =>
        {
            var build = AxisBuilder.Build(
                RolloutShard.Find(parsed.GetRequiredValue(input)),
                new BuildOptions { DisplayLayer = parsed.GetValue(display), MinimumScore = parsed.GetValue(score), MinimumRollouts = parsed.GetValue(least) });
            new AxisFile(build.Parts).Write(parsed.GetRequiredValue(output));
            if (parsed.GetValue(json)) Output.Json(build.ToReport());
            else Output.Text(build.ToText());
            return CommandLine.Done;
        });
        return command;
    }
}
