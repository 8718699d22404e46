using System.CommandLine;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Interp.Import;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis import</c>: published axes, role vectors, capping configurations and control vectors.</summary>
internal static class ImportCommand
{
    private const int MostExperiments = 1000;

    public static Command Create()
    {
        var input = new Argument<string>("FILE") { Description = "A .pt file (an axis, role vectors, a capping configuration) or a control vector (.gguf). Nothing in it is executed." };
        var output = new Option<string>("--out") { Description = "The file to write: an axis file; of role vectors and capping configurations a file of vectors. A name that ends in .json gets the one experiment's interventions, with the vectors beside it.", HelpName = "FILE", Required = true };
        var sign = new Option<string?>("--points-to") { Description = "Which end of an axis or control vector is positive: assistant (default), or role: it is negated, so that the axis file points to the assistant.", HelpName = "assistant|role" };
        sign.AcceptOnlyFromAmong("assistant", "role");
        var caps = new Option<string?>("--caps") { Description = "Of an axis: the capping configuration that was published with it. Its floors go into the axis file as percentiles, so that pNN and the page can cap.", HelpName = "FILE.pt" };
        var experiment = new Option<string?>("--experiment") { Description = "Of a capping configuration only this one; default: all. With --caps: the one that the axis file recommends; default: the published choice, else the first at p0.25.", HelpName = "ID" };
        var display = new Option<int?>("--display-layer") { Description = "The layer to show. Default: the middle one.", HelpName = "N" };
        var model = new Option<string?>("--model") { Description = "The model it was made for (a .gguf file or a folder): stored with its hash, and every other model is then refused. Default: any model of the same shape.", HelpName = "PATH" };
        var json = CommonOptions.Json();
        var command = new Command("import", "Turns a published axis, role vectors, a capping configuration or a control vector into files for this program.") { input, output, sign, caps, experiment, display, model, json };
        command.SetAction((parsed, cancellation) =>
        {
            var (from, to) = (parsed.GetRequiredValue(input), parsed.GetRequiredValue(output));
            if (Path.GetFullPath(from) == Path.GetFullPath(to)) throw new InputException(to, "--out", "it is the file that is imported.", "Give another name.");
            var import = AxisImport.Read(from, new ImportOptions
            {
                PointsTo = parsed.GetValue(sign),
                DisplayLayer = parsed.GetValue(display),
                Model = parsed.GetValue(model) is { } path ? ImportModel.Of(path, cancellation) : null,
            });
            if (parsed.GetValue(caps) is { } configuration) import = WithCaps(import, configuration, from, to, parsed.GetValue(experiment));
            foreach (var warning in import.Warnings) Output.Note($"axis: {warning}");
            var report = import switch
            {
                ImportedAxis axis => Write(axis, to, from, parsed.GetValue(experiment)),
                _ => Write((ImportedVectors)import, to, from, parsed.GetValue(experiment)),
            };
            if (parsed.GetValue(json)) Output.Json(report);
            else foreach (var line in report.Lines(import.SignWasTold)) Output.Line(line);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    /// <summary>What was written. Files are in the order of writing.</summary>
    internal sealed record Report(string Kind, string Source, string SourcePointsTo, string PointsTo, bool Negated, int? Layers, long Width, int? DisplayLayer, string ModelName, IReadOnlyList<string> Vectors, IReadOnlyList<string> Files, IReadOnlyList<string> Missing)
    {
        /// <summary>The floors of an axis, where a capping configuration was given.</summary>
        public CapsReport? Caps { get; init; }

        public IEnumerable<string> Lines(bool told)
        {
            yield return $"{Source}: {Kind}{(Layers is { } l ? $", {l} layers" : "")}, width {Width}{(ModelName.Length > 0 ? $", for {ModelName}" : "")}";
            yield return $"sign: the source points to the {SourcePointsTo} ({(told ? "as told" : "as this kind of file does")}); what is written {(Negated ? "was negated and " : "")}points to the {PointsTo}";
            if (DisplayLayer is { } shown) yield return $"shown at layer {shown}";
            if (Vectors.Count > 0) yield return $"vectors: {string.Join(", ", Vectors.Take(8))}{(Vectors.Count > 8 ? $", and {Vectors.Count - 8} more" : "")}";
            foreach (var line in Caps?.Lines() ?? []) yield return line;
            foreach (var missing in Missing) yield return missing;
            foreach (var file in Files) yield return $"wrote {file}";
        }
    }

    /// <summary>A cap as requests and interventions take it.</summary>
    internal sealed record CapReport(string Experiment, string Layers, string Threshold)
    {
        public static CapReport Of(StoredCap cap) => new(cap.Experiment, $"{cap.From}:{cap.To}", $"p{cap.Percentile}");
    }

    /// <summary>What of a capping configuration is in the axis file.</summary>
    internal sealed record CapsReport(string Source, CapReport Recommended, IReadOnlyList<CapReport> Stored, IReadOnlyList<LeftOutCap> LeftOut)
    {
        private const int MostBands = 16;

        public static CapsReport Of(ImportedCaps caps) => new(caps.Source, CapReport.Of(caps.Recommended), [.. caps.Stored.Select(CapReport.Of)], caps.LeftOut);

        public IEnumerable<string> Lines()
        {
            yield return $"floors from {Source}: its vectors, negated, are along the axis";
            var bands = Stored.GroupBy(c => c.Layers).ToList();
            foreach (var band in bands.Take(MostBands)) yield return $"  blocks {band.Key} at {string.Join(", ", band.Select(c => c.Threshold).Distinct().OrderBy(t => t.Length).ThenBy(t => t, StringComparer.Ordinal))}";
            if (bands.Count > MostBands) yield return $"  and {bands.Count - MostBands} more bands";
            yield return $"recommended: blocks {Recommended.Layers} at {Recommended.Threshold} ({Recommended.Experiment})";
        }
    }

    private static ImportedAxis WithCaps(AxisImport import, string caps, string from, string to, string? experiment)
    {
        if (import is not ImportedAxis axis) throw new InputException(from, "--caps", "the file is no axis.", "Import the axis with --caps, or the capping configuration by itself.");
        if (Path.GetFullPath(caps) == Path.GetFullPath(to)) throw new InputException(to, "--out", "it is the capping configuration.", "Give another name.");
        axis = PublishedCaps.AddTo(axis, caps, experiment);
        var left = axis.Caps!.LeftOut;
        return left.Count == 0 ? axis : axis with
        {
            Warnings = [.. axis.Warnings, $"{Path.GetFileName(caps)}: left out: {string.Join("; ", left.Take(8).Select(e => $"'{e.Experiment}' ({e.Why})"))}{(left.Count > 8 ? $"; and {left.Count - 8} more" : "")}"],
        };
    }

    private static Report Write(ImportedAxis import, string to, string from, string? experiment)
    {
        if (experiment is not null && import.Caps is null) throw new InputException(from, "--experiment", "the file is an axis, no capping configuration.", "Leave it out, or give the configuration with --caps.");
        var axis = new AxisFile(import.Parts, to);
        axis.Write(to);
        var none = Enumerable.Range(0, axis.Layers).Where(l => !axis.HasLayer(l)).ToList();
        List<string> missing =
        [
            import.Caps is not null ? "it has no other percentiles: a cap elsewhere needs its threshold as a number or a list of numbers"
                : "it has no percentiles: a cap needs its threshold as a number or a list of numbers; for pNN and the page's cap import it with its capping configuration (--caps), or make an axis with: axis extract, axis build",
            "it has no mean norms: steering needs its strength as a coefficient",
        ];
        if (axis.Provenance.ModelSha256.Length == 0) missing.Add($"it is tied to no model; it fits {axis.Layers} layers of width {axis.Width}: --model ties it to one");
        if (none.Count > 0) missing.Add($"it has no vector for layer {string.Join(", ", none.Take(64))}");
        return new Report("axis", import.Source, import.SourcePointsTo, axis.Provenance.PointsTo, import.SourcePointsTo == "role", axis.Layers, axis.Width, axis.DisplayLayer, axis.Provenance.ModelName, [], [to], missing)
        {
            Caps = import.Caps is { } caps ? CapsReport.Of(caps) : null,
        };
    }

    private static Report Write(ImportedVectors import, string to, string from, string? experiment)
    {
        var vectors = import.Vectors;
        var isCapping = import.VectorLayers.Count > 0;
        var experiments = import.Experiments.Where(e => experiment is null || e.Id == experiment).ToList();
        var known = $"It has: {string.Join(", ", import.Experiments.Take(12).Select(e => e.Id))}{(import.Experiments.Count > 12 ? ", …" : "")}.".ReplaceLineEndings(" ");
        if (experiment is not null && experiments.Count == 0) throw new InputException(from, "--experiment", $"'{experiment}' is not among its experiments.", isCapping ? known : "Role vectors have none; leave it out.");
        if (experiments.Count > MostExperiments) throw new InputException(from, "experiments", $"there are {experiments.Count}.", $"Choose one with --experiment. {known}");
        var single = to.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        if (single && experiments.Count != 1)
            throw new InputException(to, "--out", $"is one interventions file, and there are {experiments.Count} experiments.", isCapping ? $"Choose one with --experiment, or give a name that ends in .safetensors. {known}" : "Give a name that ends in .safetensors.");

        var vectorFile = single ? Path.ChangeExtension(to, ".safetensors") : to;
        vectors.Write(vectorFile);
        List<string> files = [vectorFile];
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in experiments)
        {
            // Two names may differ only in what a file's name cannot hold.
            var name = ExperimentFile.FileName(item.Id);
            for (var n = 2; !taken.Add(name); n++) name = $"{ExperimentFile.FileName(item.Id)}-{n}";
            var file = single ? to : $"{Path.ChangeExtension(to, null)}.{name}.json";
            ExperimentFile.Write(file, item, import.VectorLayers, Path.GetFileName(vectorFile));
            files.Add(file);
        }

        var shape = vectors.Tensors[0].Shape;
        string[] notes = isCapping
            ? ["ceilings c on the source's vectors are floors -c on the negated ones; its p0.25 is the 25th percentile on them, the 75th on the axis (smaller caps harder)"]
            : ["a role vector is a mean activation, no axis: use it with add, or as FILE#NAME@LAYER to watch"];
        return new Report(
            isCapping ? "capping configuration" : "role vectors", import.Source, import.SourcePointsTo, vectors.PointsTo, isCapping,
            shape.Length == 2 ? (int)shape[0] : null, shape[^1], null, vectors.Metadata.GetValueOrDefault(VectorsFile.ModelNameKey, ""), [.. vectors.Tensors.Select(t => t.Name)], files, notes);
    }
}
