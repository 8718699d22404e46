using System.CommandLine;
using AxisDemo.Formats;
using AxisDemo.Interp;
using AxisDemo.Model;
using AxisDemo.Model.Hooks;
using AxisDemo.Tokenizers;

namespace AxisDemo.Cli;

/// <summary><c>--intervene</c> and <c>--watch</c>: what is done to the forward pass, and what is reported of it.</summary>
internal sealed class InterventionOptions(bool watch)
{
    private readonly Option<string?> intervene = new("--intervene") { Description = "A JSON list of interventions: caps, additions, ablations, masked heads, patches, frozen attention (docs/interventions.md).", HelpName = "I.json" };
    private readonly Option<string[]> watches = new("--watch")
    {
        Description = "Report each token's projection: an axis file or FILE#TENSOR, with @LAYER (default: the axis file's display layer). May be given again.",
        HelpName = "AXIS[@LAYER]",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        command.Options.Add(intervene);
        if (watch) command.Options.Add(watches);
    }

    /// <summary>What was asked for, for a prompt of so many tokens. With the template that wrote the prompt, axes made with another one are noted.</summary>
    public (IReadOnlyList<Intervention> Interventions, IReadOnlyList<Watch> Watches) Read(ParseResult parsed, ModelInfo model, int prompt = int.MaxValue, ChatTemplate? template = null)
    {
        var file = parsed.GetValue(intervene);
        var library = new VectorLibrary(model, name => Resolve(name, file));
        IReadOnlyList<Intervention> changes = file is null ? [] : InterventionFile.Read(file, library, prompt);
        IReadOnlyList<Watch> watched = watch ? [.. parsed.GetValue(watches)!.Select(library.Watch)] : [];
        if (template is not null) foreach (var axis in library.Axes) NoteRendering(axis, template);
        return (changes, watched);
    }

    /// <summary>Says on stderr that an axis was made with another chat template.</summary>
    public static void NoteRendering(AxisFile axis, ChatTemplate template)
    {
        if (axis.WasRenderedOtherwise(template))
            Output.Note($"{axis.Path}: the axis was made with another chat template than this model's; its projections may lie elsewhere.");
    }

    // As typed, from the working folder; else beside the file that names it, so that a folder of experiments can be moved.
    private static string Resolve(string name, string? interventionsFile)
    {
        if (name.Length == 0) throw new InputException(interventionsFile ?? "--watch", "", "the name of a file is empty.");
        if (File.Exists(name) || interventionsFile is null) return name;
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(interventionsFile))!, name);
        return File.Exists(beside) ? beside : name;
    }
}
