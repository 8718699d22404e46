using System.CommandLine;
using AxisDemo.Formats;
using AxisDemo.Interp;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis models</c>: what lies in the models folder.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var folder = new Option<string?>("--folder") { Description = "The folder to look in. Default: models/, from the working folder upwards.", HelpName = "DIR" };
        var json = CommonOptions.Json();
        var command = new Command("models", "Lists the models and the axis files that belong to them.") { folder, json };
        command.SetAction(parsed =>
        {
            var catalog = ModelCatalog.Read(parsed.GetValue(folder) ?? FindFolder());
            foreach (var fault in catalog.Faults) Output.Note($"axis: {fault}");
            if (parsed.GetValue(json)) Output.Json(catalog);
            else Print(catalog);
            return CommandLine.Done;
        });
        return command;
    }

    private static void Print(ModelCatalog catalog)
    {
        foreach (var model in catalog.Models)
        {
            Output.Line($"{model.Path}");
            Output.Line($"  {model.Name}: {model.Architecture}, {model.Parameters / 1e6:N0} M parameters, {model.Quantization}, {model.Bytes / 1e6:N1} MB{(model.Files > 1 ? $" in {model.Files} files" : "")}, {model.Layers} layers of {model.Width}, context {model.Context}");
            foreach (var warning in model.Warnings) Output.Line($"  warning: {warning}");
            foreach (var axis in model.Axes) Output.Line($"  axis {Describe(axis)}");
            if (model.Axes.Count == 0) Output.Line("  no axis yet: axis extract, axis build");
        }

        foreach (var axis in catalog.OtherAxes) Output.Line($"{Describe(axis)}; {Origin(axis)}");
        if (catalog.Models.Count == 0) Output.Line("no model here: no .gguf file, no folder with a config.json");
    }

    private static string Origin(CatalogAxis axis) => axis.ModelSha256.Length == 0
        ? $"tied to no model; fits {axis.Layers} layers of width {axis.Width}"
        : $"made for {(axis.ModelName.Length > 0 ? axis.ModelName : "an unnamed model")}, which is not here";

    private static string Describe(CatalogAxis axis) => $"{axis.Path}: {axis.Name}, shown at layer {axis.DisplayLayer}{(axis.Cap is { } cap ? $", cap {cap}" : "")}";

    private static string FindFolder() =>
        Surroundings.Current.OwnFolders().Select(folder => Path.Combine(folder, "models")).FirstOrDefault(Directory.Exists) is { } found
            ? Path.GetRelativePath(Environment.CurrentDirectory, found)
            : throw new InputException("models", "", "there is no such folder here or above.", "Give --folder DIR.");
}
