using System.CommandLine;
using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis export</c>: an axis as a control vector for llama.cpp and repeng.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var input = new Argument<string>("AXIS") { Description = "The axis file." };
        var format = new Option<string>("--to") { Description = "gguf: a control vector, direction.l = the axis at block l.", HelpName = "gguf", Required = true };
        format.AcceptOnlyFromAmong("gguf");
        var hint = new Option<string?>("--model-hint") { Description = "The model's architecture, as the control vector names it. Default: what the axis file says.", HelpName = "ARCH" };
        var output = new Option<string>("--out") { Description = "The file to write.", HelpName = "FILE", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("export", "Writes an axis in a format that other programs read.") { input, format, output, hint, json };
        command.SetAction(parsed =>
        {
            var (from, to) = (parsed.GetRequiredValue(input), parsed.GetRequiredValue(output));
            if (Path.GetFullPath(from) == Path.GetFullPath(to)) throw new InputException(to, "--out", "it is the file that is exported.", "Give another name.");
            var axis = AxisFile.Open(from);
            var directions = Enumerable.Range(1, axis.Layers - 1).Where(axis.HasLayer).ToDictionary(l => l, l => axis.At(l).Values.ToArray());
            if (directions.Count == 0) throw new InputException(from, "axis", "it has no vector for a layer above 0, and a control vector has none for layer 0.", "Export an axis with more layers.");
            var architecture = parsed.GetValue(hint) ?? axis.Provenance.Architecture;
            ControlVector.Write(to, architecture, directions, axis.Provenance.PointsTo, (axis.Provenance.ModelName, axis.Provenance.ModelSha256));

            var leftOut = Enumerable.Range(0, axis.Layers).Where(l => !directions.ContainsKey(l)).ToList();
            if (parsed.GetValue(json))
            {
                Output.Json(new { axis = from, file = to, axis.Provenance.PointsTo, modelHint = architecture, axis.Width, directions = directions.Keys, leftOut });
                return CommandLine.Done;
            }

            Output.Line($"sign: every direction points to the {axis.Provenance.PointsTo}; a positive scale steers towards it");
            Output.Line("left out: layer 0 (control vectors have none for it)");
            if (leftOut.Count > 1) Output.Line($"left out, because the axis has no vector: layer {string.Join(", ", leftOut.Where(l => l > 0))}");
            if (architecture.Length == 0) Output.Line("model_hint is empty: the axis file does not name an architecture; give it with --model-hint");
            Output.Line($"wrote {to}: {directions.Count} directions of width {axis.Width}");
            return CommandLine.Done;
        });
        return command;
    }
}
