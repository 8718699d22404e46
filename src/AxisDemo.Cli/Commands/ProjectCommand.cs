using System.CommandLine;
using System.Globalization;
using System.Text;
using AxisDemo.Interp;
using AxisDemo.Serving;

namespace AxisDemo.Cli.Commands;

/// <summary><c>axis project</c>: where the messages of an existing conversation lie along an axis.</summary>
internal static class ProjectCommand
{
    public static Command Create()
    {
        var model = new ModelOptions();
        var axisFile = new Option<string>("--axis") { Description = "The axis file.", HelpName = "A", Required = true };
        var messages = PromptOptions.MessagesOption(required: true);
        var layer = new Option<int?>("--layer") { Description = "Block. Default: the axis file's display layer.", HelpName = "N" }.Exact();
        var tokens = new Option<bool>("--tokens") { Description = "List every token." };
        var interventions = new InterventionOptions(watch: false);
        var json = CommonOptions.Json();
        var csv = new Option<bool>("--csv") { Description = "Print comma-separated values with a header line." };
        var command = new Command("project", "Lets the model read a conversation and projects each message on an axis.") { axisFile, messages, layer, tokens, json, csv };
        model.AddTo(command);
        interventions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(json) is not null && result.GetResult(csv) is not null) result.AddError("Give --json or --csv, not both.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var axis = AxisFile.Open(parsed.GetRequiredValue(axisFile));
            var conversation = PromptOptions.ReadMessages(parsed.GetRequiredValue(messages)!);
            using var engine = model.Start(parsed, cancellation);
            axis.EnsureMatches(engine.Model.Name, engine.Model.Sha256, engine.Model.Layers, engine.Model.Width);
            InterventionOptions.NoteRendering(axis, engine.Template);
            var (changes, _) = interventions.Read(parsed, engine.Model);
            IReadOnlyList<TurnProjection> turns;
            try
            {
                turns = await ConversationProjection.RunAsync(
                    engine, engine.Tokenizer, engine.Template, conversation, axis.Watch(parsed.GetValue(layer)), changes, parsed.GetValue(tokens), cancellation).ConfigureAwait(false);
            }
            catch (GenerationFailedException e)
            {
                throw new WorkFailedException(e.Message);
            }

            if (parsed.GetValue(json)) Output.Json(turns);
            else Output.Text(Table(turns, parsed.GetValue(csv)));
            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>A line per message, or per token where tokens are listed.</summary>
    internal static string Table(IReadOnlyList<TurnProjection> turns, bool csv)
    {
        var listed = turns.Any(t => t.PerToken is not null);
        var text = new StringBuilder();
        void Row(params object?[] cells) => text.Append(csv
            ? string.Join(',', cells.Select(c => Quoted(Cell(c, 4))))
            : string.Join("  ", cells.Select(c => c is string ? $"{Escaped(Cell(c, 2)),-12}" : $"{Cell(c, 2),8}"))).Append('\n');
        if (csv) text.Append(listed ? "turn,role,position,id,text,pre,post,touched\n" : "turn,role,tokens,pre,post\n");
        foreach (var turn in turns)
            if (turn.PerToken is null) Row(turn.Turn, turn.Role, turn.Tokens, turn.Pre, turn.Post);
            else foreach (var t in turn.PerToken) Row(turn.Turn, turn.Role, t.Position, t.Id, t.Text, t.Pre, t.Post, t.Touched ? 1 : 0);
        return text.ToString();
    }

    private static string Cell(object? value, int digits) => value switch
    {
        null => "",
        float f => Math.Round(f, digits).ToString(CultureInfo.InvariantCulture),
        double d => Math.Round(d, digits).ToString(CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Escaped(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
